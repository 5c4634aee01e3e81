#pragma once

#include "phantom/coronary_tree.h"
#include "phantom/lumen.h"

namespace stenometry::phantom {

/// Attenuation of a chest at the points of a grid in the plane of the isocentre, as the C-arm sees it: the heart that
/// the arteries lie on, the spine behind it, ribs, diaphragm and lungs.
/// \param seed of `heart`, too
Image<float> chest_in_view(const Grid& grid, const View& view, const HeartSurface& heart, std::uint64_t seed);

}  // namespace stenometry::phantom
