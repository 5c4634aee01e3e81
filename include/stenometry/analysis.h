#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "stenometry/bifurcation.h"
#include "stenometry/contour.h"
#include "stenometry/diameter.h"
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
    std::vector<Stenosis> stenoses;
    VesselStatistics statistics;
    std::vector<Bifurcation> bifurcations;  ///< where other vessels leave it; empty after `measure`
    std::optional<int> parent;              ///< id of the vessel that this one leaves, where that is known
};

/// What was measured in one frame.
struct Analysis {
    Calibration calibration;
    std::vector<Vessel> vessels;
    std::vector<Warning> warnings;
    VesselMask mask;                           ///< empty images after `measure`
    Unmeasurable reason = Unmeasurable::none;  ///< why there is no vessel
    /// After `measure` without a vessel: `Centerline::unreached`.
    std::optional<std::size_t> unreached;
};

}  // namespace stenometry

STENOMETRY_EXPORT_END
