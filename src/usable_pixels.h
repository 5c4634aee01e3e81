#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "stenometry/frame.h"

namespace stenometry {

/// 255 where the frame says it is valid and its pixels are finite, else 0.
inline Image<std::uint8_t> usable_pixels(const Frame& frame) {
    Image<std::uint8_t> usable(frame.width(), frame.height());
    for (int y = 0; y < frame.height(); ++y) {
        const float* pixel = frame.pixels.row(y);
        std::uint8_t* out = usable.row(y);
        // Comparing, unlike std::isfinite, is done for many pixels at once; NaN is not below anything.
        for (int x = 0; x < frame.width(); ++x)
            out[x] = std::abs(pixel[x]) <= std::numeric_limits<float>::max() ? 255 : 0;
        if (frame.valid.empty()) continue;
        const std::uint8_t* valid = frame.valid.row(y);
        for (int x = 0; x < frame.width(); ++x) out[x] = valid[x] != 0 ? out[x] : std::uint8_t{0};
    }
    return usable;
}

}  // namespace stenometry
