#pragma once

#include <span>
#include <vector>

#include "stenometry/geometry.h"

namespace stenometry {

/// The samples z that minimise sum w_i (z_i - y_i)^2 + stiffness * sum (z_{i-1} - 2 z_i + z_{i+1})^2.
/// Weights are >= 0; samples of weight zero are bridged. At least two weights must be positive.
/// Source: Whittaker, Proc. Edinb. Math. Soc. 41 (1923) 63; Eilers, Anal. Chem. 75 (2003) 3631.
std::vector<double> smooth_samples(std::span<const double> samples, std::span<const double> weights,
                                   double stiffness);

/// Both coordinates of a curve smoothed in this way.
Polyline smooth_curve(const Polyline& line, std::span<const double> weights, double stiffness);

/// The weight of a sample that must stay where it is, beside samples of weights up to 1: large, yet harmless
/// to the precision of the solution. The sample stays within a millionth of what it would have moved by.
double pinned_weight(double stiffness);

/// The stiffness that halves the amplitude of a wave of wavelength 2 pi `length` where samples are `step`
/// apart.
double stiffness_for(double length, double step);

}  // namespace stenometry
