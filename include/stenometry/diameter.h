#pragma once

#include <string_view>
#include <vector>

#include "stenometry/contour.h"

namespace stenometry {

/// How the distance of two edges becomes the diameter of a lumen.
enum class DiameterMethod {
    contour,  ///< distance of the walls, corrected for what blur does to a cylinder of that size
};

std::string_view to_string(DiameterMethod method);

struct DiameterOptions {
    DiameterMethod method = DiameterMethod::contour;
    PhysicalLength smoothing{.mm = 0.6, .uncalibrated_px = 3.0};  ///< sigma along the vessel of the reported profile, >= 0

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// Lumen diameter along one vessel from proximal to distal. All arrays are as long as the centerline.
struct DiameterProfile {
    std::vector<double> position_px;  ///< arc length from the first centerline point
    std::vector<double> diameter_px;  ///< NaN where the walls were not found
    std::vector<double> sd_px;        ///< standard error of the diameter
    DiameterMethod method = DiameterMethod::contour;
};

/// Diameter of the lumen at every point of the contour's centerline.
/// \throws InvalidInput if an option is out of range.
DiameterProfile measure_diameter(const Frame& frame, const VesselContour& contour,
                                 const DiameterOptions& options = {});

}  // namespace stenometry
