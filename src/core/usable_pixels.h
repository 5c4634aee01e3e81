#pragma once

#include <cmath>
#include <cstdint>

#include "core/parallel.h"
#include "stenometry/frame.h"

namespace stenometry {

/// 255 where the frame says it is valid and its pixels are finite, else 0.
/// \param usable written over where it has the frame's size, else replaced
inline void usable_pixels(const Frame& frame, Image<std::uint8_t>& usable) {
    if (!same_size(usable, frame.pixels))
        usable = Image<std::uint8_t>::unfilled(frame.width(), frame.height());
    parallel_for(0, frame.height(), [&](int y) {
        const float* pixel = frame.pixels.row(y);
        const std::uint8_t* valid = frame.valid.empty() ? nullptr : frame.valid.row(y);
        std::uint8_t* out = usable.row(y);
        for (int x = 0; x < frame.width(); ++x)
            out[x] = std::isfinite(pixel[x]) && (!valid || valid[x] != 0) ? 255 : 0;
    });
}

inline Image<std::uint8_t> usable_pixels(const Frame& frame) {
    Image<std::uint8_t> usable;
    usable_pixels(frame, usable);
    return usable;
}

}  // namespace stenometry
