#pragma once

#include <optional>
#include <span>
#include <vector>

#include "comparison/region_measurement.h"
#include "stenometry/comparison.h"

namespace stenometry {

/// What was treated, on the shared axis.
struct TreatedSegment {
    std::vector<AxisStretch> stents;  ///< from proximal to distal; empty where it is not known
    TreatedEnds ends_from = TreatedEnds::user;
    std::optional<std::size_t> lesion;  ///< index into the narrowings before

    std::optional<AxisStretch> whole() const;
};

/// By the user's ends, else by where the lumen widened around the lesion, else the lesion itself.
TreatedSegment find_treated_segment(std::span<const Visit> visits, std::span<const SmoothProfile> profiles,
                                    std::span<const ComparedVisit> compared,
                                    const ComparisonOptions& options);

}  // namespace stenometry
