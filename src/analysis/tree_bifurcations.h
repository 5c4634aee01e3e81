#pragma once

#include <vector>

#include "stenometry/analysis.h"
#include "stenometry/vessel_tree.h"

namespace stenometry {

/// Gives every vessel the bifurcations of the tree at which another of the vessels begins, proximal first.
/// \pre diameters are measured, and `id` is the index of the vessel.
void find_bifurcations(const VesselTree& tree, std::vector<Vessel>& vessels, BranchingLaw law);

/// The bifurcations whose side branch was measured, as the reference takes them.
std::vector<SideBranch> side_branches(const Vessel& vessel, const Calibration& calibration);

}  // namespace stenometry
