#include "io/still.h"

#include <cctype>
#include <string_view>

#include "io/codec.h"
#include "io/still_codecs.h"

namespace stenometry::io {

namespace {

/// Calls `work`, whose errors get the name of the file.
template <class Work>
auto named(const InputFile& file, Work work) {
    try {
        return work();
    } catch (const CodecError& e) {
        throw read_error(file.path(), e.what());
    }
}

std::string bytes_of(const InputFile& file, const std::string& format) {
    constexpr std::uint64_t max_bytes = 1u << 31;  // libpng and zlib count them with an int
    if (file.size() >= max_bytes)
        throw read_error(file.path(), "the " + format + " file is larger than 2 GB");
    return file.all();
}

Image<float> decode(const InputFile& file, const std::string& format, std::uint64_t page) {
    if (format == "TIFF") return decode_tiff(file, page);
    const std::string bytes = bytes_of(file, format);
    if (format == "PNG") return decode_png(bytes);
    if (format == "JPEG") return decode_jpeg_still(bytes);
    return format == "BMP" ? decode_bmp(bytes) : decode_pnm(bytes);
}

Sides sides(const InputFile& file, const std::string& format, std::uint64_t page) {
    if (format == "TIFF") return tiff_sides(file, page);
    const std::string bytes = bytes_of(file, format);
    if (format == "PNG") return png_sides(bytes);
    if (format == "JPEG") return jpeg_sides(bytes);
    return format == "BMP" ? bmp_sides(bytes) : pnm_sides(bytes);
}

double full_scale(const InputFile& file, const std::string& format) {
    if (format == "PNG") return png_full_scale(file.all());
    if (format == "TIFF") return tiff_full_scale(file);
    return format == "PNM" ? pnm_full_scale(file.all()) : 255.0;
}

}  // namespace

std::string still_format(const std::string& head) {
    using namespace std::string_literals;
    if (head.starts_with("\x89PNG\r\n\x1a\n")) return "PNG";
    if (head.starts_with("\xff\xd8\xff")) return "JPEG";
    if (head.starts_with("II*\0"s) || head.starts_with("MM\0*"s)) return "TIFF";
    if (head.starts_with("II+\0"s) || head.starts_with("MM\0+"s)) return "TIFF";
    if (head.starts_with("BM")) return "BMP";
    if (head.size() > 2 && head[0] == 'P' && head[1] >= '1' && head[1] <= '6' &&
        std::isspace(static_cast<unsigned char>(head[2])))
        return "PNM";
    return {};
}

double still_full_scale(const InputFile& file, const std::string& format) {
    return named(file, [&] { return full_scale(file, format); });
}

std::vector<std::uint64_t> still_pages(const InputFile& file, const std::string& format) {
    if (format != "TIFF") return {0};
    return named(file, [&] { return tiff_pages(file); });
}

CineDescription describe_still(const InputFile& file, const std::string& format, std::uint64_t page) {
    const Sides size = named(file, [&] { return sides(file, format, page); });
    return {.width = size.width,
            .height = size.height,
            .held_bytes = format == "TIFF" ? std::uint64_t{0} : file.size()};
}

Frame read_still(const InputFile& file, const std::string& format, std::uint64_t page) {
    return make_frame(named(file, [&] { return decode(file, format, page); }));
}

}  // namespace stenometry::io
