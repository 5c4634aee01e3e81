#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <type_traits>

#include "stenometry/error.h"
#include "stenometry/export.h"
#include "stenometry/frame.h"
#include "stenometry/image.h"

STENOMETRY_EXPORT_BEGIN

/// Images of OpenCV looked at as images of this library and the other way round, without copying pixels.
namespace stenometry::interop {

/// OpenCV's number for a pixel of type T.
template <class T>
constexpr int cv_type() {
    if constexpr (std::is_same_v<T, Rgb>) {
        return CV_8UC3;
    } else {
        return cv::DataType<T>::type;
    }
}

/// A `cv::Mat` over the pixels of `image`, which must outlive it.
template <class T>
cv::Mat as_mat(const Image<T>& image) {
    auto* pixels = const_cast<T*>(image.empty() ? nullptr : image.row(0));
    return cv::Mat(image.height(), image.width(), cv_type<T>(), pixels,
                   static_cast<std::size_t>(image.stride()) * sizeof(T));
}

/// An image over the pixels of `mat`, which it keeps alive.
/// \throws InvalidInput if `mat` has another pixel type, or rows that do not start on a pixel.
template <class T>
Image<T> from_mat(const cv::Mat& mat) {
    if (mat.empty()) return {};
    if (mat.dims != 2 || mat.type() != cv_type<T>())
        throw InvalidInput("the matrix has another pixel type than the image asked for");
    if (mat.step[0] % sizeof(T) != 0) throw InvalidInput("the rows of the matrix do not start on a pixel");
    auto keep = std::make_shared<cv::Mat>(mat);
    std::shared_ptr<T> pixels(keep, reinterpret_cast<T*>(keep->data));
    return {mat.cols, mat.rows, static_cast<std::ptrdiff_t>(mat.step[0] / sizeof(T)), std::move(pixels)};
}

/// A frame with the values of `mat`, whatever its depth: 8, 16 or 32 bits with or without a sign, float or
/// double. Colour becomes grey by the luma of ITU-R BT.601, three channels as blue, green and red, four with
/// an opacity that is left out. Pixels of one channel of floats are shared, those of anything else copied;
/// what is not finite is invalid, see `make_frame`.
/// \param intensity what the values mean: vessels are dark where there are more X-rays in higher ones
/// \throws InvalidInput if `mat` is empty, is not two-dimensional, or has two channels or more than four, or
/// half-precision numbers.
Frame frame_from_mat(const cv::Mat& mat, Intensity intensity, const Calibration& calibration = {});

}  // namespace stenometry::interop

STENOMETRY_EXPORT_END
