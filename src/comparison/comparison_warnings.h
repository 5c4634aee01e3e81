#pragma once

#include <span>
#include <vector>

#include "comparison/region_measurement.h"
#include "stenometry/comparison.h"

namespace stenometry {

/// Angle between the directions from which two images were taken; empty where one is unknown.
std::optional<double> view_difference_deg(const Acquisition& one, const Acquisition& other);

/// What the reader of a comparison should know.
std::vector<ComparisonWarning> comparison_warnings(std::span<const Visit> visits,
                                                   std::span<const SmoothProfile> profiles,
                                                   const Comparison& comparison,
                                                   const ComparisonOptions& options);

}  // namespace stenometry
