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

std::vector<double> noise_of(const std::vector<double>& values, double course_sigma) {
    const std::vector<double> course = local_fit(values, course_sigma, 2);
    std::vector<double> errors(values.size(), std::numeric_limits<double>::quiet_NaN());
    const auto reach = static_cast<std::ptrdiff_t>(std::ceil(6.0 * course_sigma));
    const auto size = static_cast<std::ptrdiff_t>(values.size());
    for (std::ptrdiff_t i = 0; i < size; ++i) {
        std::vector<double> near;
        for (std::ptrdiff_t k = std::max<std::ptrdiff_t>(0, i - reach); k < std::min(size, i + reach + 1);
             ++k) {
            const auto at = static_cast<std::size_t>(k);
            if (const double rest = values[at] - course[at]; std::isfinite(rest))
                near.push_back(std::abs(rest));
        }
        constexpr double mad_to_sd = 1.4826;
        constexpr std::size_t fewest = 5;
        if (near.size() >= fewest) errors[static_cast<std::size_t>(i)] = mad_to_sd * median(near);
    }
    return errors;
}

}  // namespace stenometry
