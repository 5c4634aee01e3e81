#include "core/statistics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace stenometry {

double quantile(std::vector<double> values, double q) {
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    const double place = q * static_cast<double>(values.size() - 1);
    const auto lower = static_cast<std::ptrdiff_t>(place);
    std::nth_element(values.begin(), values.begin() + lower, values.end());
    const double below = values[static_cast<std::size_t>(lower)];
    if (lower + 1 == static_cast<std::ptrdiff_t>(values.size())) return below;
    const double above = *std::min_element(values.begin() + lower + 1, values.end());
    return std::lerp(below, above, place - static_cast<double>(lower));
}

double ranked(std::vector<float>& values, double q, double of_none) {
    if (values.empty()) return of_none;
    const auto rank = static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + rank, values.end());
    return values[static_cast<std::size_t>(rank)];
}

double upper_median(std::span<const double> values) {
    assert(!values.empty());
    std::vector<double> sorted(values.begin(), values.end());
    const auto middle = sorted.begin() + std::ssize(sorted) / 2;
    std::nth_element(sorted.begin(), middle, sorted.end());
    return *middle;
}

namespace {

/// Weighted sums of powers of u and of their products with the values, from which a fit of any order up to 2
/// follows.
struct Moments {
    double u[5] = {};
    double uv[3] = {};
    int used = 0;

    void add(double at, double value, double weight) {
        double power = weight;
        for (int k = 0; k < 5; ++k, power *= at) {
            u[k] += power;
            if (k < 3) uv[k] += power * value;
        }
        ++used;
    }

    /// Value at u = 0 of the polynomial that fits best; of a lower order where there are too few samples for
    /// it.
    double fit(int order) const {
        constexpr double nan = std::numeric_limits<double>::quiet_NaN();
        switch (std::min(order, used - 1)) {
            case 0:
                return uv[0] / u[0];
            case 1:
                return (uv[0] * u[2] - uv[1] * u[1]) / (u[0] * u[2] - u[1] * u[1]);
            case 2: {
                const double c0 = u[2] * u[4] - u[3] * u[3], c1 = u[2] * u[3] - u[1] * u[4],
                             c2 = u[1] * u[3] - u[2] * u[2];
                return (c0 * uv[0] + c1 * uv[1] + c2 * uv[2]) / (c0 * u[0] + c1 * u[1] + c2 * u[2]);
            }
            default:
                return nan;
        }
    }
};

}  // namespace

std::vector<double> local_fit(const std::vector<double>& values, double sigma, int order) {
    const auto size = static_cast<std::ptrdiff_t>(values.size());
    const auto reach = static_cast<std::ptrdiff_t>(std::ceil(3.0 * sigma));
    if (reach == 0) return values;
    std::vector<double> weights;
    for (std::ptrdiff_t k = -reach; k <= reach; ++k)
        weights.push_back(std::exp(-0.5 * static_cast<double>(k * k) / (sigma * sigma)));

    std::vector<double> result(values.size());
    for (std::ptrdiff_t i = 0; i < size; ++i) {
        Moments moments;
        for (std::ptrdiff_t k = std::max(-reach, -i); k <= std::min(reach, size - 1 - i); ++k) {
            const double value = values[static_cast<std::size_t>(i + k)];
            if (std::isfinite(value))
                moments.add(static_cast<double>(k) / sigma, value,
                            weights[static_cast<std::size_t>(k + reach)]);
        }
        result[static_cast<std::size_t>(i)] = moments.fit(order);
    }
    return result;
}

std::vector<double> noise_of(const std::vector<double>& values, double course_sigma) {
    const std::vector<double> course = local_fit(values, course_sigma, 2);
    std::vector<double> errors(values.size(), std::numeric_limits<double>::quiet_NaN());
    const auto reach = static_cast<std::ptrdiff_t>(std::ceil(6.0 * course_sigma));
    // The noise changes slowly: one estimate serves as many samples as the course is stiff.
    const auto block = std::max<std::ptrdiff_t>(1, static_cast<std::ptrdiff_t>(course_sigma));
    const auto size = static_cast<std::ptrdiff_t>(values.size());
    for (std::ptrdiff_t begin = 0; begin < size; begin += block) {
        const std::ptrdiff_t middle = begin + block / 2;
        std::vector<double> near;
        for (std::ptrdiff_t k = std::max<std::ptrdiff_t>(0, middle - reach);
             k < std::min(size, middle + reach + 1); ++k) {
            const auto at = static_cast<std::size_t>(k);
            if (const double rest = values[at] - course[at]; std::isfinite(rest))
                near.push_back(std::abs(rest));
        }
        constexpr double mad_to_sd = 1.4826;
        constexpr std::size_t fewest = 5;
        if (near.size() < fewest) continue;
        const auto end = std::min(size, begin + block);
        std::fill(errors.begin() + begin, errors.begin() + end, mad_to_sd * median(std::move(near)));
    }
    return errors;
}

std::vector<double> spread(const std::vector<std::vector<double>>& samples,
                           const std::vector<double>& values) {
    std::vector<double> sd(values.size(), 0.0);
    for (std::size_t i = 0; i < values.size(); ++i) {
        for (const auto& sample : samples) sd[i] += (sample[i] - values[i]) * (sample[i] - values[i]);
        sd[i] = std::sqrt(sd[i] / static_cast<double>(samples.size()));
    }
    return sd;
}

}  // namespace stenometry
