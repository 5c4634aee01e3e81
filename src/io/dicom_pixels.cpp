#include "io/dicom_pixels.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "io/dicom_tags.h"
#include "io/luma.h"

namespace stenometry::io {

namespace {

constexpr int max_frames = 1'000'000;

std::uint32_t little_endian_32(const std::string& bytes, std::size_t at) {
    const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(bytes[at + i])}; };
    return byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
}

void swap_words(std::string& bytes) {
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) std::swap(bytes[i], bytes[i + 1]);
}

/// Colour planes one after the other become pixels one after the other.
std::string interleaved(const std::string& planes) {
    const std::size_t count = planes.size() / 3;
    std::string pixels(planes.size(), '\0');
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t sample = 0; sample < 3; ++sample)
            pixels[3 * i + sample] = planes[sample * count + i];
    return pixels;
}

/// Two pixels as luma, luma and the colours of both become two pixels with colours of their own: DICOM PS3.3
/// C.7.6.3.1.2.
std::string with_own_colours(const std::string& pairs) {
    std::string pixels;
    pixels.reserve(pairs.size() / 2 * 3);
    for (std::size_t i = 0; i + 3 < pairs.size(); i += 4)
        for (const char luma : {pairs[i], pairs[i + 1]}) pixels += {luma, pairs[i + 2], pairs[i + 3]};
    return pixels;
}

/// Offsets from the first fragment, as words of `Offset` one after the other.
template <class Offset>
std::vector<std::uint64_t> offsets_in(std::string_view table) {
    std::vector<std::uint64_t> offsets;
    for (; table.size() >= sizeof(Offset); table.remove_prefix(sizeof(Offset))) {
        std::uint64_t offset = 0;
        for (std::size_t i = sizeof(Offset); i-- > 0;)
            offset = offset << 8 | static_cast<unsigned char>(table[i]);
        offsets.push_back(offset);
    }
    return offsets;
}

/// \param luma_first the first sample of a pixel is its luma already (YBR).
Image<float> pixels_of_colour(const std::string& cells, const CellLayout& layout, bool luma_first) {
    Image<float> pixels(layout.width, layout.height);
    const auto* rgb = reinterpret_cast<const unsigned char*>(cells.data());
    for (int y = 0; y < layout.height; ++y)
        for (int x = 0; x < layout.width; ++x, rgb += 3)
            pixels(x, y) = luma_first ? rgb[0] : luma(rgb[0], rgb[1], rgb[2]);
    return pixels;
}

Image<float> pixels_of_bytes(const std::string& cells, const CellLayout& layout,
                             const std::vector<float>& value) {
    Image<float> pixels(layout.width, layout.height);
    const auto* cell = reinterpret_cast<const unsigned char*>(cells.data());
    for (int y = 0; y < layout.height; ++y)
        for (int x = 0; x < layout.width; ++x) pixels(x, y) = value[*cell++];
    return pixels;
}

Image<float> pixels_of_words(const std::string& cells, const CellLayout& layout,
                             const std::vector<float>& value) {
    Image<float> pixels(layout.width, layout.height);
    const auto* cell = reinterpret_cast<const unsigned char*>(cells.data());
    for (int y = 0; y < layout.height; ++y)
        for (int x = 0; x < layout.width; ++x, cell += 2) pixels(x, y) = value[cell[0] | cell[1] << 8];
    return pixels;
}

}  // namespace

DicomPixels::DicomPixels(const DicomFile& dicom) : dicom_(&dicom) {
    if (!dicom.pixels) throw error("the DICOM file has no pixels");
    read_layout();
    if (dicom.pixels->encapsulated) {
        index_encapsulated();
    } else {
        index_uncompressed();
    }
}

bool DicomPixels::is_grey() const { return layout_.samples == 1 && !has_palette(dicom_->data); }

void DicomPixels::read_layout() {
    const auto value = [&](Attribute attribute, double missing) {
        return number(dicom_->data.find(attribute)).value_or(missing);
    };
    const double frames = value(tags::number_of_frames, 1.0);
    if (frames < 1.0 || frames > max_frames)
        throw error("the DICOM file says it has " + std::to_string(frames) + " frames");
    frame_count_ = static_cast<int>(frames);
    check_size(dicom_->file.path(), static_cast<std::int64_t>(value(tags::columns, 0.0)),
               static_cast<std::int64_t>(value(tags::rows, 0.0)));
    layout_.width = static_cast<int>(value(tags::columns, 0.0));
    layout_.height = static_cast<int>(value(tags::rows, 0.0));
    layout_.samples = static_cast<int>(value(tags::samples_per_pixel, 1.0));
    layout_.bits_allocated = static_cast<int>(value(tags::bits_allocated, 0.0));
    layout_.bits_stored = static_cast<int>(value(tags::bits_stored, layout_.bits_allocated));
    layout_.is_signed = value(tags::pixel_representation, 0.0) != 0.0;
    stored_ = {.bits_stored = layout_.bits_stored,
               .high_bit = static_cast<int>(value(tags::high_bit, layout_.bits_stored - 1)),
               .is_signed = layout_.is_signed};
    planar_ = value(tags::planar_configuration, 0.0) != 0.0;
    layout_.is_rgb = text(dicom_->data.find(tags::photometric)) == "RGB";
    halved_colours_ = has_halved_colours();
    check_layout();
}

