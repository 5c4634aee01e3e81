#pragma once

#include <cstddef>
#include <optional>

#include "stenometry/contour.h"
#include "stenometry/diameter.h"
#include "stenometry/export.h"
#include "stenometry/reference.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// Where a lesion lies: indices into the profile of its vessel.
struct LesionPlace {
    std::size_t proximal_index = 0;  ///< first point of the lesion
    std::size_t mld_index = 0;       ///< where the lumen is narrowest
    std::size_t distal_index = 0;    ///< last point of the lesion
};

/// The shape of one lesion, under the names of DICOM's quantitative arterial analysis (PS3.16 TID 3213 ff.,
/// PS3.17 annex T). The reference contour is the wall as it would be without disease: half the reference
/// diameter on either side of a middle line that bridges the lesion from the healthy vessel on both sides.
/// What could not be measured is empty.
struct LesionGeometry {
    double mld_position_px = 0.0;  ///< arc length from the first point of the vessel to the minimum
    /// Arc length from the first point of the vessel to either border, between samples. Empty where the lumen
    /// does not widen up to the border: at the end of the vessel or beside another lesion.
    std::optional<double> proximal_border_px, distal_border_px;
    /// Standard error of that: of the narrowing there, over its slope, and of what averaging along the vessel
    /// may have moved it. The narrowing is known no better than the healthy lumen beside the lesion follows
    /// the reference. A lesion that runs out slowly has no sharp border. Empty where noise hides the slope.
    std::optional<double> proximal_border_sd_px, distal_border_sd_px;

    /// Area between the reference contour and the lumen in the projection, from border to border.
    std::optional<double> plaque_area_px2;
    /// How far the reference contour lies outside the walls at the minimum, to the left and to the right when
    /// looking distally; negative where the wall lies outside the reference contour. Empty where there is not
    /// enough healthy vessel on both sides to bridge the lesion.
    std::optional<double> plaque_left_px, plaque_right_px;
    /// Standard error of their difference by two: how well the middle of the lumen and the bridge are known.
    std::optional<double> plaque_sd_px;
    /// The smaller of the two over the larger: 1 for a concentric, 0 for an eccentric lesion, whose plaque is
    /// on one side alone (PS3.17 T.2).
    std::optional<double> symmetry;

    /// Angle between a wall and the reference contour in degrees, the mean of both walls: on the way from the
    /// border to the minimum where the narrowing grows from 20 to 80 % of that at the minimum (inflow), and
    /// on the way back (outflow). atan(0.6 x narrowing / (2 x length of that way)). Averaging along the
    /// vessel makes a step a slope of about four times its sigma.
    std::optional<double> inflow_angle_deg, outflow_angle_deg;

    /// Densitometric cross-section of the lumen at the minimum. It takes the lumen for no particular shape.
    std::optional<double> minimal_area_densitometric_px2;
    /// 100 (1 - cross-section / healthy cross-section), both by densitometry: the healthy one is what the
    /// vessel beside the lesion has in proportion to its reference diameter. Source: Reiber et al.,
    /// Circulation 71 (1985) 280.
    std::optional<double> percent_area_stenosis_densitometric;

    /// Whether the lumen of another vessel lies over the lesion, which then has no walls of its own there.
    /// Empty where no other vessel was looked for.
    std::optional<bool> overlap;
};

/// Shape of the lesion at `place`.
/// \param border_percent narrowing at its borders in percent of the reference.
/// \throws InvalidInput unless the arrays have one length and proximal_index <= mld_index <= distal_index
/// lie within it.
LesionGeometry measure_lesion_geometry(const VesselContour& contour, const DiameterProfile& profile,
                                       const ReferenceProfile& reference, const LesionPlace& place,
                                       double border_percent = 5.0);

/// The lumen of a whole vessel where it is told apart from a closed one. Empty if that is nowhere.
struct VesselStatistics {
    double length_px = 0.0;
    /// Mean diameter at the first and the last 2 mm or 8 px.
    std::optional<double> proximal_diameter_px, distal_diameter_px;
    std::optional<double> mean_diameter_px, diameter_sd_px;  ///< of all diameters; the sd is their spread
    std::optional<double> min_diameter_px, max_diameter_px;
};

/// \param calibration `Frame::sized_calibration`
VesselStatistics vessel_statistics(const DiameterProfile& profile, const Calibration& calibration);

}  // namespace stenometry

STENOMETRY_EXPORT_END
