#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "stenometry/export.h"
#include "stenometry/unmeasurable.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// What a warning is about. A code keeps its meaning, so that programs can choose by it; schema/README.md
/// lists them for users.
enum class WarningCode {
    no_calibration,       ///< the size of a pixel is unknown: there are no lengths in mm
    spacing_at_detector,  ///< it is known at the detector only: lengths in mm are too large

    inverted,      ///< vessels were found to be bright, and the grey values turned around
    not_measured,  ///< something looks like a vessel and was left out: nobody should take it for healthy

    // Nothing was measured. As `Unmeasurable`.
    no_vessel,         ///< nothing in the frame looks like a contrast-filled vessel
    point_off_vessel,  ///< a given point lies on no vessel
    no_path,           ///< no vessel leads from one given point to the next

    // Of one vessel.
    vessel_too_short,    ///< there is no reference diameter: the vessel is too short
    edges_lost,          ///< there are no diameters: the walls could not be told from the background
    no_healthy_segment,  ///< there is no reference diameter: no part of the vessel can serve
    model_misfit,        ///< the fit of the lumen does not describe the image: diameters are from walls alone
    diffuse_disease,     ///< the reference may be the lumen of a diseased vessel
    bifurcation_contradicts_law,  ///< three diameters at a bifurcation do not fit each other
    narrow_origin,                ///< it is narrow from the first point on, which is no lesion unless ostial

    // Of one lesion.
    lumen_not_seen,   ///< there is no diameter: the lumen may be narrow or closed
    total_occlusion,  ///< there is no diameter: the contrast ends and begins again
    lumen_not_round,  ///< width and darkness of the lumen contradict each other: the diameter may be off
    overlap,          ///< another vessel lies over it: its walls may be those of the other
};

/// The code as the JSON report spells it, for example `no_calibration`.
std::string_view to_string(WarningCode code);

/// The code under which a reason is warned of. \pre there is one: what was measured and catheters have none.
WarningCode warning_code(Unmeasurable reason);

/// Something that the reader of the numbers should know.
struct Warning {
    WarningCode code;
    std::string message;             ///< for people: what it means and what to do, on one line
    std::optional<int> vessel = {};  ///< id of the vessel that it speaks of, if of one
    std::optional<int> lesion = {};  ///< id of the lesion within that vessel, if of one
};

}  // namespace stenometry

STENOMETRY_EXPORT_END
