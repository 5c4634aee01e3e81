#pragma once

#include <cstdint>

#include "stenometry/image.h"

namespace stenometry {

/// The mask (not 0) reduced to lines one pixel wide, 255, that have its parts, holes and ends: pixels go in
/// the order of `distance` (distance.h), as long as no part is torn or ended by it, so that the lines run in
/// the middle of the mask. Source: simple points by Yokoi et al., Comput. Graph. Image Process. 4 (1975) 63;
/// order by distance as in Pudney, Comput. Vis. Image Underst. 72 (1998) 404.
Image<std::uint8_t> thin(const Image<std::uint8_t>& mask, const Image<float>& distance);

}  // namespace stenometry
