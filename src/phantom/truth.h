#pragma once

#include "phantom/lumen.h"

namespace stenometry::phantom {

/// What is true of a vessel as rendered.
VesselTruth truth_of(const Scene& scene, const Lumen& lumen);

}  // namespace stenometry::phantom
