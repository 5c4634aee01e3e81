#include <png.h>
#include <zlib.h>

#include <bit>
#include <csetjmp>
#include <cstdint>
#include <cstring>
#include <vector>

#include "io/codec.h"
#include "io/gzip.h"
#include "io/luma.h"
#include "io/orientation.h"
#include "io/still_codecs.h"

namespace stenometry::io {

namespace {

/// libpng tells of errors by a call that must not return, and of warnings by one that may: the first jumps
/// back to where the work began, the second says nothing.
[[noreturn]] void leave(png_structp png, png_const_charp) { png_longjmp(png, 1); }
void ignore(png_structp, png_const_charp) {}

/// What is left of a file in memory.
void take(png_structp png, png_bytep into, std::size_t count) {
    auto& left = *static_cast<std::string_view*>(png_get_io_ptr(png));
    if (count > left.size()) png_error(png, "cut short");
    std::memcpy(into, left.data(), count);
    left.remove_prefix(count);
}

void append(png_structp png, png_bytep bytes, std::size_t count) {
    static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<const char*>(bytes), count);
}

void flush(png_structp) {}

/// Only plain data live across the jump that an error makes, and the rows go where the caller has made room
/// once the size is known.
struct Decoder {
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, leave, ignore);
    png_infop info = png_create_info_struct(png);

    Decoder() = default;
    ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    /// Asks for grey or for red, green and blue, of 8 or 16 bits. Opacity is not a value of the picture.
    bool read_header(std::string_view& file) {
        if (setjmp(png_jmpbuf(png)) != 0) return false;
        png_set_read_fn(png, &file, take);
        png_read_info(png, info);
        if (png_get_color_type(png, info) == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
        png_set_expand_gray_1_2_4_to_8(png);
        png_set_strip_alpha(png);
        if constexpr (std::endian::native == std::endian::little) png_set_swap(png);
        png_set_interlace_handling(png);
        png_read_update_info(png, info);
        return true;
    }

    /// Of the header that was read.
    int orientation() const {
        png_uint_32 count = 0;
        png_bytep exif = nullptr;
        if (png_get_eXIf_1(png, info, &count, &exif) == 0) return 1;
        return exif_orientation({reinterpret_cast<const char*>(exif), count});
    }

    bool read_rows(std::vector<png_bytep>& rows) {
        if (setjmp(png_jmpbuf(png)) != 0) return false;
        png_read_image(png, rows.data());
        png_read_end(png, nullptr);
        return true;
    }
};

struct Encoder {
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, leave, ignore);
    png_infop info = png_create_info_struct(png);

    Encoder() = default;
    ~Encoder() { png_destroy_write_struct(&png, &info); }
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;

    bool write(std::vector<png_bytep>& rows, int width, int bits, int colour_type, std::string& file) {
        if (setjmp(png_jmpbuf(png)) != 0) return false;
        png_set_write_fn(png, &file, append, flush);
        // Quick: differences of neighbours, of which only runs are looked for.
        png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
        png_set_compression_level(png, Z_BEST_SPEED);
        png_set_compression_strategy(png, Z_RLE);
        png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(rows.size()), bits,
                     colour_type, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
        png_write_info(png, info);
        if constexpr (std::endian::native == std::endian::little) png_set_swap(png);
        png_write_image(png, rows.data());
        png_write_end(png, info);
        return true;
    }
};

template <class Sample>
float grey(const Sample* pixel, int channels) {
    if (channels == 1) return static_cast<float>(pixel[0]);
    return luma(static_cast<float>(pixel[0]), static_cast<float>(pixel[1]), static_cast<float>(pixel[2]));
}

