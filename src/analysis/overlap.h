#pragma once

#include <vector>

#include "stenometry/analysis.h"

namespace stenometry {

/// Tells for every lesion whether the lumen of another of the vessels touches its lumen or reference contour
/// between its borders. Where two vessels run into one another at a bifurcation, neither lies over the other.
void find_overlaps(std::vector<Vessel>& vessels);

}  // namespace stenometry
