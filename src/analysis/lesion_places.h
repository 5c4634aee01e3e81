#pragma once

#include <vector>

#include "stenometry/pipeline.h"

namespace stenometry {

/// Gives the bifurcations of a tree their Medina class, and its stenoses and ectasias their place in it.
/// \pre parents, bifurcations and ways from the ostium are known.
/// \param calibration `Frame::sized_calibration`
void find_lesion_places(std::vector<Vessel>& vessels, const Calibration& calibration,
                        const AnalysisOptions& options);

}  // namespace stenometry
