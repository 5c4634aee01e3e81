#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "stenometry/diameter.h"

namespace stenometry {

/// Nearer to the reference than this, as a fraction of it, the lumen is healthy: 2.5 times how far a healthy
/// vessel strays.
inline constexpr double healthy_within = 0.15;

/// Whether the lumen is significantly open: its diameter is more than its own standard error.
inline bool lumen_seen(double diameter_px, double sd_px) {
    return diameter_px > 0.0 && std::isfinite(diameter_px) && !(diameter_px <= sd_px);
}

/// The same of a sample; without standard errors every lumen that was found is.
inline bool lumen_seen(const DiameterProfile& profile, std::size_t i) {
    return lumen_seen(profile.diameter_px[i], i < profile.sd_px.size() ? profile.sd_px[i] : 0.0);
}

/// The diameters that were found between two arc lengths, both included.
inline std::vector<double> measured_diameters(const DiameterProfile& profile, double from_px = 0.0,
                                              double to_px = std::numeric_limits<double>::infinity()) {
    std::vector<double> found;
    for (std::size_t i = 0; i < profile.diameter_px.size(); ++i)
        if (profile.position_px[i] >= from_px && profile.position_px[i] <= to_px && lumen_seen(profile, i))
            found.push_back(profile.diameter_px[i]);
    return found;
}

/// Mean distance of the samples. \pre there are two or more.
inline double mean_step_px(const DiameterProfile& profile) {
    return profile.position_px.back() / static_cast<double>(profile.position_px.size() - 1);
}

}  // namespace stenometry
