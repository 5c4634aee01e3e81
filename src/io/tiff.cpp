#include <tiffio.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "io/codec.h"
#include "io/gzip.h"
#include "io/luma.h"
#include "io/orientation.h"
#include "io/still_codecs.h"

namespace stenometry::io {

namespace {

/// A file, as libtiff reads it, and what libtiff says of it: nothing is to be printed.
struct Source {
    const InputFile* file;
    std::string head;  ///< what the file is taken to begin with
    toff_t at = 0;
    std::string message;  ///< the first error

    static Source& of(thandle_t handle) { return *static_cast<Source*>(handle); }

    static tmsize_t read(thandle_t handle, void* into, tmsize_t count) {
        Source& source = of(handle);
        const toff_t left = source.file->size() - std::min<toff_t>(source.at, source.file->size());
        const toff_t got = std::min(left, static_cast<toff_t>(std::max<tmsize_t>(count, 0)));
        try {
            source.file->read(source.at, std::span(static_cast<char*>(into), got));
        } catch (const IoError&) {
            return 0;  // what becomes shorter while it is read is cut short; no exception may pass through C
        }
        for (toff_t i = source.at; i < source.at + got && i < source.head.size(); ++i)
            static_cast<char*>(into)[i - source.at] = source.head[i];
        source.at += got;
        return static_cast<tmsize_t>(got);
    }
    static tmsize_t write(thandle_t, void*, tmsize_t) { return 0; }
    static toff_t seek(thandle_t handle, toff_t offset, int whence) {
        Source& source = of(handle);
        const toff_t size = source.file->size();
        source.at = offset + (whence == SEEK_CUR ? source.at : whence == SEEK_END ? size : 0);
        source.at = std::min(source.at, size);
        return source.at;
    }
    static int close(thandle_t) { return 0; }
    static toff_t size(thandle_t handle) { return of(handle).file->size(); }

    [[gnu::format(printf, 4, 0)]] static int keep(TIFF*, void* source, const char*, const char* format,
                                                  va_list values) {
        std::string& message = static_cast<Source*>(source)->message;
        char text[256] = "";
        if (message.empty() && std::vsnprintf(text, sizeof text, format, values) > 0) message = text;
        return 1;
    }
    static int ignore(TIFF*, void*, const char*, const char*, va_list) { return 1; }
};

struct Close {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
    void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};

struct Layout {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint16_t bits = 1;
    std::uint16_t samples = 1;
    std::uint16_t format = SAMPLEFORMAT_UINT;
    std::uint16_t photometric = PHOTOMETRIC_MINISBLACK;
    std::uint16_t planar = PLANARCONFIG_CONTIG;
    std::uint16_t orientation = ORIENTATION_TOPLEFT;

    std::size_t row_bytes(std::uint32_t pixels) const {
        return (std::size_t{pixels} * samples * bits + 7) / 8;
    }
    bool is_grey() const {
        return photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE;
    }
    bool is_integer() const { return format == SAMPLEFORMAT_UINT || format == SAMPLEFORMAT_INT; }

    /// Bitmaps and grey of 2 and 4 bits are stretched to 8, as libtiff does it.
    bool is_stretched() const { return bits == 1 || bits == 2 || bits == 4; }

    /// Whether the samples can be taken as they are; the rest goes through the colours of libtiff's own, 8
    /// bits each.
    bool is_plain() const {
        const bool colour = photometric == PHOTOMETRIC_RGB && samples >= 3 && planar == PLANARCONFIG_CONTIG;
        const bool grey = is_grey() && (samples == 1 || planar == PLANARCONFIG_CONTIG);
        const bool number = (is_integer() && ((bits <= 16 && !is_stretched()) || bits == 32)) ||
                            (format == SAMPLEFORMAT_IEEEFP && (bits == 32 || bits == 64));
        return (grey || colour) && number;
    }
};

/// A TIFF file that is open at one of its directories.
class Tiff {
  public:
    explicit Tiff(const InputFile& file) : Tiff(file, std::string()) {}

    /// Open at a directory by the place where that begins.
    Tiff(const InputFile& file, std::uint64_t directory) : Tiff(file, head_with(file, directory)) {}