template <class Sample>
Image<float> rest_of(Decoder& decoder, int width, int height) {
    const int channels = png_get_channels(decoder.png, decoder.info);
    std::vector<Sample> samples(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                                static_cast<std::size_t>(channels));
    std::vector<png_bytep> rows(static_cast<std::size_t>(height));
    for (std::size_t y = 0; y < rows.size(); ++y)
        rows[y] = reinterpret_cast<png_bytep>(samples.data() + y * (samples.size() / rows.size()));
    if (!decoder.read_rows(rows)) throw CodecError("the PNG image is damaged or cut short");
    Image<float> pixels(width, height);
    const Sample* pixel = samples.data();
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x, pixel += channels) pixels(x, y) = grey(pixel, channels);
    return pixels;
}

std::uint64_t samples_of(char colour_type) {
    switch (colour_type) {
        case PNG_COLOR_TYPE_RGB:
            return 3;
        case PNG_COLOR_TYPE_GRAY_ALPHA:
            return 2;
        case PNG_COLOR_TYPE_RGB_ALPHA:
            return 4;
        default:
            return 1;
    }
}

/// Whether the file is long enough for what its header declares, before memory is taken for it.
void require_enough_for(std::string_view file, Sides sides) {
    constexpr std::size_t bits_at = 24, colour_type_at = 25;
    if (file.size() <= colour_type_at) throw CodecError("the PNG image is damaged or cut short");
    const auto bits = static_cast<std::uint64_t>(file[bits_at] & 31) * samples_of(file[colour_type_at]);
    const std::uint64_t pixels = std::uint64_t(sides.width) * std::uint64_t(sides.height);
    require_enough(file.size(), pixels * bits / 8, max_inflation);
}

template <class Pixel>
std::string encode(const Image<Pixel>& image, int bits, int colour_type) {
    std::vector<png_bytep> rows(static_cast<std::size_t>(image.height()));
    for (int y = 0; y < image.height(); ++y)
        rows[static_cast<std::size_t>(y)] =
            reinterpret_cast<png_bytep>(const_cast<Pixel*>(image.row(y)));  // libpng only reads them
    std::string file;
    Encoder encoder;
    if (!encoder.write(rows, image.width(), bits, colour_type, file))
        throw CodecError("the image cannot be written as PNG");
    return file;
}

}  // namespace

/// The sides as the header says them: libpng has an opinion of its own on how large an image may be.
Sides png_sides(std::string_view file) {
    constexpr std::size_t width_at = 16, height_at = 20;
    if (file.size() < height_at + 4) throw CodecError("the PNG image is damaged or cut short");
    const auto side = [&](std::size_t at) {
        return std::int64_t{png_get_uint_32(reinterpret_cast<png_const_bytep>(file.data() + at))};
    };
    require_sides(side(width_at), side(height_at));
    return {static_cast<int>(side(width_at)), static_cast<int>(side(height_at))};
}

Image<float> decode_png(std::string_view file) {
    require_enough_for(file, png_sides(file));
    Decoder decoder;
    if (!decoder.read_header(file)) throw CodecError("the PNG image is damaged or cut short");
    const int width = static_cast<int>(png_get_image_width(decoder.png, decoder.info));
    const int height = static_cast<int>(png_get_image_height(decoder.png, decoder.info));
    const bool words = png_get_bit_depth(decoder.png, decoder.info) == 16;
    return upright(words ? rest_of<std::uint16_t>(decoder, width, height)
                         : rest_of<std::uint8_t>(decoder, width, height),
                   decoder.orientation());
}

double png_full_scale(std::string_view file) {
    constexpr std::size_t bits_at = 24;  // of the file: signature, length and name of IHDR, width, height
    if (file.size() <= bits_at) throw CodecError("the PNG image is damaged or cut short");
    return file[bits_at] == 16 ? 65535.0 : 255.0;
}

std::string encode_png(const Image<std::uint8_t>& image) { return encode(image, 8, PNG_COLOR_TYPE_GRAY); }

std::string encode_png(const Image<std::uint16_t>& image) { return encode(image, 16, PNG_COLOR_TYPE_GRAY); }

std::string encode_png(const Image<Rgb>& image) {
    static_assert(sizeof(Rgb) == 3);
    return encode(image, 8, PNG_COLOR_TYPE_RGB);
}

}  // namespace stenometry::io
