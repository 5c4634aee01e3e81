#include "stenometry/interop/opencv.h"

#include <string>

#include "io/luma.h"

namespace stenometry::interop {
namespace {

bool is_known_depth(int depth) { return depth >= CV_8U && depth <= CV_64F; }

void require_grey_or_colour(const cv::Mat& mat) {
    if (mat.empty()) throw InvalidInput("the matrix is empty");
    if (mat.dims != 2)
        throw InvalidInput("the matrix has " + std::to_string(mat.dims) +
                           " dimensions: give one image of it");
    const int channels = mat.channels();
    if (channels != 1 && channels != 3 && channels != 4)
        throw InvalidInput("the matrix has " + std::to_string(channels) +
                           " channels: a frame is made of 1 (grey), 3 (blue, green, red) or 4 (and opacity)");
    if (!is_known_depth(mat.depth()))
        throw InvalidInput("the matrix holds numbers of half precision: convert it to CV_32F first");
}

Image<float> grey_of(const cv::Mat& colour) {
    auto grey = Image<float>::unfilled(colour.cols, colour.rows);
    const int channels = colour.channels();
    for (int y = 0; y < colour.rows; ++y) {
        const float* pixel = colour.ptr<float>(y);
        for (int x = 0; x < colour.cols; ++x, pixel += channels)
            grey(x, y) = io::luma(pixel[2], pixel[1], pixel[0]);
    }
    return grey;
}

}  // namespace

Frame frame_from_mat(const cv::Mat& mat, Intensity intensity, const Calibration& calibration) {
    require_grey_or_colour(mat);
    cv::Mat floats = mat;
    if (mat.depth() != CV_32F) mat.convertTo(floats, CV_32F);
    Image<float> pixels = floats.channels() == 1 ? from_mat<float>(floats) : grey_of(floats);
    return make_frame(std::move(pixels), intensity, calibration);
}

}  // namespace stenometry::interop