    Tiff(const Tiff&) = delete;
    Tiff& operator=(const Tiff&) = delete;

    TIFF* get() const { return tiff_.get(); }

    void go_to(std::uint32_t directory) const {
        if (directory > 0 && TIFFSetDirectory(get(), directory) != 1) damaged();
    }

    [[noreturn]] void damaged() const {
        const std::string& cause = source_.message;
        throw CodecError("the TIFF image is damaged or cut short" +
                         (cause.empty() ? "" : " (" + cause + ")"));
    }

    /// Whether the file holds the whole directory: libtiff takes one without the place of the next for the
    /// last.
    bool has_whole_directory() const {
        const bool big = TIFFIsBigTIFF(get()) != 0;
        const std::uint64_t at = TIFFCurrentDirOffset(get());
        const std::uint64_t count_bytes = big ? 8 : 2, entry_bytes = big ? 20 : 12, place_bytes = big ? 8 : 4;
        if (at > source_.file->size() || count_bytes > source_.file->size() - at) return false;
        const std::string bytes = source_.file->read(at, count_bytes);
        std::uint64_t entries = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i)
            entries =
                entries << 8 | static_cast<unsigned char>(bytes[big_endian() ? i : bytes.size() - 1 - i]);
        const std::uint64_t left = source_.file->size() - at - count_bytes;
        return left >= place_bytes && entries <= (left - place_bytes) / entry_bytes;
    }

    std::uint32_t number(std::uint32_t tag) const {
        std::uint32_t value = 0;
        TIFFGetField(get(), tag, &value);
        return value;
    }

    std::uint16_t word(std::uint32_t tag, std::uint16_t missing) const {
        std::uint16_t value = missing;
        TIFFGetFieldDefaulted(get(), tag, &value);
        return value;
    }

    /// How many bytes of pixels a stored byte can give at most; 0 where there is no telling.
    std::uint64_t most_in_byte() const {
        switch (word(TIFFTAG_COMPRESSION, COMPRESSION_NONE)) {
            case COMPRESSION_NONE:
                return 1;
            case COMPRESSION_PACKBITS:
                return 64;
            case COMPRESSION_LZW:
                return 1400;  // strings of 1 to 3838 bytes in codes of up to 12 bits, then again
            case COMPRESSION_ADOBE_DEFLATE:
            case COMPRESSION_DEFLATE:
                return max_inflation;
            default:
                return 0;
        }
    }

    Layout layout() const {
        const Layout layout{.width = number(TIFFTAG_IMAGEWIDTH),
                            .height = number(TIFFTAG_IMAGELENGTH),
                            .bits = word(TIFFTAG_BITSPERSAMPLE, 1),
                            .samples = word(TIFFTAG_SAMPLESPERPIXEL, 1),
                            .format = word(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT),
                            .photometric = word(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK),
                            .planar = word(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG),
                            .orientation = word(TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT)};
        require_sides(layout.width, layout.height);
        if (layout.samples < 1 || layout.samples > 16 || layout.bits < 1) damaged();
        if (const std::uint64_t most = most_in_byte())
            require_enough(source_.file->size(), layout.row_bytes(layout.width) * layout.height, most);
        return layout;
    }

  private:
    Tiff(const InputFile& file, std::string head) : source_{.file = &file, .head = std::move(head)} {
        const std::unique_ptr<TIFFOpenOptions, Close> options(TIFFOpenOptionsAlloc());
        TIFFOpenOptionsSetErrorHandlerExtR(options.get(), Source::keep, &source_);
        TIFFOpenOptionsSetWarningHandlerExtR(options.get(), Source::ignore, nullptr);
        // "m": not mapped, it is read in parts.
        tiff_.reset(TIFFClientOpenExt("", "rm", &source_, Source::read, Source::write, Source::seek,
                                      Source::close, Source::size, nullptr, nullptr, options.get()));
        if (!tiff_) damaged();
    }

