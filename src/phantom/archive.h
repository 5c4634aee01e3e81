#pragma once

#include "phantom/detector.h"
#include "stenometry/cath_lab_phantom.h"

namespace stenometry::phantom {

/// Grey values 0..255 of an archive, at `width` by `height` pixels.
/// \param beam what the detector saw, in its own pixels
/// \param open the pixels of `beam` that the field stop leaves; empty for all
/// \param harmonised_px standard deviation of the changes that are slow
Image<float> archived(const Beam& beam, const Image<std::uint8_t>& open, const Archive& archive,
                      double harmonised_px, int width, int height);

}  // namespace stenometry::phantom
