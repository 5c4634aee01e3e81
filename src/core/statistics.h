#pragma once

#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace stenometry {

/// Value below which the fraction `q` of `values` lies, interpolated; NaN if there are none. NaNs must not be
/// among them.
double quantile(std::vector<double> values, double q);

inline double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

/// The same for the many values of an image: the value of that rank, rounded down, without a copy. Reorders
/// `values`.
/// \param of_none what it is of no values.
double ranked(std::vector<float>& values, double q,
              double of_none = std::numeric_limits<double>::quiet_NaN());

/// The middle one of the values, of an even number the upper of the two. \pre there are values.
double upper_median(std::span<const double> values);

/// Weighted sums from which the straight line through points follows by least squares.
struct LineSums {
    void add(double at, double value, double weight = 1.0) {
        w += weight, x += weight * at, y += weight * value;
        xx += weight * at * at, xy += weight * at * value;
    }
    /// Positive if there are points at two places or more.
    double determinant() const { return w * xx - x * x; }
    double slope() const { return (w * xy - x * y) / determinant(); }
    double value_at_zero() const { return (xx * y - x * xy) / determinant(); }

    double w = 0.0, x = 0.0, y = 0.0, xx = 0.0, xy = 0.0;
};

/// Smooths a curve by a polynomial fitted around each sample with Gaussian weights of `sigma` samples: a
/// parabola (order 2) keeps the depth of a minimum where an average (order 0) or, off the ends, a line (order
/// 1) would fill it. NaNs are left out; the result is NaN where no sample is near. Source: Cleveland, J. Am.
/// Stat. Assoc. 74 (1979) 829.
std::vector<double> local_fit(const std::vector<double>& values, double sigma, int order);

/// Standard error of each sample of a curve: the median absolute deviation, among the samples less than 6
/// `course_sigma` away, from the curve's own course, a local parabola of `course_sigma` samples. What is
/// slower counts as course.
std::vector<double> noise_of(const std::vector<double>& values, double course_sigma);

/// Standard deviation of the samples about the value, point by point.
/// \pre at least one sample, each as long as `values`
std::vector<double> spread(const std::vector<std::vector<double>>& samples,
                           const std::vector<double>& values);

}  // namespace stenometry
