#pragma once

#include <cstdint>

#include "stenometry/phantom.h"

namespace stenometry::test {

/// The grey values of a phantom as files of 16 bits hold them.
inline Image<std::uint16_t> sixteen_bit_pixels(const phantom::Phantom& phantom) {
    const Image<float>& frame = phantom.frame.pixels;
    Image<std::uint16_t> pixels(frame.width(), frame.height());
    for (int y = 0; y < pixels.height(); ++y)
        for (int x = 0; x < pixels.width(); ++x) pixels(x, y) = static_cast<std::uint16_t>(frame(x, y));
    return pixels;
}

}  // namespace stenometry::test
