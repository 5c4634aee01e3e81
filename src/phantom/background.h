#pragma once

#include "phantom/lumen.h"
#include "stenometry/image.h"

namespace stenometry::phantom {

/// Attenuation of a chest (the logarithm of how many times fewer quanta pass) at the points of a grid.
/// \param seed two scenes with one seed have one chest.
/// \param field_mm width and height of what the image shows: the organs are laid out in it.
Image<float> chest_attenuation(const Grid& grid, Point field_mm, std::uint64_t seed);

}  // namespace stenometry::phantom
