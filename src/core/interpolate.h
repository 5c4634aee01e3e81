#pragma once

#include <algorithm>
#include <opencv2/core.hpp>

namespace stenometry {

/// Linear interpolation; beyond the outermost pixels their value.
inline float interpolate(const cv::Mat& image, float x, float y) {
    x = std::clamp(x, 0.0F, float(image.cols - 1));
    y = std::clamp(y, 0.0F, float(image.rows - 1));
    const int column = std::min(static_cast<int>(x), std::max(0, image.cols - 2));
    const int row = std::min(static_cast<int>(y), std::max(0, image.rows - 2));
    const float fx = x - float(column);
    const float fy = y - float(row);
    const float* above = image.ptr<float>(row) + column;
    const float* below = image.ptr<float>(std::min(row + 1, image.rows - 1)) + column;
    const int next = image.cols > 1 ? 1 : 0;
    return (1 - fy) * ((1 - fx) * above[0] + fx * above[next]) +
           fy * ((1 - fx) * below[0] + fx * below[next]);
}

}  // namespace stenometry
