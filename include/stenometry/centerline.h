#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "stenometry/export.h"
#include "stenometry/unmeasurable.h"
#include "stenometry/vesselness.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

struct CenterlineOptions {
    /// A given point may be this far off the vessel, > 0.
    PhysicalLength snap_radius{.mm = 2.0, .uncalibrated_px = 8.0};
    double step_px = 0.5;  ///< distance of the points along the curve, > 0
    /// A wiggle of wavelength 2 pi times this loses half its amplitude, a shorter one more; > 0. Where the
    /// vessel is wider than this is long, smoothing grows with its width.
    double smoothing_px = 2.0;

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// The middle line of one vessel from proximal to distal, sampled at equal arc length.
struct Centerline {
    Polyline points_px;                        ///< empty if it could not be traced
    Unmeasurable reason = Unmeasurable::none;  ///< why it is empty
    /// Which of the given points was not reached, from 0 for `from` over those of `via` to `to`: the first
    /// that lies on no vessel, or to which none leads from the one before. Empty with another reason, or
    /// where the way as a whole is none.
    std::optional<std::size_t> unreached;

    /// Arc length from the first point to each point, in pixels.
    std::vector<double> arc_length_px() const { return cumulative_length(points_px); }
};

/// Follows the vessel from `from` over each of `via` to `to` along a path of least cost, then moves it to
/// the middle of the ridge with sub-pixel precision. The path may cross gaps in the contrast and does not
/// cut bends. It ends at the feet of the given points. Without a vessel within the snap radius of a point
/// the reason is `point_off_vessel`; a path that runs over background for more than half of its length, or
/// that the valid region interrupts, is none: `no_path`.
/// Source of the cost: Cohen and Kimmel, Int. J. Comput. Vis. 24 (1997) 57.
/// \throws InvalidInput if a point lies outside the image or an option is out of range.
Centerline trace_centerline(const Vesselness& vesselness, Point from, Point to,
                            std::span<const Point> via = {}, const CenterlineOptions& options = {});

/// The same curve moved to sub-pixel ridge points of `vesselness`, smoothed, and sampled every
/// `options.step_px`.
/// \throws InvalidInput if an option is out of range.
Centerline refine_centerline(const Vesselness& vesselness, const Polyline& rough_px,
                             const CenterlineOptions& options = {});

}  // namespace stenometry

STENOMETRY_EXPORT_END
