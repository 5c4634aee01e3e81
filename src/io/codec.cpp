#include "io/codec.h"

#include <charls/charls.h>

#include <algorithm>
#include <array>
#include <string>

#include "io/dicom_tags.h"
#include "io/file.h"
#include "io/jpeg.h"
#include "io/jpeg_2000.h"
#include "io/jpeg_huffman.h"

namespace stenometry::io {

namespace {

std::string size_text(std::int64_t width, std::int64_t height, int samples) {
    return std::to_string(width) + " x " + std::to_string(height) + " x " + std::to_string(samples);
}

void require_size(const CellLayout& layout, std::int64_t width, std::int64_t height, int samples) {
    if (width != layout.width || height != layout.height || samples != layout.samples)
        throw CodecError("the code stream is " + size_text(width, height, samples) +
                         ", but the attributes say " +
                         size_text(layout.width, layout.height, layout.samples));
}

void require_bits(const CellLayout& layout, int bits) {
    if (bits > layout.bits_allocated)
        throw CodecError("the code stream has samples of " + std::to_string(bits) +
                         " bits, but the attributes say " + std::to_string(layout.bits_allocated));
}

/// Samples of any integer type as cells of the layout's width, little endian.
template <class Values>
std::string cells_of(const Values& values, const CellLayout& layout) {
    const bool words = layout.bits_allocated == 16;
    std::string cells;
    cells.reserve(layout.bytes());
    for (const auto value : values) {
        cells += static_cast<char>(value & 0xff);
        if (words) cells += static_cast<char>(value >> 8 & 0xff);
    }
    return cells;
}

std::string decode_8_bit_jpeg(std::string_view code, const CellLayout& layout) {
    const JpegImage image =
        decode_jpeg(code, layout.samples, layout.is_rgb ? UnmarkedColours::rgb : UnmarkedColours::guessed);
    require_size(layout, image.width, image.height, layout.samples);
    if (layout.bits_allocated == 8) return image.samples;
    std::vector<unsigned char> bytes(image.samples.begin(), image.samples.end());
    return cells_of(bytes, layout);
}

/// Which process a stream is of stands in it; transfer syntaxes are mislabelled now and then.
std::string decode_any_jpeg(std::string_view code, const CellLayout& layout) {
    if (!needs_wide_jpeg(code)) return decode_8_bit_jpeg(code, layout);
    const WideJpegImage image = decode_wide_jpeg(code);
    require_size(layout, image.width, image.height, image.samples);
    require_bits(layout, image.precision);
    return cells_of(image.values, layout);
}

std::string decode_jpeg_ls(std::string_view code, const CellLayout& layout) {
    // CharLS takes seconds to find that a frame ends too early, but stops at once at an end marker before the
    // last pixel. After the marker of a whole frame, nothing is read.
    const std::string ended = std::string(code) + "\xff\xd9";
    try {
        charls::jpegls_decoder decoder;
        decoder.source(ended.data(), ended.size());
        decoder.read_header();
        const charls::frame_info info = decoder.frame_info();
        require_size(layout, info.width, info.height, info.component_count);
        require_bits(layout, info.bits_per_sample);
        std::string decoded(decoder.destination_size(), '\0');
        decoder.decode(decoded.data(), decoded.size());
        if (layout.samples == 3 && decoder.interleave_mode() == charls::interleave_mode::none)
            throw CodecError("JPEG-LS with colours apart is not read");
        if (info.bits_per_sample > 8 || layout.bits_allocated == 8) return decoded;
        return cells_of(std::vector<unsigned char>(decoded.begin(), decoded.end()), layout);
    } catch (const charls::jpegls_error& e) {
        throw CodecError(std::string("the JPEG-LS stream is damaged: ") + e.what());
    }
}

std::uint32_t little_endian_32(std::string_view code, std::size_t at) {
    const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(code[at + i])}; };
    return byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
}

/// Whether these bytes after the last run of a segment hold no pixel: runs of length zero, and one byte that
/// makes the length even. More than that belongs to a larger picture.
bool is_rle_padding(std::string_view bytes) {
    return std::count_if(bytes.begin(), bytes.end(), [](char c) { return c != '\x80'; }) <= 1;
}

