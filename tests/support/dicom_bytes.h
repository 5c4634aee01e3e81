#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// DICOM files byte by byte, for what no library writes.
namespace stenometry::test {

/// A number, lowest byte first.
inline std::string little_endian(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i & 0xff);
    return text;
}

/// The same, highest byte first.
inline std::string big_endian(std::uint64_t value, int bytes) {
    const std::string little = little_endian(value, bytes);
    return {little.rbegin(), little.rend()};
}

/// Words of 16 bits.
inline std::string words_of(const std::vector<int>& values) {
    std::string text;
    for (const int value : values) text += little_endian(static_cast<std::uint64_t>(value), 2);
    return text;
}

/// An attribute with explicit value representation, padded to an even length.
inline std::string element(std::uint32_t tag, const std::string& vr, std::string value) {
    if (value.size() % 2 != 0) value += vr == "OB" || vr == "UI" ? '\0' : ' ';
    const bool long_length = vr == "OB" || vr == "OW" || vr == "OV" || vr == "SQ" || vr == "UN";
    const std::string length =
        long_length ? std::string(2, '\0') + little_endian(value.size(), 4) : little_endian(value.size(), 2);
    return little_endian(tag >> 16, 2) + little_endian(tag & 0xffff, 2) + vr + length + value;
}

inline std::string item(std::string_view value) {
    return little_endian(0xe000fffe, 4) + little_endian(value.size(), 4) + std::string(value);
}

/// Compressed pixels: the offset table, then fragments of even length.
inline std::string encapsulated(const std::vector<std::string>& fragments,
                                const std::string& offset_table = {}) {
    std::string pixels = little_endian(0x00107fe0, 4) + "OB" + std::string(2, '\0') + std::string(4, '\xff');
    pixels += item(offset_table);
    for (const std::string& fragment : fragments)
        pixels += item(fragment.size() % 2 == 0 ? fragment : fragment + '\0');
    return pixels + little_endian(0xe0ddfffe, 4) + std::string(4, '\0');
}

struct DicomPicture {
    std::string transfer_syntax = "1.2.840.10008.1.2.1";
    int width = 4, height = 2, frames = 1;
    int samples = 1, bits = 8;
    std::string photometric = "MONOCHROME2";
    std::string other;  ///< further attributes, of groups 0028 to 7fe0

    /// \param pixels the element with them, as `element` and `encapsulated` give it
    std::string data_set(const std::string& pixels) const {
        const auto word = [](std::uint32_t tag, int value) { return element(tag, "US", words_of({value})); };
        return element(0x00080060, "CS", "XA") + word(0x00280002, samples) +
               element(0x00280004, "CS", photometric) + (samples > 1 ? word(0x00280006, 0) : "") +
               element(0x00280008, "IS", std::to_string(frames)) + word(0x00280010, height) +
               word(0x00280011, width) + word(0x00280100, bits) + word(0x00280101, bits) +
               word(0x00280102, bits - 1) + word(0x00280103, 0) + other + pixels;
    }
    std::string head() const {
        return std::string(128, '\0') + "DICM" + element(0x00020010, "UI", transfer_syntax);
    }
    std::string file(const std::string& pixels) const { return head() + data_set(pixels); }
};

/// One segment of run lengths for bytes that are all literal.
inline std::string literal_runs(std::string_view bytes) {
    constexpr std::size_t longest = 128;
    std::string segment;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(longest, bytes.size()))) {
        const std::string_view run = bytes.substr(0, longest);
        segment += static_cast<char>(run.size() - 1);
        segment += run;
    }
    return segment.size() % 2 == 0 ? segment : segment + '\0';
}

/// A frame in run lengths of one segment.
inline std::string run_lengths(const std::string& segment) {
    return little_endian(1, 4) + little_endian(64, 4) + std::string(56, '\0') + segment;
}

/// A record of the directory of a medium; others are named by their number, from 0. -1: none.
struct DirectoryRecord {
    int next = -1, lower = -1;
    std::string kind, other;
};

inline std::string listed_image(const std::string& file) { return element(0x00041500, "CS", file); }
inline std::string listed_series(const std::string& modality) { return element(0x00080060, "CS", modality); }

/// The file with these records, of which the first is the root.
inline std::string directory_bytes(const std::vector<DirectoryRecord>& records) {
    const std::string head =
        std::string(128, '\0') + "DICM" + element(0x00020010, "UI", "1.2.840.10008.1.2.1");
    const std::size_t first = head.size() + 12 + 12;  // after the root's place and the head of the sequence
    std::vector<std::size_t> places;
    std::string items;
    const auto place = [&](int record) {
        const bool known = record >= 0 && static_cast<std::size_t>(record) < places.size();
        return element(0x00041400, "UL",
                       little_endian(known ? places[static_cast<std::size_t>(record)] : 0, 4));
    };
    const auto write = [&] {
        items.clear();
        std::vector<std::size_t> found;
        for (const DirectoryRecord& record : records) {
            found.push_back(first + items.size());
            std::string lower = place(record.lower);
            lower[2] = '\x20';  // (0004,1420)
            items += item(place(record.next) + lower + element(0x00041430, "CS", record.kind) + record.other);
        }
        places = found;
    };
    write();  // to know the places
    write();
    return head + element(0x00041200, "UL", little_endian(first, 4)) + element(0x00041220, "SQ", items);
}

}  // namespace stenometry::test
