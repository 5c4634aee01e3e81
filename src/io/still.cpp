#include "io/still.h"

#include <cctype>
#include <string_view>

#include "io/codec.h"
#include "io/still_codecs.h"

namespace stenometry::io {

namespace {

Image<float> decode(std::string_view bytes, const std::string& format) {
    if (format == "PNG") return decode_png(bytes);
    if (format == "JPEG") return decode_jpeg_still(bytes);
    if (format == "TIFF") return decode_tiff(bytes);
    if (format == "BMP") return decode_bmp(bytes);
    return decode_pnm(bytes);
}

double full_scale(std::string_view bytes, const std::string& format) {
    if (format == "PNG") return png_full_scale(bytes);
    if (format == "TIFF") return tiff_full_scale(bytes);
    return format == "PNM" ? pnm_full_scale(bytes) : 255.0;
}

Image<float> decode_still(const InputFile& file, const std::string& format) {
    constexpr std::uint64_t max_bytes = 1u << 31;  // OpenCV and zlib count them with an int
    if (file.size() >= max_bytes)
        throw read_error(file.path(), "the " + format + " file is larger than 2 GB");
    try {
        return decode(file.all(), format);
    } catch (const CodecError& e) {
        throw read_error(file.path(), e.what());
    }
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
    try {
        return full_scale(file.all(), format);
    } catch (const CodecError& e) {
        throw read_error(file.path(), e.what());
    }
}

Frame read_still(const InputFile& file, const std::string& format) {
    return make_frame(decode_still(file, format));
}

}  // namespace stenometry::io
