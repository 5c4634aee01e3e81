#include "statistics.h"

#include <Eigen/Dense>
#include <algorithm>
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

std::vector<double> local_fit(const std::vector<double>& values, double sigma, int order,
                              std::vector<double>* noise_gain) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const auto size = static_cast<std::ptrdiff_t>(values.size());
    std::vector<double> result(values.size(), nan);
    if (noise_gain != nullptr) noise_gain->assign(values.size(), nan);
    const auto reach = static_cast<std::ptrdiff_t>(std::ceil(3.0 * sigma));
    for (std::ptrdiff_t i = 0; i < size; ++i) {
        Eigen::Matrix3d normal = Eigen::Matrix3d::Zero(), spread = Eigen::Matrix3d::Zero();
        Eigen::Vector3d right = Eigen::Vector3d::Zero();
        int used = 0;
        for (std::ptrdiff_t k = std::max<std::ptrdiff_t>(0, i - reach); k < std::min(size, i + reach + 1);
             ++k) {
            const double value = values[static_cast<std::size_t>(k)];
            if (!std::isfinite(value)) continue;
            const double u = sigma > 0.0 ? static_cast<double>(k - i) / sigma : 0.0;
            const double weight = std::exp(-0.5 * u * u);
            const Eigen::Vector3d basis(1.0, u, u * u);
            normal += weight * basis * basis.transpose();
            spread += weight * weight * basis * basis.transpose();
            right += weight * value * basis;
            ++used;
        }
        // Near an end or a gap there may be too few samples for the full order.
        const int terms = std::min(order, used - 1) + 1;
        if (terms < 1) continue;
        const Eigen::MatrixXd inverse = normal.topLeftCorner(terms, terms).inverse();
        result[static_cast<std::size_t>(i)] = (inverse * right.head(terms))(0);
        if (noise_gain != nullptr)
            (*noise_gain)[static_cast<std::size_t>(i)] =
                std::sqrt((inverse * spread.topLeftCorner(terms, terms) * inverse)(0, 0));
    }
    return result;
}

SmoothCurve adaptive_fit(const std::vector<double>& values, const std::vector<double>& sd,
                         double correlated_samples, const std::vector<double>& sigmas) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    constexpr double confidence = 1.0;  // half width of the intervals in standard errors
    const std::size_t size = values.size();
    SmoothCurve curve{std::vector<double>(size, nan), std::vector<double>(size, nan)};
    std::vector<double> low(size, -std::numeric_limits<double>::infinity());
    std::vector<double> high(size, std::numeric_limits<double>::infinity());
    std::vector<bool> open(size, true);
    for (const double sigma : sigmas) {
        std::vector<double> gain;
        const std::vector<double> fit = local_fit(values, sigma, 1, &gain);
        for (std::size_t i = 0; i < size; ++i) {
            if (!open[i] || !std::isfinite(fit[i])) continue;
            const double error = sd[i] * std::min(1.0, gain[i] * std::sqrt(correlated_samples));
            low[i] = std::max(low[i], fit[i] - confidence * error);
            high[i] = std::min(high[i], fit[i] + confidence * error);
            open[i] = !(low[i] > high[i]);
            if (open[i] || std::isnan(curve.value[i])) curve.value[i] = fit[i], curve.sd[i] = error;
        }
    }
    return curve;
}

}  // namespace stenometry
