#pragma once

#include <span>

#include "stenometry/vessel_match.h"

namespace stenometry {

/// A length that was measured in a visit, in mm as its calibration has them.
struct VisitLength {
    double mm = 0.0;
    double own_sd_mm = 0.0;  ///< standard error without that of the calibration
    const Visit* visit = nullptr;
};

/// Standard error of what is computed from lengths of several visits: of their own errors, which are
/// independent, and of those of the calibrations, of which visits share a part.
/// \param gradient of the computed number by every length
double combined_sd(std::span<const VisitLength> lengths, std::span<const double> gradient);

}  // namespace stenometry
