#pragma once

namespace stenometry {

/// Diameter over the scale that answers best, see `sigmas_px`.
constexpr double diameter_per_scale = 1.0 / 0.42;
constexpr float radius_per_scale = static_cast<float>(diameter_per_scale / 2);

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
