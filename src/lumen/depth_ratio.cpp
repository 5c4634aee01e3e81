#include "lumen/depth_ratio.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace stenometry {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Stretch {
    std::size_t begin, end;
};

/// The rows around `centre` in which the lumen is about as wide as there.
Stretch stretch_around(std::size_t centre, const std::vector<double>& radii, double row_px) {
    constexpr double farthest_px = 15.0, as_wide = 0.25;
    const auto reach = static_cast<std::size_t>(farthest_px / row_px);
    const auto like_centre = [&](std::size_t row) {
        return std::abs(radii[row] - radii[centre]) < as_wide * radii[centre];
    };
    Stretch found{centre, centre + 1};
    while (found.begin > 0 && centre - found.begin < reach && like_centre(found.begin - 1)) --found.begin;
    while (found.end < radii.size() && found.end - centre <= reach && like_centre(found.end)) ++found.end;
    return found;
}

struct Depth {
    double ratio = nan, sd = nan;
};

Depth depth_of(const Stretch& stretch, const Linearisation& data, const BorderedBand& factor,
               const SplineBasis& basis) {
    double downhill = 0.0, information = 0.0;
    std::vector<double> shared(factor.size() + factor.borders(), 0.0);
    for (std::size_t row = stretch.begin; row < stretch.end; ++row) {
        const auto& [own_downhill, products] = data.attenuation[row];
        const auto product = [&, &products = products](std::size_t i) {
            return products(static_cast<Eigen::Index>(i));
        };
        downhill += own_downhill;
        information += product(index(LumenParameter::ln_attenuation));
        const SplineBasis::Weights& knots = basis.blurred(row);
        for (std::size_t i = 0; i < lumen_splines; ++i)
            for (std::size_t k = 0; k < SplineBasis::support; ++k)
                shared[(knots.first + k) * lumen_splines + i] += knots.of[k] * product(i);
        for (std::size_t i = lumen_splines; i < lumen_parameters; ++i)
            shared[factor.size() + i - lumen_splines] += product(i);
    }
    std::vector<double> followed = shared;
    factor.solve(followed);
    information -= std::inner_product(shared.begin(), shared.end(), followed.begin(), 0.0);
    if (!(information > 0.0)) return {};
    return {std::exp(downhill / information), 1.0 / std::sqrt(information)};
}

}  // namespace

DepthRatios depth_ratios(const Linearisation& data, const BorderedBand& factor, const LumenModel& model,
                         const LumenGeometry& lumen, const std::vector<double>& places) {
    constexpr double step_px = 6.0;  // less than what one estimate takes in
    const ReformationGrid& grid = model.grid();
    const double step = step_px / grid.row_px;
    std::vector<Depth> depths;
    for (double row = 0.0; row < static_cast<double>(grid.rows) + step; row += step) {
        const auto centre = std::min(static_cast<std::size_t>(std::lround(row)), grid.rows - 1);
        depths.push_back(
            depth_of(stretch_around(centre, lumen.radius_px, grid.row_px), data, factor, model.basis()));
    }
    DepthRatios found;
    for (const double place : places) {
        const auto k = static_cast<std::size_t>(place / step);
        const double part = place / step - static_cast<double>(k);
        found.ratio.push_back(std::lerp(depths[k].ratio, depths[k + 1].ratio, part));
        found.sd.push_back(std::lerp(depths[k].sd, depths[k + 1].sd, part));
    }
    return found;
}

}  // namespace stenometry
