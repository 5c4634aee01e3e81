#pragma once

#include <cstdint>

#include "stenometry/image.h"

namespace stenometry::training {

/// A frame drawn in a few milliseconds, with less physics and more variety than `phantom::cath_lab_scene`:
/// trees are denser, contrast, noise and display wilder. A network that has learned from both knows real
/// frames better.
struct Sketch {
    Image<std::uint8_t> image;
    Image<std::uint8_t> labels;  ///< 0 background, 1 artery, 2 catheter, 3 other device, 255 ignored
    Image<std::uint8_t> valid;   ///< 0 or 255
};

/// The sketch of `seed`; of all seeds a part `devices` shows a catheter and perhaps devices, 0..1.
Sketch draw_sketch(int size_px, std::uint64_t seed, double devices);

}  // namespace stenometry::training
