#include <tiffio.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <vector>

#include "io/codec.h"
#include "io/luma.h"
#include "io/still_codecs.h"

namespace stenometry::io {

namespace {

/// A file in memory, as libtiff reads it.
struct Source {
    std::string_view file;
    toff_t at = 0;

    static Source& of(thandle_t handle) { return *static_cast<Source*>(handle); }

    static tmsize_t read(thandle_t handle, void* into, tmsize_t count) {
        Source& source = of(handle);
        const toff_t left = source.file.size() - std::min<toff_t>(source.at, source.file.size());
        const toff_t got = std::min(left, static_cast<toff_t>(std::max<tmsize_t>(count, 0)));
        if (got > 0) std::memcpy(into, source.file.data() + source.at, got);
        source.at += got;
        return static_cast<tmsize_t>(got);
    }
    static tmsize_t write(thandle_t, void*, tmsize_t) { return 0; }
    static toff_t seek(thandle_t handle, toff_t offset, int whence) {
        Source& source = of(handle);
        source.at = offset + (whence == SEEK_CUR ? source.at : whence == SEEK_END ? source.file.size() : 0);
        return source.at;
    }
    static int close(thandle_t) { return 0; }
    static toff_t size(thandle_t handle) { return of(handle).file.size(); }

    /// What libtiff finds wrong shows in what it returns: nothing is to be printed.
    static int report(TIFF*, void*, const char*, const char*, va_list) { return 1; }
};

struct Close {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
    void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};
using Handle = std::unique_ptr<TIFF, Close>;

Handle open(Source& source) {
    const std::unique_ptr<TIFFOpenOptions, Close> options(TIFFOpenOptionsAlloc());
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), Source::report, nullptr);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), Source::report, nullptr);
    // "m": not mapped, it is in memory already.
    return Handle(TIFFClientOpenExt("", "rm", &source, Source::read, Source::write, Source::seek,
                                    Source::close, Source::size, nullptr, nullptr, options.get()));
}

[[noreturn]] void damaged() { throw CodecError("the TIFF image is damaged or cut short"); }

struct Layout {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint16_t bits = 1;
    std::uint16_t samples = 1;
    std::uint16_t format = SAMPLEFORMAT_UINT;
    std::uint16_t photometric = PHOTOMETRIC_MINISBLACK;
    std::uint16_t planar = PLANARCONFIG_CONTIG;

    std::size_t pixel_bytes() const { return std::size_t{samples} * bits / 8; }
    bool is_grey() const {
        return photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE;
    }

    /// Whether the samples can be taken as they are; the rest goes through the colours of libtiff's own, 8
    /// bits each.
    bool is_plain() const {
        const bool colour = photometric == PHOTOMETRIC_RGB && samples >= 3 && planar == PLANARCONFIG_CONTIG;
        const bool grey = is_grey() && (samples == 1 || planar == PLANARCONFIG_CONTIG);
        const bool integer = format == SAMPLEFORMAT_UINT || format == SAMPLEFORMAT_INT;
        const bool number = (integer && (bits == 8 || bits == 16 || bits == 32)) ||
                            (format == SAMPLEFORMAT_IEEEFP && (bits == 32 || bits == 64));
        return (grey || colour) && number;
    }
};

Layout read_layout(TIFF* tiff) {
    Layout layout;
    if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &layout.width) ||
        !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &layout.height))
        damaged();
    require_sides(layout.width, layout.height);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout.bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout.samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &layout.format);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &layout.planar);
    TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout.photometric);
    if (layout.samples < 1 || layout.samples > 16) damaged();
    return layout;
}

template <class T>
float number_at(const std::uint8_t* bytes) {
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return static_cast<float>(value);
}

float sample_at(const std::uint8_t* bytes, const Layout& layout) {
    const bool is_signed = layout.format == SAMPLEFORMAT_INT;
    if (layout.format == SAMPLEFORMAT_IEEEFP)
        return layout.bits == 32 ? number_at<float>(bytes) : number_at<double>(bytes);
    if (layout.bits == 8) return is_signed ? number_at<std::int8_t>(bytes) : number_at<std::uint8_t>(bytes);
    if (layout.bits == 16)
        return is_signed ? number_at<std::int16_t>(bytes) : number_at<std::uint16_t>(bytes);
    return is_signed ? number_at<std::int32_t>(bytes) : number_at<std::uint32_t>(bytes);
}

