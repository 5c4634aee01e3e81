#pragma once

#include "stenometry/export.h"
#include "stenometry/frame.h"
#include "stenometry/segment.h"
#include "stenometry/vesselness.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// Vessels that somebody else has found, a neural network or a person, as the stages after `segment` take
/// them.
/// \param mask not 0 on vessels; empty: where the probability is above 0.5
/// \param probability 0..1; empty: 1 on the mask and 0 off it. Beside a mask, which then alone decides what
/// is vessel, it is halved, and 0.5 more on the mask, as the probability of `segment` is.
/// \returns images of their own, without a catheter. A mask without vessel is one, too: `analyze` and
/// `measure` answer it with `no_vessel`.
/// \throws InvalidInput if both are empty, one has another size than the frame, or a probability is not in
/// 0..1.
VesselMask external_mask(const Frame& frame, const Image<std::uint8_t>& mask,
                         const Image<float>& probability = {});

/// Ridge response of the probability in the place of the attenuation: highest in the middle of what is
/// probably vessel, whose width it tells, so that centerlines follow the segmentation and not the picture. In
/// the place of `oriented`, which counts in the clutter of a picture, `sato` is computed.
/// \param valid not 0 where the detector saw the patient; empty: everywhere
/// \throws InvalidInput if the mask has no pixels, the images differ in size, or an option is out of range.
Vesselness compute_vesselness(const VesselMask& mask, const Image<std::uint8_t>& valid,
                              const VesselnessOptions& options = {});

}  // namespace stenometry

STENOMETRY_EXPORT_END