    /// The beginning of the file, as if this directory were the first: libtiff goes through all before it to
    /// get to another, which takes long where there are thousands.
    static std::string head_with(const InputFile& file, std::uint64_t directory) {
        constexpr std::size_t head_bytes = 16;
        std::string head = file.head(head_bytes);
        const bool big_endian = head.front() == 'M';
        const bool big = head.size() == head_bytes && head[big_endian ? 3 : 2] == '\x2b';
        const std::size_t place = big ? 8 : 4, bytes = place;
        for (std::size_t i = 0; i < bytes && place + i < head.size(); ++i)
            head[place + (big_endian ? bytes - 1 - i : i)] = static_cast<char>(directory >> 8 * i & 0xff);
        return head;
    }

    bool big_endian() const { return TIFFIsBigEndian(get()) != 0; }

    Source source_;
    std::unique_ptr<TIFF, Close> tiff_;
};

template <class T>
float number_at(const std::uint8_t* bytes) {
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return static_cast<float>(value);
}

/// The bits one after the other, the highest of each byte first.
std::uint32_t packed_at(const std::uint8_t* row, std::size_t first_bit, int bits) {
    std::uint32_t value = 0;
    for (std::size_t bit = first_bit; bit < first_bit + static_cast<std::size_t>(bits); ++bit)
        value = value << 1 | (row[bit / 8] >> (7 - bit % 8) & 1u);
    return value;
}

float sample_at(const std::uint8_t* row, std::size_t index, const Layout& layout) {
    const bool is_signed = layout.format == SAMPLEFORMAT_INT;
    const std::uint8_t* bytes = row + index * layout.bits / 8;
    if (layout.format == SAMPLEFORMAT_IEEEFP)
        return layout.bits == 32 ? number_at<float>(bytes) : number_at<double>(bytes);
    if (layout.bits == 8) return is_signed ? number_at<std::int8_t>(bytes) : number_at<std::uint8_t>(bytes);
    if (layout.bits == 16)
        return is_signed ? number_at<std::int16_t>(bytes) : number_at<std::uint16_t>(bytes);
    if (layout.bits == 32)
        return is_signed ? number_at<std::int32_t>(bytes) : number_at<std::uint32_t>(bytes);
    const auto value = static_cast<std::int32_t>(packed_at(row, index * layout.bits, layout.bits));
    const bool negative = is_signed && value >> (layout.bits - 1) != 0;
    return static_cast<float>(negative ? value - (1 << layout.bits) : value);
}

float grey_at(const std::uint8_t* row, std::size_t pixel, const Layout& layout) {
    const std::size_t index = pixel * layout.samples;
    const float first = sample_at(row, index, layout);
    if (layout.is_grey() && layout.photometric != PHOTOMETRIC_MINISWHITE) return first;
    if (!layout.is_grey())
        return luma(first, sample_at(row, index + 1, layout), sample_at(row, index + 2, layout));
    // White is zero; only of integers is it known what black is.
    const bool turnable = layout.format == SAMPLEFORMAT_UINT && layout.bits <= 16;
    return turnable ? static_cast<float>((1u << layout.bits) - 1) - first : -first;
}

Image<float> read_strips(const Tiff& tiff, const Layout& layout) {
    const auto row_bytes = static_cast<std::size_t>(TIFFScanlineSize(tiff.get()));
    if (row_bytes < layout.row_bytes(layout.width)) tiff.damaged();
    std::vector<std::uint8_t> row(row_bytes);
    Image<float> pixels(static_cast<int>(layout.width), static_cast<int>(layout.height));
    for (int y = 0; y < pixels.height(); ++y) {
        if (TIFFReadScanline(tiff.get(), row.data(), static_cast<std::uint32_t>(y), 0) != 1) tiff.damaged();
        for (int x = 0; x < pixels.width(); ++x)
            pixels(x, y) = grey_at(row.data(), static_cast<std::size_t>(x), layout);
    }
    return pixels;
}

Image<float> read_tiles(const Tiff& tiff, const Layout& layout) {
    const std::uint32_t across = tiff.number(TIFFTAG_TILEWIDTH), down = tiff.number(TIFFTAG_TILELENGTH);
    if (across == 0 || down == 0 || across > layout.width + 65536 || down > layout.height + 65536)
        tiff.damaged();
    const auto tile_bytes = static_cast<std::size_t>(TIFFTileSize(tiff.get()));
    const auto row_bytes = static_cast<std::size_t>(TIFFTileRowSize(tiff.get()));
    if (row_bytes < layout.row_bytes(across) || tile_bytes < row_bytes * down) tiff.damaged();
    std::vector<std::uint8_t> tile(tile_bytes);
    Image<float> pixels(static_cast<int>(layout.width), static_cast<int>(layout.height));
    for (std::uint32_t top = 0; top < layout.height; top += down)
        for (std::uint32_t left = 0; left < layout.width; left += across) {
            if (TIFFReadTile(tiff.get(), tile.data(), left, top, 0, 0) < 0) tiff.damaged();
            for (std::uint32_t y = top; y < std::min(top + down, layout.height); ++y)
                for (std::uint32_t x = left; x < std::min(left + across, layout.width); ++x)
                    pixels(static_cast<int>(x), static_cast<int>(y)) =
                        grey_at(tile.data() + (y - top) * row_bytes, x - left, layout);
        }
    return pixels;
}

/// Palettes, bitmaps, and colour spaces of all kinds, as they would be displayed, in the order of the file.
Image<float> read_displayed(const Tiff& tiff, const Layout& layout) {
    char reason[1024] = "";
    if (TIFFRGBAImageOK(tiff.get(), reason) != 1)
        throw CodecError("TIFF pixels of this kind, with " + std::to_string(layout.bits) +
                         " bits, are not read: " + reason);
    std::vector<std::uint32_t> colours(std::size_t{layout.width} * layout.height);
    constexpr int stop_on_error = 1;
    if (TIFFReadRGBAImageOriented(tiff.get(), layout.width, layout.height, colours.data(), layout.orientation,
                                  stop_on_error) != 1)
        tiff.damaged();
    Image<float> pixels(static_cast<int>(layout.width), static_cast<int>(layout.height));
    std::transform(colours.begin(), colours.end(), pixels.row(0), [](std::uint32_t c) {
        return luma(static_cast<float>(TIFFGetR(c)), static_cast<float>(TIFFGetG(c)),
                    static_cast<float>(TIFFGetB(c)));
    });
    return pixels;
}

Image<float> read_stored(const Tiff& tiff, const Layout& layout) {
    if (!layout.is_plain()) return read_displayed(tiff, layout);
    return TIFFIsTiled(tiff.get()) ? read_tiles(tiff, layout) : read_strips(tiff, layout);
}

/// Whether the directory holds a page, and no preview or mask of one.
bool is_page(const Tiff& tiff) {
    return (tiff.number(TIFFTAG_SUBFILETYPE) & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) == 0;
}

}  // namespace

