#include "lumen/cylinder_table.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "lumen/cylinder_sheets.h"

namespace stenometry {
namespace {

/// Distance of the nodes in units of the blur: interpolated by cubics, the loss errs by less than 1e-4 of
/// itself.
constexpr double step = 0.25;
/// Where a Gaussian has come down to 1e-5 of its height.
constexpr double tail = 4.75;
/// One node before the first and two behind the last, for the cubics.
constexpr int before = 1, behind = 2;

/// The cylinder cut into thin sheets across the beam: where they are, what each takes, and its derivatives.
struct Sheets {
    Sheets(double radius, double attenuation, double curvature) {
        for_each_sheet(radius, count, [&](int k, const CylinderSheet& sheet) {
            const auto i = static_cast<std::size_t>(k);
            const double path = attenuation * 2.0 * sheet.half_chord, passed = std::exp(-curvature * path);
            const double loss = -std::expm1(-curvature * path) / curvature;
            at[i] = sheet.at;
            value[i] = loss * sheet.width;
            by_radius[i] = passed * attenuation * 2.0 * radius * (std::numbers::pi / count);
            by_attenuation[i] = passed * 2.0 * sheet.half_chord * sheet.width;
            by_curvature[i] = (path * passed - loss) / curvature * sheet.width;
        });
    }
    static constexpr int count = 40;
    std::array<double, count> at, value, by_radius, by_attenuation, by_curvature;
};

/// Adds one blurred sheet to the nodes of one radius. From node to node a Gaussian changes by a factor that
/// itself changes by a constant one, so that two exponentials serve them all.
void blur_sheet(const Sheets& sheets, std::size_t i, std::vector<std::array<double, 5>>& nodes) {
    const auto first =
        static_cast<std::size_t>(std::max(0.0, std::ceil((sheets.at[i] - tail) / step) + before));
    double u = (static_cast<double>(first) - before) * step - sheets.at[i];
    double gaussian = std::exp(-0.5 * u * u) / std::sqrt(2.0 * std::numbers::pi);
    double ratio = std::exp(-step * u - 0.5 * step * step);
    const double ratio_of_ratios = std::exp(-step * step);
    for (std::size_t k = first; k < nodes.size() && u < tail; ++k, u += step) {
        nodes[k][0] += gaussian * sheets.value[i];
        nodes[k][1] -= u * gaussian * sheets.value[i];
        nodes[k][2] += gaussian * sheets.by_radius[i];
        nodes[k][3] += gaussian * sheets.by_attenuation[i];
        nodes[k][4] += gaussian * sheets.by_curvature[i];
        gaussian *= ratio;
        ratio *= ratio_of_ratios;
    }
}

/// Weights of the cubic through four neighbours at -1, 0, 1, 2 (Lagrange).
std::array<float, 4> cubic_weights(float t) {
    return {-t * (t - 1) * (t - 2) / 6, (t + 1) * (t - 1) * (t - 2) / 2, -(t + 1) * t * (t - 2) / 2,
            (t + 1) * t * (t - 1) / 6};
}

}  // namespace

LumenTable::LumenTable(double attenuation, double curvature, double max_radius)
    : offsets_(static_cast<int>(std::ceil((max_radius + tail) / step)) + before + behind + 1),
      radii_(static_cast<int>(std::ceil(max_radius / step)) + before + behind + 1),
      nodes_(static_cast<std::size_t>(radii_), Nodes::Zero(lanes, offsets_)) {
    std::vector<std::array<double, 5>> sums(static_cast<std::size_t>(offsets_));
    for (int r = 0; r < radii_; ++r) {
        // The loss is an even function of the radius, its derivative an odd one.
        const double radius = (r - before) * step, sign = radius < 0.0 ? -1.0 : 1.0;
        const Sheets sheets(std::abs(radius), attenuation, curvature);
        std::fill(sums.begin(), sums.end(), std::array<double, 5>{});
        for (std::size_t i = 0; i < sheets.at.size(); ++i) blur_sheet(sheets, i, sums);
        Nodes& nodes = nodes_[static_cast<std::size_t>(r)];
        for (int k = 0; k < offsets_; ++k) {
            const auto& sum = sums[static_cast<std::size_t>(k)];
            nodes.col(k).head<5>() << static_cast<float>(sum[0]), static_cast<float>(sum[1]),
                static_cast<float>(sign * sum[2]), static_cast<float>(sum[3]), static_cast<float>(sum[4]);
        }
    }
}

void LumenTable::cut(double radius, Section& into) const {
    const auto largest = static_cast<float>(radii_ - 1 - before - behind);
    const float r = std::clamp(static_cast<float>(radius / step), 0.0F, largest) + before;
    const auto r0 = static_cast<std::size_t>(r);
    const auto w = cubic_weights(r - static_cast<float>(r0));
    into.nodes_ = w[0] * nodes_[r0 - 1] + w[1] * nodes_[r0] + w[2] * nodes_[r0 + 1] + w[3] * nodes_[r0 + 2];
    into.radius_ = radius;
}

LumenTable::Loss LumenTable::Section::at(double offset) const {
    const double away = std::abs(offset);
    const auto u = static_cast<float>(away / step) + before;
    const auto u0 = static_cast<Eigen::Index>(u);
    if (u0 + 2 >= nodes_.cols() || away > radius_ + tail) return {};
    const auto w = cubic_weights(u - static_cast<float>(u0));
    const Eigen::Array<float, lanes, 1> sum = w[0] * nodes_.col(u0 - 1) + w[1] * nodes_.col(u0) +
                                              w[2] * nodes_.col(u0 + 1) + w[3] * nodes_.col(u0 + 2);
    return {sum(0), offset < 0.0 ? -sum(1) : sum(1), sum(2), sum(3), sum(4)};
}

}  // namespace stenometry
