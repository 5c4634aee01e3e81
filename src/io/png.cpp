#include <zlib.h>

#include <cstdint>
#include <opencv2/imgcodecs.hpp>

#include "io/codec.h"
#include "io/still_codecs.h"
#include "stenometry/interop/opencv.h"

namespace stenometry::io {

namespace {

std::uint32_t big_endian_32(std::string_view file, std::size_t at) {
    if (at + 4 > file.size()) throw CodecError("the PNG image is cut short");
    const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(file[at + i])}; };
    return byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
}

std::uint32_t checksum(std::string_view bytes) {
    return static_cast<std::uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

/// One chunk: length, type, data, checksum.
std::string_view chunk_at(std::string_view file, std::size_t at) {
    const std::size_t length = big_endian_32(file, at);
    if (file.size() - at < 12 || length > file.size() - at - 12)
        throw CodecError("the PNG image is cut short");
    const std::string_view chunk = file.substr(at, length + 12);
    if (checksum(chunk.substr(4, length + 4)) != big_endian_32(chunk, length + 8))
        throw CodecError("the PNG image is damaged");
    return chunk;
}

/// The file with only those chunks that make its pixels: the others (text, colour profiles) bring warnings at
/// most.
std::string checked_chunks(std::string_view file) {
    constexpr std::size_t signature = 8;
    std::string kept(file.substr(0, signature));
    for (std::size_t at = signature;;) {
        const std::string_view chunk = chunk_at(file, at);
        const std::string_view type = chunk.substr(4, 4);
        if (type == "IHDR") require_sides(big_endian_32(chunk, 8), big_endian_32(chunk, 12));
        if (type == "IHDR" || type == "PLTE" || type == "tRNS" || type == "IDAT" || type == "IEND")
            kept += chunk;
        if (type == "IEND") return kept;
        at += chunk.size();
    }
}

}  // namespace

Image<float> decode_png(std::string_view file) {
    const std::string checked = checked_chunks(file);
    const cv::Mat encoded(1, static_cast<int>(checked.size()), CV_8U, const_cast<char*>(checked.data()));
    cv::Mat image;
    try {
        image = cv::imdecode(encoded, cv::IMREAD_GRAYSCALE | cv::IMREAD_ANYDEPTH);
    } catch (const cv::Exception&) {
        // Its message is of several lines and about OpenCV's sources.
    }
    if (image.empty()) throw CodecError("the PNG image is damaged");
    cv::Mat pixels;
    image.convertTo(pixels, CV_32F);
    return interop::from_mat<float>(pixels);
}

}  // namespace stenometry::io
