#pragma once

#include "stenometry/analysis.h"

namespace stenometry {

/// Multiplies every length that was measured along or across the vessel, and its standard error, by `factor`,
/// and every area by its square. Places in the image stay.
void scale_lengths(Vessel& vessel, double factor);
void scale_lengths(Catheter& catheter, double factor);

}  // namespace stenometry
