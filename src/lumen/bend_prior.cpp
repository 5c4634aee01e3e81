#include "lumen/bend_prior.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/statistics.h"

namespace stenometry {
namespace {

using enum LumenParameter;

struct Expectation {
    LumenParameter parameter;
    double sd;
};

/// Relative standard errors of what the fit starts from, of the contrast between the ends of the vessel, and
/// of the curvature of the grey scale.
std::array<Expectation, lumen_globals> expectations(bool unit_known) {
    constexpr double attenuation_sd = 0.5, drift_sd = 0.05, blur_sd = 0.2, curvature_sd = 0.3,
                     curvature_sd_without_unit = 0.5;
    return {{{ln_attenuation, attenuation_sd},
             {drift, drift_sd},
             {ln_blur, blur_sd},
             {curvature, unit_known ? curvature_sd : curvature_sd_without_unit}}};
}

/// How far depth and width of an eccentric lumen differ, in logarithms: one view does not tell plaque that
/// lies in front of a lumen from plaque beside it.
constexpr double usual_depth_sd = 0.2;
/// Over how many knots a depth is about the same, so that so many count once.
constexpr double depth_correlation_knots = 3.0;

constexpr std::array<double, 3> bend_stencil{1.0, -2.0, 1.0};

/// Second difference of a spline's coefficients from `knot` on.
double bend(const LumenParameters& p, LumenParameter spline, std::size_t knot) {
    double sum = 0.0;
    for (std::size_t i = 0; i < bend_stencil.size(); ++i) sum += bend_stencil[i] * p.knot(spline, knot + i);
    return sum;
}

double variance_of_bend(const BorderedBand& covariance, LumenParameter spline, std::size_t knot) {
    double sum = 0.0;
    for (std::size_t i = 0; i < bend_stencil.size(); ++i)
        for (std::size_t j = 0; j < bend_stencil.size(); ++j)
            sum += bend_stencil[i] * bend_stencil[j] *
                   covariance.band(LumenParameters::place(spline, knot + std::max(i, j)),
                                   LumenParameters::place(spline, knot + std::min(i, j)));
    return sum;
}

}  // namespace

LumenPrior::LumenPrior(LumenParameters expected, double bend_unit, double widest_px, bool unit_known)
    : expected_(std::move(expected)),
      bend_unit_(bend_unit),
      widest_px_(widest_px),
      axis_bend_sd_(0.05 * bend_unit),
      unit_known_(unit_known),
      radius_bend_sd_(expected_.knots() - 2, bend_unit),
      depth_sd_(expected_.knots(), usual_depth_sd) {}

double LumenPrior::bend_sd(LumenParameter spline, std::size_t knot) const {
    if (spline == radius) return radius_bend_sd_[knot];
    // Where plaque changes the width it may change the depth by another part.
    constexpr double stiffest_depth = 0.01, depth_by_radius = 0.3;
    if (spline == ln_depth)
        return std::hypot(stiffest_depth, depth_by_radius * radius_bend_sd_[knot] / widest_px_);
    // A plaque on one side moves the axis by as much as it narrows the radius, one all around by nothing.
    constexpr double eccentricity = 0.5;
    return std::hypot(axis_bend_sd_, eccentricity * radius_bend_sd_[knot]);
}

double LumenPrior::depth_weight(std::size_t knot) const {
    return 1.0 / (depth_correlation_knots * depth_sd_[knot] * depth_sd_[knot]);
}

double LumenPrior::cost(const LumenParameters& p) const {
    double sum = 0.0;
    for (std::size_t k = 0; k < radius_bend_sd_.size(); ++k)
        sum += std::pow(bend(p, radius, k) / radius_bend_sd_[k], 2) +
               std::pow(bend(p, axis, k) / bend_sd(axis, k), 2) +
               std::pow(bend(p, ln_depth, k) / bend_sd(ln_depth, k), 2);
    for (std::size_t k = 0; k < p.knots(); ++k) sum += depth_weight(k) * std::pow(p.knot(ln_depth, k), 2);
    for (const auto& [parameter, sd] : expectations(unit_known_))
        sum += std::pow((p.global(parameter) - expected_.global(parameter)) / sd, 2);
    return 0.5 * sum;
}

void LumenPrior::add_to(NormalEquations& equations, const LumenParameters& p) const {
    for (const LumenParameter spline : {radius, axis, ln_depth})
        for (std::size_t k = 0; k < radius_bend_sd_.size(); ++k) {
            const double sd = bend_sd(spline, k), weight = 1.0 / (sd * sd), bent = bend(p, spline, k);
            for (std::size_t i = 0; i < bend_stencil.size(); ++i) {
                const std::size_t x = LumenParameters::place(spline, k + i);
                equations.downhill[x] -= weight * bend_stencil[i] * bent;
                for (std::size_t j = 0; j <= i; ++j)
                    equations.matrix.band(x, LumenParameters::place(spline, k + j)) +=
                        weight * bend_stencil[i] * bend_stencil[j];
            }
        }
    for (std::size_t k = 0; k < p.knots(); ++k) {
        const std::size_t x = LumenParameters::place(ln_depth, k);
        equations.downhill[x] -= depth_weight(k) * p[x];
        equations.matrix.band(x, x) += depth_weight(k);
    }
    for (const auto& [parameter, sd] : expectations(unit_known_)) {
        const std::size_t x = p.place(parameter), k = index(parameter) - lumen_splines;
        equations.downhill[x] -= (p[x] - expected_[x]) / (sd * sd);
        equations.matrix.corner(k, k) += 1.0 / (sd * sd);
    }
}

void LumenPrior::allow_unseen_depth() {
    constexpr double unseen_depth_sd = 0.25;
    for (double& sd : depth_sd_) sd = std::max(sd, unseen_depth_sd);
}

void LumenPrior::learn(const NormalEquations& data, const LumenParameters& parameters) {
    constexpr int iterations = 8;
    constexpr double window_knots = 5.5, straightest = 0.02, roundest = 0.03, most_eccentric = 0.5;
    for (int iteration = 0; iteration < iterations; ++iteration) {
        NormalEquations equations = data;
        add_to(equations, parameters);
        if (!equations.matrix.factorize()) return;
        equations.matrix.solve(equations.downhill);
        LumenParameters mean = parameters;
        for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += equations.downhill[i];

        const BorderedBand covariance = equations.matrix.inverse();
        std::vector<double> squares(radius_bend_sd_.size()), squares_of_depth(depth_sd_.size());
        for (std::size_t k = 0; k < squares.size(); ++k)
            squares[k] = std::pow(bend(mean, radius, k), 2) + variance_of_bend(covariance, radius, k);
        squares = local_fit(squares, window_knots, 0);
        for (std::size_t k = 0; k < squares.size(); ++k)
            radius_bend_sd_[k] = std::max(straightest * bend_unit_, std::sqrt(squares[k]));
        for (std::size_t k = 0; k < squares_of_depth.size(); ++k) {
            const std::size_t x = LumenParameters::place(ln_depth, k);
            squares_of_depth[k] = std::pow(mean[x], 2) + covariance.band(x, x);
        }
        squares_of_depth = local_fit(squares_of_depth, window_knots, 0);
        for (std::size_t k = 0; k < squares_of_depth.size(); ++k)
            depth_sd_[k] = std::clamp(std::sqrt(squares_of_depth[k]), roundest, most_eccentric);
    }
}

}  // namespace stenometry
