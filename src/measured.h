#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "stenometry/diameter.h"

namespace stenometry {

/// Nearer to the reference than this, as a fraction of it, the lumen is healthy: 2.5 times how far a healthy
/// vessel strays.
inline constexpr double healthy_within = 0.15;

/// The diameters that were found between two arc lengths, both included.
inline std::vector<double> measured_diameters(const DiameterProfile& profile, double from_px = 0.0,
                                              double to_px = std::numeric_limits<double>::infinity()) {
    std::vector<double> found;
    for (std::size_t i = 0; i < profile.diameter_px.size(); ++i)
        if (profile.position_px[i] >= from_px && profile.position_px[i] <= to_px &&
            std::isfinite(profile.diameter_px[i]))
            found.push_back(profile.diameter_px[i]);
    return found;
}

/// Mean distance of the samples. \pre there are two or more.
inline double mean_step_px(const DiameterProfile& profile) {
    return profile.position_px.back() / static_cast<double>(profile.position_px.size() - 1);
}

}  // namespace stenometry
