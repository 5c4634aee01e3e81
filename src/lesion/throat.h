#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "lesion/stretch.h"
#include "stenometry/diameter.h"

namespace stenometry {

/// Mean and standard deviation.
struct Moments {
    explicit Moments(const std::vector<double>& values) {
        for (const double v : values) mean += v / static_cast<double>(values.size());
        for (const double v : values) sd += (v - mean) * (v - mean);
        sd = std::sqrt(sd / static_cast<double>(values.size() - 1));
    }
    double mean = 0.0, sd = 0.0;
};

/// The least of many noisy samples is too small, their mean is too large. So a bowl is fitted to the throat,
/// flat, round or steep-walled as the samples ask, and its bottom is the minimal lumen diameter: 1, u, u^2
/// and u^4 with the latter two not negative. What averaging along the vessel filled in is taken off again:
/// half its variance times the curvature.
/// \param throat the samples around the narrowest one, `mld`, in the lower half of the lesion
double bottom_of_throat(const DiameterProfile& profile, Stretch throat, std::size_t mld);

}  // namespace stenometry
