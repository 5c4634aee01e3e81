#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "stenometry/bifurcation.h"
#include "stenometry/contour.h"
#include "stenometry/diameter.h"
#include "stenometry/ectasia.h"
#include "stenometry/export.h"
#include "stenometry/lesion_geometry.h"
#include "stenometry/reference.h"
#include "stenometry/segment.h"
#include "stenometry/stenosis.h"
#include "stenometry/warning.h"

STENOMETRY_EXPORT_BEGIN

/// What `pipeline.h` finds in a frame: results only, so that what reports, draws and compares them need not
/// know how they were found.
namespace stenometry {

/// One measured vessel, from proximal to distal.
struct Vessel {
    int id = 0;  ///< from 0 in the order of `Analysis::vessels`
    VesselContour contour;
    DiameterProfile diameter;
    ReferenceProfile reference;
    std::vector<Stenosis> stenoses;  ///< every narrowing; see `lesions`
    std::vector<Ectasia> ectasias;   ///< every widening; see `ectasias`
    VesselStatistics statistics;
    std::vector<Bifurcation> bifurcations;  ///< where other vessels leave it; empty after `measure`
    std::optional<int> parent;              ///< id of the vessel that this one leaves, where that is known
    /// 0 for a main vessel, 1 for a branch of one, and so on, as far as the frame shows what leaves what;
    /// empty after `measure`.
    std::optional<int> order;
    /// Arc length along the vessels before it from the tip of the catheter, which lies in the ostium, to its
    /// first point. Empty where no catheter is seen, or the way from it is not known.
    std::optional<double> from_ostium_px;
};

/// The narrowings of a vessel that count as lesions, in their order; they are the vessel's own, and live as
/// long as it.
inline std::vector<std::reference_wrapper<const Stenosis>> lesions(const Vessel& vessel) {
    std::vector<std::reference_wrapper<const Stenosis>> found;
    for (const Stenosis& narrowing : vessel.stenoses)
        if (narrowing.is_lesion) found.emplace_back(narrowing);
    return found;
}

/// The widenings of a vessel that count as ectasias, in the same way.
inline std::vector<std::reference_wrapper<const Ectasia>> ectasias(const Vessel& vessel) {
    std::vector<std::reference_wrapper<const Ectasia>> found;
    for (const Ectasia& widening : vessel.ectasias)
        if (widening.is_ectasia()) found.emplace_back(widening);
    return found;
}

/// A catheter as the frame shows it.
struct Catheter {
    Polyline centerline_px;             ///< from where it comes into the field to its tip
    std::optional<double> diameter_px;  ///< outer, as its edges show; empty where they are not seen
};

/// What was measured in one frame.
struct Analysis {
    Calibration calibration;
    std::vector<Vessel> vessels;
    std::vector<Warning> warnings;
    std::optional<Catheter> catheter;          ///< where `analyze` sees one
    VesselMask mask;                           ///< empty images after `measure`
    Unmeasurable reason = Unmeasurable::none;  ///< why there is no vessel
    /// After `measure` without a vessel: `Centerline::unreached`.
    std::optional<std::size_t> unreached;
    /// After `measure` where a point lies on no vessel: the place of a vessel that is nearest to it.
    std::optional<Point> nearest_vessel_px;
};

}  // namespace stenometry

STENOMETRY_EXPORT_END
