#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <type_traits>

#include "stenometry/error.h"
#include "stenometry/image.h"

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

}  // namespace stenometry::interop
