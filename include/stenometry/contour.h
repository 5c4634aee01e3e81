#pragma once

#include <vector>

#include "stenometry/centerline.h"
#include "stenometry/export.h"
#include "stenometry/frame.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

struct ContourOptions {
    /// Walls are looked for up to half of this from the centerline, > 0.
    PhysicalLength max_diameter{.mm = 7.0, .uncalibrated_px = 30.0};
    double first_derivative_weight = 0.5;  ///< Reiber's mix of first and second derivative edges, 0..1
    /// Sigma of the derivative across the vessel, > 0: pixels, because it fights pixel noise.
    double filter_px = 0.7;
    PhysicalLength smoothing{.mm = 0.5, .uncalibrated_px = 2.0};  ///< sigma of the averaging along it, >= 0
    int passes = 2;  ///< the second follows the middle of the walls that the first found, >= 1

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// The two walls of one vessel. All arrays are as long as the centerline's points.
struct VesselContour {
    Centerline centerline;  ///< midway between the walls; what the arrays refer to
    /// The walls to the left and to the right when looking distally, y downwards; `no_point` where not found.
    std::vector<Point> left_px, right_px;
    std::vector<double> width_px;  ///< distance of the two walls across the centerline; NaN where not found
    std::vector<double> width_sd_px;  ///< standard error of `width_px` from the noise at the walls
    /// How much darker the lumen is than the darker of its two sides, as a fraction of the latter; at or
    /// below 0 where this is no vessel but the edge of something.
    std::vector<double> contrast;
    double blur_px = 0.0;    ///< standard deviation of the image's blur, as estimated from the walls
    double filter_px = 0.0;  ///< standard deviation of the derivative filter, which adds to the blur
    double along_px = 0.0;   ///< standard deviation of the averaging along the vessel
    double first_derivative_weight = 0.5;      ///< of the rule that found the walls
    Unmeasurable reason = Unmeasurable::none;  ///< why no wall was found at all
};

/// Finds both walls to a fraction of a pixel.
/// The frame is resampled along and across the centerline; each wall is the path of least cost through the
/// weighted extrema of the first and second derivative, found twice, the second time around the middle of
/// the first. Source: Reiber et al., Circulation 71 (1985) 280; van der Zwet and Reiber, Circulation 90
/// (1994) Suppl. for the second pass. Walls come from the untouched frame, because enhancement moves edges.
/// \throws InvalidInput if the frame, the centerline or an option is invalid.
VesselContour detect_contour(const Frame& frame, const Centerline& centerline,
                             const ContourOptions& options = {});

}  // namespace stenometry

STENOMETRY_EXPORT_END