void DicomPixels::check_layout() const {
    const bool grey = layout_.samples == 1 && (layout_.bits_allocated == 8 || layout_.bits_allocated == 16);
    const bool colour = layout_.samples == 3 && layout_.bits_allocated == 8;
    if (!grey && !colour)
        throw error("pixels of " + std::to_string(layout_.samples) + " samples of " +
                    std::to_string(layout_.bits_allocated) + " bits are not read");
    if (stored_.bits_stored < 1 || stored_.high_bit >= layout_.bits_allocated ||
        stored_.high_bit + 1 < stored_.bits_stored)
        throw error(std::to_string(stored_.bits_stored) + " bits up to bit " +
                    std::to_string(stored_.high_bit) + " do not fit into " +
                    std::to_string(layout_.bits_allocated));
    if (grey && has_palette(dicom_->data))
        if (const std::string fault = palette_fault(dicom_->data); !fault.empty()) throw error(fault);
    if (halved_colours_ && layout_.width % 2 != 0)
        throw error("pixels that share their colours in pairs have an odd number of columns");
}

/// Uncompressed, YBR_FULL_422 has two bytes a pixel. Files that were decompressed often keep the label with
/// three bytes a pixel: the length tells.
bool DicomPixels::has_halved_colours() const {
    if (dicom_->pixels->encapsulated || layout_.samples != 3) return false;
    if (dicom_->pixels->length >= layout_.bytes() * static_cast<std::uint64_t>(frame_count_)) return false;
    const std::string photometric = text(dicom_->data.find(tags::photometric));
    if (photometric == "YBR_PARTIAL_420") throw error("uncompressed pixels in YBR_PARTIAL_420 are not read");
    return photometric == "YBR_FULL_422" || photometric == "YBR_PARTIAL_422";
}

std::uint64_t DicomPixels::uncompressed_frame_bytes() const {
    return halved_colours_ ? layout_.bytes() / 3 * 2 : layout_.bytes();
}

void DicomPixels::index_uncompressed() {
    if (can_decode(dicom_->transfer_syntax)) throw error("the compressed pixels are not in fragments");
    const std::uint64_t there = std::min(dicom_->pixels->length, dicom_->bytes_from(dicom_->pixels->offset));
    const std::uint64_t needed = uncompressed_frame_bytes() * static_cast<std::uint64_t>(frame_count_);
    if (there < needed)
        throw error("the pixels are cut short: " + std::to_string(there) + " of " + std::to_string(needed) +
                    " bytes");
}

void DicomPixels::index_encapsulated() {
    if (!can_decode(dicom_->transfer_syntax))
        throw error("the transfer syntax " + dicom_->transfer_syntax + " is not read");
    const std::vector<Piece> all = fragments();
    std::vector<std::size_t> first = first_fragments(all);
    if (first.size() < static_cast<std::size_t>(frame_count_))
        throw error("the pixels are cut short: " + std::to_string(first.size()) + " of " +
                    std::to_string(frame_count_) + " frames");
    first.push_back(all.size());
    for (std::size_t i = 0; i < static_cast<std::size_t>(frame_count_); ++i)
        frames_.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(first[i]),
                             all.begin() + static_cast<std::ptrdiff_t>(first[i + 1]));
}

/// The items after the basic offset table, which are as long as they say, whatever they hold.
std::vector<DicomPixels::Piece> DicomPixels::fragments() {
    constexpr std::uint32_t item = 0xe000fffe;
    std::vector<Piece> pieces;
    bool is_offset_table = true;
    std::uint64_t offset = dicom_->pixels->offset;
    while (dicom_->bytes_from(offset) >= 8) {
        const std::string head = dicom_->read(offset, 8);
        if (little_endian_32(head, 0) != item) break;
        const std::uint64_t length = little_endian_32(head, 4);
        offset += 8;
        if (length > dicom_->bytes_from(offset))
            throw error("the pixels are cut short: the file ends in fragment " +
                        std::to_string(pieces.size()));
        if (is_offset_table) {
            frame_offsets_ = offsets_in<std::uint32_t>(dicom_->read(offset, length));
        } else {
            pieces.push_back({offset, length});
        }
        is_offset_table = false;
        offset += length;
    }
    if (const Element* extended = dicom_->data.find(tags::extended_offset_table))
        frame_offsets_ = offsets_in<std::uint64_t>(extended->value);
    return pieces;
}

