#pragma once

#include <vector>

#include "segment/ridge_point.h"
#include "stenometry/geometry.h"
#include "stenometry/image.h"

namespace stenometry {

/// Lengths by which a catheter is known, in pixels.
struct CatheterSize {
    double least_length_px = 0;
    double least_diameter_px = 0;
    double greatest_diameter_px = 0;
};

/// Distance to the border of the field or of the image, as far as `reach_px`.
Image<float> distance_to_border(const Image<std::uint8_t>& valid, int reach_px);

/// Whether a guide catheter may come into the picture here. Patients are shown head up, so that catheters
/// come from above; from the side they may hang lower on the image's left, where the aorta is in the oblique
/// views.
bool is_catheter_entry(Point at_px, int width, int height);

/// The ridge points that run in a guide catheter: 1 for each point that does, 0 for the others.
///
/// A guide catheter comes in over the border of the field from above, keeps its width, has no side branches,
/// and ends where a wider vessel goes on. A vessel that leaves the field tapers, or meets its parent beside a
/// sibling.
std::vector<std::uint8_t> find_catheter(const std::vector<RidgePoint>& ridges,
                                        const Image<std::uint8_t>& mask, const Image<std::uint8_t>& valid,
                                        const CatheterSize& size);

/// A catheter of which a part is known, from the border on, as far as it goes: along its ridge to where that
/// widens for good, which is the artery's mouth. Where it does not widen soon, only what is known.
/// \param known 1 for each ridge point that is in the catheter for sure
std::vector<std::uint8_t> extended_catheter(const std::vector<RidgePoint>& ridges,
                                            std::vector<std::uint8_t> known, const Image<std::uint8_t>& mask,
                                            const Image<std::uint8_t>& valid);

}  // namespace stenometry
