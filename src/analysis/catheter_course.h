#pragma once

#include <optional>

#include "stenometry/analysis.h"
#include "stenometry/vessel_tree.h"

namespace stenometry {

/// The course of what was recognised as catheter: its longest piece, from the border of the field to its tip.
/// Empty where nothing was, or only pieces shorter than `VesselTreeOptions::min_vessel`.
std::optional<Catheter> catheter_course(const VesselMask& mask, const Vesselness& vesselness,
                                        const VesselTreeOptions& options);

}  // namespace stenometry
