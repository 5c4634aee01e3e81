#pragma once

#include <vector>

#include "lumen/bordered_band.h"

namespace stenometry {

/// Half a sum of squares around some parameters to second order: its Hessian (Gauss and Newton) and the
/// gradient with the sign turned, so that matrix^-1 downhill is the step to the minimum.
struct NormalEquations {
    BorderedBand matrix;
    std::vector<double> downhill;
};

}  // namespace stenometry
