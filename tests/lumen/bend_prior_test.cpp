#include "lumen/bend_prior.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace stenometry {
namespace {

constexpr std::size_t knots = 60;
constexpr double bend_unit = 0.5, widest_px = 5.0;

/// Normal equations of radii and axes that are measured knot by knot with one standard error.
NormalEquations measured(const std::vector<double>& radii, double sd, const LumenParameters& around) {
    NormalEquations equations{
        BorderedBand(around.spline_size(), lumen_splines * SplineBasis::support - 1, lumen_globals),
        std::vector<double>(around.size(), 0.0)};
    for (std::size_t k = 0; k < radii.size(); ++k)
        for (const LumenParameter spline : {LumenParameter::radius, LumenParameter::axis}) {
            const std::size_t x = LumenParameters::place(spline, k);
            equations.matrix.band(x, x) = 1.0 / (sd * sd);
            const double value = spline == LumenParameter::radius ? radii[k] : 0.0;
            equations.downhill[x] = (value - around[x]) / (sd * sd);
        }
    for (std::size_t k = 0; k < lumen_globals; ++k) equations.matrix.corner(k, k) = 1.0;
    return equations;
}

TEST(LumenPrior, GradientIsThatOfItsCost) {
    LumenParameters at(knots);
    std::mt19937 bits(2);
    std::normal_distribution<double> normal;
    for (std::size_t i = 0; i < at.size(); ++i) at[i] = 0.1 * normal(bits);
    const LumenPrior prior(LumenParameters(knots), bend_unit, widest_px, true);
    NormalEquations equations{
        BorderedBand(at.spline_size(), lumen_splines * SplineBasis::support - 1, lumen_globals),
        std::vector<double>(at.size(), 0.0)};
    prior.add_to(equations, at);
    for (std::size_t i = 0; i < at.size(); i += 7) {
        constexpr double step = 1e-4;
        LumenParameters more = at, less = at;
        more[i] += step, less[i] -= step;
        const double slope = (prior.cost(more) - prior.cost(less)) / (2.0 * step);
        EXPECT_NEAR(equations.downhill[i], -slope, 1e-6 * (1.0 + std::abs(slope))) << i;
    }
}

TEST(LumenPrior, CurvesOfAStraightTaperCostNothing) {
    LumenParameters taper(knots);
    for (std::size_t k = 0; k < knots; ++k)
        taper.knot(LumenParameter::radius, k) = 5.0 - 0.05 * static_cast<double>(k);
    EXPECT_NEAR(LumenPrior(taper, bend_unit, widest_px, true).cost(taper), 0.0, 1e-12);
}

TEST(LumenPrior, LearnsWhereARadiusBendsAndWhereItDoesNot) {
    // A radius whose second differences are drawn from two normal distributions, measured precisely.
    constexpr double calm = 0.02, restless = 0.3, sd = 0.002;
    std::mt19937 bits(3);
    std::normal_distribution<double> normal;
    std::vector<double> radii{4.0, 4.0};
    for (std::size_t k = 2; k < knots; ++k)
        radii.push_back(2.0 * radii[k - 1] - radii[k - 2] + (k < knots / 2 ? calm : restless) * normal(bits));
    const LumenParameters start(knots);
    LumenPrior prior(start, bend_unit, widest_px, true);
    prior.learn(measured(radii, sd, start), start);
    const auto level = [&](std::size_t from, std::size_t to) {
        double squares = 0.0;
        for (std::size_t k = from; k < to; ++k) squares += std::pow(prior.radius_bend_sd()[k], 2);
        return std::sqrt(squares / static_cast<double>(to - from));
    };
    // Relative: a standard deviation of some 15 values is known to 20 %, taken twice. The window reaches over
    // 16 knots, so the calm part is read at the far end.
    EXPECT_NEAR(level(0, 14) / calm, 1.0, 0.4);
    EXPECT_NEAR(level(44, 58) / restless, 1.0, 0.4);
}

TEST(LumenPrior, ARadiusThatNothingSaysBendsIsTakenForStraight) {
    const std::vector<double> radii(knots, 4.0);
    const LumenParameters start(knots);
    LumenPrior prior(start, bend_unit, widest_px, true);
    constexpr double sd = 0.1;
    prior.learn(measured(radii, sd, start), start);
    for (const double bend_sd : prior.radius_bend_sd()) EXPECT_LT(bend_sd, 0.5 * bend_unit);
}

TEST(LumenPrior, ADepthThatTheImageShowsIsBelievedAndOneThatItDoesNotShowIsRound) {
    // A flat lumen in the middle third, seen well and seen badly.
    const LumenParameters start(knots);
    constexpr double flat = -0.5;
    const auto depth_in_the_middle = [&](double sd) {
        LumenPrior prior(start, bend_unit, widest_px, true);
        NormalEquations data = measured(std::vector<double>(knots, widest_px), 0.1, start);
        for (std::size_t k = 0; k < knots; ++k) {
            const std::size_t x = LumenParameters::place(LumenParameter::ln_depth, k);
            data.matrix.band(x, x) = 1.0 / (sd * sd);
            data.downhill[x] = (k >= knots / 3 && k < 2 * knots / 3 ? flat : 0.0) / (sd * sd);
        }
        prior.learn(data, start);
        prior.add_to(data, start);
        EXPECT_TRUE(data.matrix.factorize());
        data.matrix.solve(data.downhill);
        return data.downhill[LumenParameters::place(LumenParameter::ln_depth, knots / 2)];
    };
    EXPECT_NEAR(depth_in_the_middle(0.1), flat, 0.1);
    EXPECT_GT(depth_in_the_middle(10.0), 0.05 * flat);
}

}  // namespace
}  // namespace stenometry
