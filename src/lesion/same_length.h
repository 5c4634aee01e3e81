#pragma once

#include "stenometry/contour.h"
#include "stenometry/diameter.h"
#include "stenometry/reference.h"

namespace stenometry {

/// \throws InvalidInput unless the arrays of profile and reference are as long as the centerline's points.
void require_one_length(const VesselContour& contour, const DiameterProfile& profile,
                        const ReferenceProfile& reference);

}  // namespace stenometry
