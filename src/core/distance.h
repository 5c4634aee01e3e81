#pragma once

#include <cstdint>
#include <optional>

#include "stenometry/image.h"

/// Exact Euclidean distances between the centres of pixels. What lies beyond the image is neither mask nor
/// background, and what is 32767 rows or columns off is not seen. Source: Felzenszwalb and Huttenlocher,
/// Theory Comput. 8 (2012) 415.
namespace stenometry {

/// Distance of every pixel of the mask (not 0) to the nearest background pixel, 0 outside the mask. A mask
/// without background is as far from it as the image is wide and high together.
/// \param reach_px what is farther counts as this far, and takes no time
Image<float> distance_to_background(const Image<std::uint8_t>& mask,
                                    std::optional<int> reach_px = std::nullopt);

/// For every pixel the nearest of some sites.
struct NearestSites {
    Image<float> distance_px;  ///< infinite where all are out of reach
    Image<std::int32_t> site;  ///< its number, -1 where all are out of reach
};

/// \param sites the number of a site, >= 0, at its pixel, and -1 elsewhere
NearestSites find_nearest(const Image<std::int32_t>& sites, float reach_px);

}  // namespace stenometry
