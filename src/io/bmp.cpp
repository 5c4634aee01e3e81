#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "io/codec.h"
#include "io/luma.h"
#include "io/still_codecs.h"

namespace stenometry::io {

namespace {

/// Little-endian numbers anywhere in the file.
std::uint32_t number(std::string_view file, std::size_t at, int bytes) {
    if (at + static_cast<std::size_t>(bytes) > file.size()) throw CodecError("the BMP image is cut short");
    std::uint32_t value = 0;
    for (int i = bytes - 1; i >= 0; --i)
        value = value << 8 | static_cast<unsigned char>(file[at + static_cast<std::size_t>(i)]);
    return value;
}

/// The header, of which there is an old form with 12 bytes and newer ones with 40 and more.
struct BmpHeader {
    std::uint32_t data_offset = 0;
    std::uint32_t palette_offset = 0;
    std::uint32_t palette_entry_bytes = 4;
    std::int64_t width = 0;
    std::int64_t height = 0;
    bool upper_row_first = false;
    int bits = 0;
};

BmpHeader read_header(std::string_view file) {
    const std::uint32_t length = number(file, 14, 4);
    const bool old = length == 12;
    if (!old && length < 40) throw CodecError("the BMP image is damaged");
    BmpHeader header{.data_offset = number(file, 10, 4),
                     .palette_offset = 14 + length,
                     .palette_entry_bytes = old ? 3u : 4u,
                     .width = old ? number(file, 18, 2) : static_cast<std::int32_t>(number(file, 18, 4)),
                     .height = old ? number(file, 20, 2) : static_cast<std::int32_t>(number(file, 22, 4)),
                     .bits = static_cast<int>(number(file, old ? 24 : 28, 2))};
    // A negative height says that the first row is the uppermost one.
    header.upper_row_first = header.height < 0;
    header.height = std::abs(header.height);
    require_sides(header.width, header.height);
    const std::uint32_t compression = old ? 0 : number(file, 30, 4);
    constexpr std::uint32_t bit_fields = 3;  // written for 32 bits also where the fields are the usual ones
    if (compression != 0 && !(compression == bit_fields && header.bits == 32))
        throw CodecError("compressed BMP images are not read");
    return header;
}

float grey_at(std::string_view file, std::size_t at) {
    return luma(static_cast<float>(number(file, at + 2, 1)), static_cast<float>(number(file, at + 1, 1)),
                static_cast<float>(number(file, at, 1)));
}

/// Grey of each colour of the palette; the file may give fewer than there could be, and the rest are black.
std::array<float, 256> read_palette(std::string_view file, const BmpHeader& header) {
    std::array<float, 256> grey{};
    if (header.bits > 8) return grey;
    for (std::uint32_t i = 0; i < 1u << header.bits; ++i) {
        const std::size_t at = header.palette_offset + std::size_t{i} * header.palette_entry_bytes;
        if (at + 3 > header.data_offset) break;
        grey[i] = grey_at(file, at);
    }
    return grey;
}

/// The five bits of each colour of 16, stretched to eight.
float grey_of_555(std::uint32_t word) {
    const auto channel = [&](int shift) { return static_cast<float>(word >> shift & 31) * 255.0f / 31.0f; };
    return luma(channel(10), channel(5), channel(0));
}

}  // namespace

Sides bmp_sides(std::string_view file) {
    const BmpHeader header = read_header(file);
    return {static_cast<int>(header.width), static_cast<int>(header.height)};
}

Image<float> decode_bmp(std::string_view file) {
    const BmpHeader header = read_header(file);
    const int bits = header.bits;
    if (bits != 1 && bits != 4 && bits != 8 && bits != 16 && bits != 24 && bits != 32)
        throw CodecError("BMP images of " + std::to_string(bits) + " bits are not read");
    const std::size_t row =
        (static_cast<std::size_t>(header.width) * static_cast<std::size_t>(bits) + 31) / 32 * 4;
    if (header.data_offset > file.size() ||
        row * static_cast<std::size_t>(header.height) > file.size() - header.data_offset)
        throw CodecError("the BMP image is cut short");
    const std::array<float, 256> palette = read_palette(file, header);
    Image<float> pixels(static_cast<int>(header.width), static_cast<int>(header.height));
    for (int y = 0; y < pixels.height(); ++y) {
        const int stored = header.upper_row_first ? y : pixels.height() - 1 - y;
        const std::size_t begin = header.data_offset + row * static_cast<std::size_t>(stored);
        for (int x = 0; x < pixels.width(); ++x) {
            const std::size_t bit = static_cast<std::size_t>(x) * static_cast<std::size_t>(bits);
            const std::size_t at = begin + bit / 8;
            if (bits <= 8) {
                const std::uint32_t cell = number(file, at, 1) >> (8 - bits - static_cast<int>(bit % 8));
                pixels(x, y) = palette[cell & ((1u << bits) - 1)];
            } else {
                pixels(x, y) = bits == 16 ? grey_of_555(number(file, at, 2)) : grey_at(file, at);
            }
        }
    }
    return pixels;
}

}  // namespace stenometry::io
