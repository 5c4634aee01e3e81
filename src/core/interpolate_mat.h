#pragma once

#include <opencv2/core.hpp>

#include "core/interpolate.h"

namespace stenometry {

/// Linear interpolation of a matrix of floats; beyond the outermost pixels their value.
inline float interpolate(const cv::Mat& image, float x, float y) {
    return interpolate_linear(image.cols, image.rows, x, y, [&](int row) { return image.ptr<float>(row); });
}

}  // namespace stenometry
