#pragma once

#include <cstdint>
#include <limits>
#include <opencv2/core.hpp>

#include "core/mat.h"
#include "stenometry/frame.h"

namespace stenometry {

/// 255 where the frame says it is valid and its pixels are finite, else 0.
inline Image<std::uint8_t> usable_pixels(const Frame& frame) {
    auto usable = Image<std::uint8_t>::unfilled(frame.width(), frame.height());
    cv::Mat mask = as_mat(usable);
    // NaN is in no range.
    constexpr double largest = std::numeric_limits<float>::max();
    cv::inRange(as_mat(frame.pixels), -largest, largest, mask);
    if (!frame.valid.empty()) mask.setTo(0, as_mat(frame.valid) == 0);
    return usable;
}

}  // namespace stenometry
