#include "stenometry/io/image.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "stenometry/error.h"
#include "stenometry/interop/opencv.h"
#include "stenometry/io/cine.h"

namespace stenometry::io {

namespace {

void write_encoded(const std::filesystem::path& path, const cv::Mat& image) {
    if (image.empty()) throw InvalidInput("an image without pixels cannot be written");
    std::vector<std::uint8_t> bytes;
    cv::imencode(".png", image, bytes);
    write_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

Frame read_image(const std::filesystem::path& path, const Calibration& calibration) {
    Frame frame = open_cine(path)->read(0);
    if (calibration.known()) frame.calibration = calibration;
    return frame;
}

void write_png(const std::filesystem::path& path, const Image<std::uint8_t>& image) {
    write_encoded(path, interop::as_mat(image));
}

void write_png(const std::filesystem::path& path, const Image<std::uint16_t>& image) {
    write_encoded(path, interop::as_mat(image));
}

void write_png(const std::filesystem::path& path, const Image<Rgb>& image) {
    cv::Mat blue_first;
    if (!image.empty()) cv::cvtColor(interop::as_mat(image), blue_first, cv::COLOR_RGB2BGR);
    write_encoded(path, blue_first);
}

}  // namespace stenometry::io
