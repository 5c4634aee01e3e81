#pragma once

#include <span>
#include <vector>

#include "comparison/region_measurement.h"
#include "stenometry/comparison.h"

namespace stenometry {

/// The restenosis of a follow-up in the treated segment with its edges, and its pattern.
Restenosis find_restenosis(const ComparedVisit& follow_up, const SmoothProfile& profile,
                           std::span<const AxisStretch> stents, const ComparisonOptions& options);

/// The pattern of restenoses that extend so far on the shared axis.
/// \param peaks_mm where each is narrowest
RestenosisPattern pattern_of(std::span<const AxisStretch> foci, std::span<const double> peaks_mm,
                             std::span<const AxisStretch> stents, const ComparisonOptions& options);

}  // namespace stenometry
