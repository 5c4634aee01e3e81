#pragma once

#include <opencv2/core.hpp>

#include "stenometry/enhance.h"
#include "stenometry/vesselness.h"

namespace stenometry {

/// How likely each pixel is part of a vessel, 0..1, by how far it stands out of the clutter: from the
/// geometric mean of the response, which sees both sides of a line and counts twice, and of a top-hat.
cv::Mat vessel_probability(const EnhancedFrame& frame, const Vesselness& vesselness);

/// The evidence, linear in contrast, that a probability comes from.
float evidence_of(float probability);

}  // namespace stenometry
