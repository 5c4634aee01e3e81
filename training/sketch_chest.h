#pragma once

#include "sketch_random.h"
#include "stenometry/image.h"

namespace stenometry::training {

/// What lies around the heart, in the logarithm of the X-rays.
struct Chest {
    Image<float> logarithm;
    double texture = 0.0;  ///< standard deviation of its finest structures
};

/// Smooth shadows, borders of organs, ribs, a spine and vessels of the lung, each there or not.
Chest sketch_chest(Random& random, int size_px, double px_per_mm);

}  // namespace stenometry::training