std::vector<std::uint64_t> tiff_pages(const InputFile& file) {
    const Tiff tiff(file);
    std::vector<std::uint64_t> pages;
    const std::uint64_t first = TIFFCurrentDirOffset(tiff.get());
    for (;;) {
        if (!tiff.has_whole_directory()) tiff.damaged();
        if (is_page(tiff)) pages.push_back(TIFFCurrentDirOffset(tiff.get()));
        if (TIFFLastDirectory(tiff.get()) != 0) break;
        if (TIFFReadDirectory(tiff.get()) != 1) tiff.damaged();
    }
    // A file with nothing but previews is an image all the same.
    return pages.empty() ? std::vector<std::uint64_t>{first} : pages;
}

Sides tiff_sides(const InputFile& file, std::uint64_t directory) {
    const Layout layout = Tiff(file, directory).layout();
    return {static_cast<int>(layout.width), static_cast<int>(layout.height)};
}

Image<float> decode_tiff(const InputFile& file, std::uint64_t directory) {
    const Tiff tiff(file, directory);
    const Layout layout = tiff.layout();
    return upright(read_stored(tiff, layout), layout.orientation);
}

double tiff_full_scale(const InputFile& file) {
    const Layout layout = Tiff(file).layout();
    if (!layout.is_plain()) return 255.0;
    return layout.format == SAMPLEFORMAT_UINT && layout.bits <= 16 ? (1U << layout.bits) - 1 : 1.0;
}

}  // namespace stenometry::io
