#pragma once

#include <string>
#include <vector>

#include "measurement.h"

namespace stenometry::accuracy {

/// How much the numbers of one lesion change although the lesion does not.
struct Stability {
    std::string name;
    int n = 0;               ///< measurements
    int failures = 0;        ///< whose lesion was not reported
    double mld_sd_mm = nan;  ///< of one measurement
    double percent_sd = nan;
};

struct StabilityPlan {
    std::vector<Cell> cells;
    int images = 3;   ///< of each lesion, or cines
    int moves = 20;   ///< pairs of points on each image
    int frames = 16;  ///< of each cine, while the artery is filled
};

/// The two points moved by up to 3 px: standard deviation on one image, root of the mean square over images.
std::vector<Stability> with_points_moved(const StabilityPlan& plan, const AnalysisOptions& options);

/// Neighbouring filled frames of a cine, between the same places of the artery: standard deviation of one
/// measurement, which is that of the differences over sqrt(2).
std::vector<Stability> over_neighbouring_frames(const StabilityPlan& plan, const AnalysisOptions& options);

/// All lesions in one row.
Stability together(const std::string& name, const std::vector<Stability>& rows);

}  // namespace stenometry::accuracy
