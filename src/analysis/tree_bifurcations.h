#pragma once

#include <span>
#include <vector>

#include "stenometry/analysis.h"

namespace stenometry {

/// Gives every vessel the bifurcations at which another of the vessels leaves it, proximal first.
/// \param origins_px the place in the tree where each vessel begins
/// \pre diameters are measured, `id` is the index of the vessel, and `parent` says what it leaves.
void find_bifurcations(std::vector<Vessel>& vessels, std::span<const Point> origins_px, BranchingLaw law);

/// Tells every narrowing which side branch leaves at it.
/// \pre bifurcations and lesions are found.
void find_bifurcation_lesions(std::vector<Vessel>& vessels);

/// The bifurcations whose side branch was measured, as the reference takes them.
std::vector<SideBranch> side_branches(const Vessel& vessel, const Calibration& calibration);

}  // namespace stenometry
