#pragma once

#include <vector>

namespace stenometry {

/// Value below which the fraction `q` of `values` lies, interpolated; NaN if there are none. NaNs must not be
/// among them.
double quantile(std::vector<double> values, double q);

inline double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

/// Smooths a curve by a polynomial fitted around each sample with Gaussian weights of `sigma` samples: a
/// parabola (order 2) keeps the depth of a minimum where an average would fill it. NaNs are left out; the
/// result is NaN where too few samples are near. Source: Cleveland, J. Am. Stat. Assoc. 74 (1979) 829. \param
/// order 0, 1 or 2. \param noise_gain if not null, receives the standard error of each result per unit of a
/// sample's white noise.
std::vector<double> local_fit(const std::vector<double>& values, double sigma, int order,
                              std::vector<double>* noise_gain = nullptr);

/// A smoothed curve and its standard error.
struct SmoothCurve {
    std::vector<double> value, sd;
};

/// Smooths each sample over the longest stretch on which the curve still is a parabola within its noise: long
/// where the curve is flat, short where it bends, so that neither noise nor smoothing moves a minimum.
/// Source: Goldenshluger and Nemirovski, Math. Methods Stat. 6 (1997) 135 (intersection of confidence
/// intervals). \param sd standard error of each sample. \param correlated_samples how many neighbouring
/// samples share their noise. \param sigmas widths to choose from in samples, ascending, at least one.
SmoothCurve adaptive_fit(const std::vector<double>& values, const std::vector<double>& sd,
                         double correlated_samples, const std::vector<double>& sigmas);

}  // namespace stenometry