/// Run lengths begin with as many segments as the layout has bytes, of which the first follows the header:
/// DICOM PS3.5 G.5.
bool DicomPixels::begins_run_lengths(const Piece& fragment) const {
    constexpr std::uint32_t header_bytes = 64;
    const auto segments = static_cast<std::uint32_t>(layout_.samples * layout_.bits_allocated / 8);
    if (fragment.length < header_bytes) return false;
    const std::string head = dicom_->read(fragment.offset, header_bytes);
    if (little_endian_32(head, 0) != segments || little_endian_32(head, 4) != header_bytes) return false;
    for (std::size_t at = 4 * (segments + 1); at < header_bytes; at += 4)
        if (little_endian_32(head, at) != 0) return false;
    return true;
}

bool DicomPixels::begins_code_stream(const Piece& fragment) const {
    if (dicom_->transfer_syntax == uid::rle) return begins_run_lengths(fragment);
    if (fragment.length < 2) return false;
    const std::string two = dicom_->read(fragment.offset, 2);
    return two == "\xff\xd8" || two == "\xff\x4f";
}

/// The fragments that begin at these offsets from the first one; empty unless there is one for each.
std::vector<std::size_t> DicomPixels::fragments_at(const std::vector<std::uint64_t>& offsets,
                                                   const std::vector<Piece>& all) const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < all.size() && found.size() < offsets.size(); ++i)
        if (all[i].offset - all[0].offset == offsets[found.size()]) found.push_back(i);
    return found.size() == offsets.size() ? found : std::vector<std::size_t>();
}

/// The first fragment of each frame. A frame may be in several fragments; then the offset table says where
/// each begins. In real files it is often empty or wrong: then a fragment that begins a code stream begins a
/// frame.
std::vector<std::size_t> DicomPixels::first_fragments(const std::vector<Piece>& all) const {
    const auto frames = static_cast<std::size_t>(frame_count_);
    std::vector<std::size_t> first;
    if (frames == 1 && !all.empty()) return {0};
    if (frame_offsets_.size() == frames && all.size() != frames) first = fragments_at(frame_offsets_, all);
    if (!first.empty()) return first;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (all.size() == frames || begins_code_stream(all[i])) first.push_back(i);
    return first;
}

bool DicomPixels::is_said_to_be_ybr() const {
    const std::string photometric = text(dicom_->data.find(tags::photometric));
    return photometric.starts_with("YBR_FULL") || photometric.starts_with("YBR_PARTIAL");
}

DicomPixels::Cells DicomPixels::uncompressed_cells(int frame) const {
    const std::uint64_t bytes = uncompressed_frame_bytes();
    std::string cells =
        dicom_->read(dicom_->pixels->offset + bytes * static_cast<std::uint64_t>(frame), bytes);
    if (dicom_->big_endian && (layout_.bits_allocated == 16 || dicom_->pixels->words)) swap_words(cells);
    if (halved_colours_) return {with_own_colours(cells), true};
    return {planar_ && layout_.samples == 3 ? interleaved(cells) : cells, is_said_to_be_ybr()};
}

DicomPixels::Cells DicomPixels::decoded_cells(int frame) const {
    std::string code;
    for (const Piece& piece : frames_[static_cast<std::size_t>(frame)])
        code += dicom_->read(piece.offset, piece.length);
    try {
        return {decode_frame(dicom_->transfer_syntax, code, layout_),
                is_said_to_be_ybr() && !turns_ybr_into_rgb(dicom_->transfer_syntax, code)};
    } catch (const CodecError& e) {
        const bool delimiter = code.find("\xfe\xff\xdd\xe0") != std::string::npos;
        throw error("frame " + std::to_string(frame) + " cannot be decoded: " + e.what() +
                    (delimiter ? " (a fragment holds what looks like a sequence delimiter)" : ""));
    }
}

DicomPixels::Cells DicomPixels::cells(int frame) const {
    return dicom_->pixels->encapsulated ? decoded_cells(frame) : uncompressed_cells(frame);
}

Image<float> DicomPixels::read(int frame, const FrameAttributes& attributes) const {
    const Cells decoded = cells(frame);
    if (layout_.samples == 3) return pixels_of_colour(decoded.bytes, layout_, decoded.luma_first);
    const std::vector<float> value = value_of_cells(attributes, stored_, layout_.bits_allocated);
    return layout_.bits_allocated == 8 ? pixels_of_bytes(decoded.bytes, layout_, value)
                                       : pixels_of_words(decoded.bytes, layout_, value);
}

}  // namespace stenometry::io
