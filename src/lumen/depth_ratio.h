#pragma once

#include <vector>

#include "lumen/lumen_model.h"
#include "lumen/lumen_solver.h"

namespace stenometry {

/// How deep a lumen is along the beam over how wide it is, and the relative standard error; NaN where the
/// image does not say.
struct DepthRatios {
    std::vector<double> ratio, sd;
};

/// The step that the attenuation would take if it were free over the stretch about which the lumen is as wide
/// as in the middle (a score test: everything else follows to first order). Where the lumen is so narrow that
/// width and depth look alike, its error is large.
/// \param data around the fitted lumen \param factor of the normal equations, prior included
/// \param places rows, ascending, within those of the grid
DepthRatios depth_ratios(const Linearisation& data, const BorderedBand& factor, const LumenModel& model,
                         const LumenGeometry& lumen, const std::vector<double>& places);

}  // namespace stenometry
