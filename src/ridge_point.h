#pragma once

namespace stenometry {

/// A pixel on the middle of what may be a vessel.
struct RidgePoint {
    int x = 0;
    int y = 0;
    float dx = 0;  ///< along the vessel, unit length
    float dy = 0;
    float scale_px = 0;
    float strength = 0;    ///< evidence, linear in contrast
    float drop = 0;        ///< of the attenuation to the two sides, mean
    float least_drop = 0;  ///< to the side where it drops less
};

}  // namespace stenometry