/// One segment of run lengths (PackBits): DICOM PS3.5 G.3.1. Puts byte i of it at `first + i * step` of
/// `cells`.
void unpack_segment(std::string_view segment, std::size_t count, std::string& cells, std::size_t first,
                    std::size_t step) {
    std::size_t at = 0;
    std::size_t done = 0;
    const auto next = [&] {
        if (at == segment.size()) throw CodecError("the RLE data end too early");
        return segment[at++];
    };
    const auto put = [&](char value) {
        if (done == count) throw CodecError("the RLE data are longer than the picture");
        cells[first + step * done++] = value;
    };
    while (done < count) {
        const auto head = static_cast<signed char>(next());
        if (head >= 0) {
            for (int i = 0; i <= head; ++i) put(next());
        } else if (head != -128) {
            const char value = next();
            for (int i = 0; i <= -head; ++i) put(value);
        }
    }
    if (!is_rle_padding(segment.substr(at))) throw CodecError("the RLE data are longer than the picture");
}

/// One segment for each byte of each sample, high bytes first: DICOM PS3.5 G.2.
std::string decode_rle(std::string_view code, const CellLayout& layout) {
    const auto bytes_per_sample = static_cast<std::size_t>(layout.bits_allocated / 8);
    const std::size_t segments = static_cast<std::size_t>(layout.samples) * bytes_per_sample;
    constexpr std::size_t header_bytes = 64;
    if (code.size() < header_bytes || little_endian_32(code, 0) != segments)
        throw CodecError("the RLE header is damaged");
    constexpr std::uint64_t most = 64;  // a run of 128 takes two bytes
    require_enough(code.size(), layout.bytes(), most);
    std::string cells(layout.bytes(), '\0');
    const std::size_t count = layout.bytes() / segments;
    for (std::size_t i = 0; i < segments; ++i) {
        const std::size_t begin = little_endian_32(code, 4 + 4 * i);
        const std::size_t end = i + 1 < segments ? little_endian_32(code, 8 + 4 * i) : code.size();
        if (begin < header_bytes || begin > end || end > code.size())
            throw CodecError("the RLE header is damaged");
        const std::size_t sample = i / bytes_per_sample;
        const std::size_t byte = bytes_per_sample - 1 - i % bytes_per_sample;
        unpack_segment(code.substr(begin, end - begin), count, cells, sample * bytes_per_sample + byte,
                       segments);
    }
    return cells;
}

struct Codec {
    const char* transfer_syntax;
    std::string (*decode)(std::string_view, const CellLayout&);
};

std::string decode_jpeg_2000_cells(std::string_view code, const CellLayout& layout) {
    return cells_of(decode_jpeg_2000(code, layout), layout);
}

constexpr std::array codecs{
    Codec{uid::jpeg_baseline, decode_any_jpeg},
    Codec{uid::jpeg_extended, decode_any_jpeg},
    Codec{uid::jpeg_lossless, decode_any_jpeg},
    Codec{uid::jpeg_lossless_first, decode_any_jpeg},
    Codec{uid::jpeg_ls, decode_jpeg_ls},
    Codec{uid::jpeg_ls_near, decode_jpeg_ls},
    Codec{uid::jpeg_2000_lossless, decode_jpeg_2000_cells},
    Codec{uid::jpeg_2000, decode_jpeg_2000_cells},
    Codec{uid::htj2k_lossless, decode_jpeg_2000_cells},
    Codec{uid::htj2k_rpcl, decode_jpeg_2000_cells},
    Codec{uid::htj2k, decode_jpeg_2000_cells},
    Codec{uid::rle, decode_rle},
};

const Codec* find_codec(std::string_view transfer_syntax) {
    const auto* found = std::find_if(codecs.begin(), codecs.end(), [&](const Codec& codec) {
        return codec.transfer_syntax == transfer_syntax;
    });
    return found == codecs.end() ? nullptr : found;
}

}  // namespace

void require_sides(std::int64_t width, std::int64_t height) {
    if (const std::string fault = size_fault(width, height); !fault.empty()) throw CodecError(fault);
}

void require_enough(std::uint64_t stored, std::uint64_t needed, std::uint64_t most) {
    if (needed / most > stored)
        throw CodecError("the data are cut short: " + std::to_string(stored) +
                         " bytes cannot hold a picture of " + std::to_string(needed));
}

bool turns_ybr_into_rgb(std::string_view transfer_syntax, std::string_view code) {
    const Codec* codec = find_codec(transfer_syntax);
    if (codec == nullptr) return false;
    if (codec->decode == decode_any_jpeg) return !needs_wide_jpeg(code);
    return codec->decode == decode_jpeg_2000_cells && has_colour_transform(code);
}

bool can_decode(std::string_view transfer_syntax) { return find_codec(transfer_syntax) != nullptr; }

std::string decode_frame(std::string_view transfer_syntax, std::string_view code, const CellLayout& layout) {
    const Codec* codec = find_codec(transfer_syntax);
    if (codec == nullptr)
        throw CodecError("the transfer syntax " + std::string(transfer_syntax) + " is not read");
    return codec->decode(code, layout);
}

}  // namespace stenometry::io
