#pragma once

#include <vector>

#include "stenometry/analysis.h"

namespace stenometry {

/// Marks the widenings that the frame explains otherwise than by an ectasia: where vessels part or cross, and
/// where the lumen is not as dark as it is wide. What the profile alone has told stays.
/// \param mask of all vessels of the frame
void judge_ectasias(std::vector<Vessel>& vessels, const VesselMask& mask);

}  // namespace stenometry
