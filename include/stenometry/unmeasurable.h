#pragma once

#include <string_view>

#include "stenometry/export.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// Why a part of an image has no measurement. A reason stands where a number would have been wrong.
enum class Unmeasurable {
    none,                ///< it was measured
    no_vessel,           ///< nothing in the frame looks like a contrast-filled vessel
    point_off_vessel,    ///< a given point lies on no vessel
    no_path,             ///< no vessel leads from one given point to the next
    vessel_too_short,    ///< shorter than a reference diameter can be estimated from
    edges_lost,          ///< the walls could not be told from the background
    no_healthy_segment,  ///< no part of the vessel can serve as reference
    lumen_not_seen,      ///< the lumen is less than its own standard error: it may be closed or not
    total_occlusion,     ///< contrast ends and begins again: there is no lumen to measure
    no_catheter,         ///< no catheter was recognised in the frame
    catheter_too_short,  ///< too little of the catheter is straight and away from its ends
    catheter_tapered,    ///< the catheter changes its width all along
    catheter_too_noisy,  ///< its width spreads too much to be a measure
};

/// The reason as the JSON report spells it, for example `edges_lost`.
std::string_view to_string(Unmeasurable reason);

/// The reason as a sentence for a person.
std::string_view explain(Unmeasurable reason);

}  // namespace stenometry

STENOMETRY_EXPORT_END
