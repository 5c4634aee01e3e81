#pragma once

#include "lumen/background_model.h"
#include "lumen/lumen_model.h"
#include "lumen/lumen_reformation.h"

namespace stenometry {

/// The most likely of coarse radii and places, as a path through both along the vessel (Viterbi), so that no
/// wrong wall that a fit started from can mislead it.
/// \param attenuation_per_px, blur_px of the lumen to look for \param widest_px its largest radius, roughly
LumenGeometry search_lumen(const LumenReformation& reformation, const BackgroundModel& background,
                           double attenuation_per_px, double blur_px, double widest_px);

}  // namespace stenometry
