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
    /// Sigma of the averaging along the vessel, >= 0. It fills the throat of a 5 mm long lesion by less than
    /// 0.1 mm.
    PhysicalLength smoothing{.mm = 0.4, .uncalibrated_px = 2.0};

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// Lumen diameter along one vessel from proximal to distal. All arrays are as long as the centerline.
struct DiameterProfile {
    std::vector<double> position_px;  ///< arc length from the first centerline point
    std::vector<double> diameter_px;  ///< NaN where the walls were not found
    std::vector<double> sd_px;        ///< standard error of the diameter
    /// Densitometric cross-section: the attenuation integrated across the lumen over that of the contrast
    /// medium per pixel. It takes the lumen for no particular shape. NaN where unknown; empty where no wall
    /// was found at all.
    std::vector<double> area_px2;
    double along_px = 0.0;  ///< standard deviation of the averaging along the vessel
    DiameterMethod method = DiameterMethod::contour;
};

/// Diameter of the lumen at every point of the contour's centerline.
/// The distance of the walls is turned into the diameter of the cylinder that a blur of the contour's size
/// shows so wide. Where the lumen is too narrow for that, its loss of intensity counts as well: a narrow
/// lumen is taken to be round and to hold the contrast that the wide parts of the same vessel hold. Source of
/// the bias: Hoffmann et al., Med. Phys. 29 (2002) 1622; of the densitometric part: Reiber et al.,
/// Circulation 71 (1985) 280. \throws InvalidInput if an option is out of range.
DiameterProfile measure_diameter(const Frame& frame, const VesselContour& contour,
                                 const DiameterOptions& options = {});

/// The contour with its walls moved along the profile across, so that they enclose the measured diameters.
VesselContour fit_walls(VesselContour contour, const DiameterProfile& profile);

}  // namespace stenometry
