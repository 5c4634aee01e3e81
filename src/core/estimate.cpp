#include "stenometry/estimate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace stenometry {
namespace {

/// Of a normal distribution: 95 % of it lie within so many standard deviations.
constexpr double normal_95 = 1.959963984540054;

bool has_distribution(const Estimate& estimate) {
    return estimate.sd && std::isfinite(*estimate.sd) && std::isfinite(estimate.value);
}

}  // namespace

Estimate Estimate::of_length(double value, std::optional<double> sd) {
    return {.value = value, .sd = sd, .least = 0.0};
}

Estimate Estimate::of_narrowing(double percent, std::optional<double> sd) {
    return {.value = percent, .sd = sd, .most = 100.0};
}

std::optional<Interval> Estimate::interval95() const {
    if (!has_distribution(*this)) return {};
    const double reach = normal_95 * *sd;
    return Interval{std::max(least, value - reach), std::min(most, value + reach)};
}

std::optional<double> Estimate::probability_at_least(double threshold) const {
    if (!has_distribution(*this)) return {};
    const double above = value - threshold;
    if (*sd <= 0.0) return above >= 0.0 ? 1.0 : 0.0;
    return 0.5 * std::erfc(-above / (*sd * std::numbers::sqrt2));
}

}  // namespace stenometry
