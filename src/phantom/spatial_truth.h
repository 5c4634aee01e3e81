#pragma once

#include "phantom/spatial_rays.h"

namespace stenometry::phantom {

/// Of each tube, the way of the blood from the ostium to its first point.
std::vector<double> ostium_distances(const std::vector<SpatialTube>& tubes);

/// Fills in what is true of pixels, arteries and lesions.
/// \param tubes those of the scene
void add_truth(CathLabPhantom& result, const std::vector<SeenTube>& tubes);

}  // namespace stenometry::phantom
