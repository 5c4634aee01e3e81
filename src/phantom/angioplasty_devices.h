#pragma once

#include "phantom/angioplasty_lumen.h"

/// Wire, balloon and stent in the artery at rest.
namespace stenometry::phantom {

/// Rings of struts that run to and fro between crowns, with links between the rings; two stents where the new
/// tissue grows in their gap.
std::vector<SpatialTube> stent(const Course& course, const Treatment& treatment, double strut_mm,
                               double attenuation_per_mm);

/// Radio-opaque bands around a tube of `diameter_mm` at the ends of stent and balloon.
std::vector<SpatialTube> markers(const Course& course, const Treatment& treatment, double diameter_mm);

/// A balloon of diluted medium on its shaft, which lies on a wire that ends in the artery.
/// \param concentration of the medium in it, relative to the scene's
/// \param catheter through which both come, its tip last
std::vector<SpatialTube> balloon(const Course& course, const Treatment& treatment, double concentration,
                                 const SpatialTube& catheter);

}  // namespace stenometry::phantom
