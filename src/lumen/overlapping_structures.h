#pragma once

#include "lumen/lumen_model.h"
#include "lumen/lumen_reformation.h"
#include "lumen/texture.h"

namespace stenometry {

/// When something belongs neither to the lumen nor to the texture behind it.
struct OverlapCriteria {
    double depth = 0.0;      ///< what the vessel takes from the grey values where it is wide
    double beside_px = 0.0;  ///< so far from its walls a sample is beside the lumen
    bool in_lumen_too =
        false;  ///< once the lumen is known; before, it would be taken for such a structure itself
};

/// By how much overlapping structures show in each sample; 0 where there are none. Beside the lumen, where
/// `background` strays from what stands along the vessel by more than the texture does, there is another
/// vessel, calcium or a marker. In the lumen only what takes about as much as a vessel does is one: the rest
/// says that the lumen is narrower or wider.
/// \param background the reformation without the vessel
Image<float> find_overlapping_structures(const LumenReformation& reformation, const Image<float>& background,
                                         const LumenGeometry& lumen, const Texture& texture,
                                         const OverlapCriteria& criteria);

/// How far outside the lumen's nearer wall a sample lies, negative in the lumen.
double distance_from_wall(const LumenReformation& reformation, const LumenGeometry& lumen, int column,
                          int row);

}  // namespace stenometry
