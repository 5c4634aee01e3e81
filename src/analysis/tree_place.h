#pragma once

#include <vector>

#include "stenometry/analysis.h"

namespace stenometry {

/// Says of every vessel of which order it is, and how far from the ostium it begins, where the tree tells.
/// \param tip_px of the catheter; a vessel without a parent that begins there begins at the ostium
/// \pre `parent` and `bifurcations` are known.
void find_places_in_tree(std::vector<Vessel>& vessels, std::optional<Point> tip_px);

}  // namespace stenometry