float grey_at(const std::uint8_t* pixel, const Layout& layout) {
    const std::size_t step = layout.bits / 8;
    const float first = sample_at(pixel, layout);
    if (layout.is_grey() && layout.photometric != PHOTOMETRIC_MINISWHITE) return first;
    if (!layout.is_grey())
        return luma(first, sample_at(pixel + step, layout), sample_at(pixel + 2 * step, layout));
    // White is zero; only of integers is it known what black is.
    const bool turnable = layout.format == SAMPLEFORMAT_UINT && layout.bits <= 16;
    return turnable ? static_cast<float>((1u << layout.bits) - 1) - first : -first;
}

Image<float> read_strips(TIFF* tiff, const Layout& layout) {
    const auto row_bytes = static_cast<std::size_t>(TIFFScanlineSize(tiff));
    if (row_bytes < layout.pixel_bytes() * layout.width) damaged();
    std::vector<std::uint8_t> row(row_bytes);
    Image<float> pixels(static_cast<int>(layout.width), static_cast<int>(layout.height));
    for (int y = 0; y < pixels.height(); ++y) {
        if (TIFFReadScanline(tiff, row.data(), static_cast<std::uint32_t>(y), 0) != 1) damaged();
        for (int x = 0; x < pixels.width(); ++x)
            pixels(x, y) = grey_at(row.data() + static_cast<std::size_t>(x) * layout.pixel_bytes(), layout);
    }
    return pixels;
}

Image<float> read_tiles(TIFF* tiff, const Layout& layout) {
    std::uint32_t across = 0;
    std::uint32_t down = 0;
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &across);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &down);
    if (across == 0 || down == 0 || across > layout.width + 65536 || down > layout.height + 65536) damaged();
    const auto tile_bytes = static_cast<std::size_t>(TIFFTileSize(tiff));
    if (tile_bytes < layout.pixel_bytes() * across * down) damaged();
    std::vector<std::uint8_t> tile(tile_bytes);
    Image<float> pixels(static_cast<int>(layout.width), static_cast<int>(layout.height));
    for (std::uint32_t top = 0; top < layout.height; top += down)
        for (std::uint32_t left = 0; left < layout.width; left += across) {
            if (TIFFReadTile(tiff, tile.data(), left, top, 0, 0) < 0) damaged();
            for (std::uint32_t y = top; y < std::min(top + down, layout.height); ++y)
                for (std::uint32_t x = left; x < std::min(left + across, layout.width); ++x) {
                    const std::size_t cell = std::size_t{y - top} * across + (x - left);
                    pixels(static_cast<int>(x), static_cast<int>(y)) =
                        grey_at(tile.data() + cell * layout.pixel_bytes(), layout);
                }
        }
    return pixels;
}

/// Palettes, bitmaps, and colour spaces of all kinds, as they would be displayed.
Image<float> read_displayed(TIFF* tiff, const Layout& layout) {
    std::vector<std::uint32_t> colours(std::size_t{layout.width} * layout.height);
    constexpr int stop_on_error = 1;
    if (TIFFReadRGBAImageOriented(tiff, layout.width, layout.height, colours.data(), ORIENTATION_TOPLEFT,
                                  stop_on_error) != 1)
        damaged();
    Image<float> pixels(static_cast<int>(layout.width), static_cast<int>(layout.height));
    std::transform(colours.begin(), colours.end(), pixels.row(0), [](std::uint32_t c) {
        return luma(static_cast<float>(TIFFGetR(c)), static_cast<float>(TIFFGetG(c)),
                    static_cast<float>(TIFFGetB(c)));
    });
    return pixels;
}

}  // namespace

Image<float> decode_tiff(std::string_view file) {
    Source source{file};
    const Handle tiff = open(source);
    if (!tiff) damaged();
    const Layout layout = read_layout(tiff.get());
    if (!layout.is_plain()) return read_displayed(tiff.get(), layout);
    return TIFFIsTiled(tiff.get()) ? read_tiles(tiff.get(), layout) : read_strips(tiff.get(), layout);
}

double tiff_full_scale(std::string_view file) {
    Source source{file};
    const Handle tiff = open(source);
    if (!tiff) damaged();
    const Layout layout = read_layout(tiff.get());
    if (!layout.is_plain()) return 255.0;
    return layout.format == SAMPLEFORMAT_UINT && layout.bits <= 16 ? (1U << layout.bits) - 1 : 1.0;
}

}  // namespace stenometry::io
