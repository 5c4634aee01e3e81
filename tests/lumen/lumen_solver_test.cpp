#include "lumen/lumen_solver.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lumen/lumen_search.h"
#include "support/lumen_example.h"

namespace stenometry {
namespace {

using testing::example_blur_px;
using testing::example_grid;

/// A lumen that narrows from 5 to 2 px in the middle, and a faint background.
struct Example {
    Example() {
        for (std::size_t k = 0; k < truth.knots(); ++k) {
            const double off = (model.basis().row_of(k) - 40.0) / 8.0;
            truth.knot(LumenParameter::radius, k) = 5.0 - 3.0 * std::exp(-0.5 * off * off);
        }
        reformation = testing::reformation_of(model, truth);
        start.global(LumenParameter::ln_attenuation) += 0.2;
        start.global(LumenParameter::ln_blur) -= 0.1;
    }
    LumenEstimate estimate() const {
        return {.parameters = start, .rendered = testing::rendered(model, start)};
    }
    LumenProblem problem() const { return {reformation, model, background, prior}; }

    LumenModel model{example_grid, example_blur_px};
    LumenParameters truth = testing::uniform_lumen(model, 5.0),
                    start = testing::uniform_lumen(model, 4.0, 0.0);
    LumenReformation reformation;
    BackgroundModel background{Texture{.white = 1e-6}, Image<float>(41, 81, 0.0F),
                               Image<std::uint8_t>(41, 81, 1), 1.0};
    LumenPrior prior{start, 0.5, 5.0, true};
};

TEST(LumenSolver, FindsTheLumenThatWasRendered) {
    const Example example;
    LumenEstimate found = example.estimate();
    for (int k = 0; k < 4; ++k) found = solve(example.problem(), std::move(found), 12.0, 1e-3);
    const LumenGeometry truth = example.model.geometry(example.truth);
    for (std::size_t row = 0; row < example_grid.rows; ++row) {
        // px: what the prior and the parts of the fit that know each other only roughly leave
        EXPECT_NEAR(found.rendered.geometry.radius_px[row], truth.radius_px[row], 0.06) << row;
        EXPECT_NEAR(found.rendered.geometry.axis_px[row], truth.axis_px[row], 0.06) << row;
    }
    EXPECT_NEAR(found.parameters.blur_px(), example_blur_px, 0.05);
}

TEST(LumenSolver, NeverReturnsWorseThanItWasGiven) {
    const Example example;
    LumenEstimate start = example.estimate();
    compare(example.problem(), start);
    const double before = start.data_cost + example.prior.cost(start.parameters);
    const LumenEstimate found = solve(example.problem(), start, 12.0, 0.05);
    EXPECT_LT(found.data_cost + example.prior.cost(found.parameters), before);
}

TEST(LumenSolver, ReturnsAnEstimateWhosePartsBelongTogether) {
    const Example example;
    const LumenEstimate found = solve(example.problem(), example.estimate(), 12.0, 0.05);
    LumenEstimate again{.parameters = found.parameters,
                        .rendered = testing::rendered(example.model, found.parameters)};
    compare(example.problem(), again);
    EXPECT_EQ(found.rendered.attenuation, again.rendered.attenuation);
    EXPECT_EQ(found.weighted_residuals, again.weighted_residuals);
    EXPECT_EQ(found.data_cost, again.data_cost);
}

TEST(LumenSolver, DownhillIsTheSlopeOfTheDataCost) {
    const Example example;
    LumenEstimate at = example.estimate();
    compare(example.problem(), at);
    const NormalEquations equations = linearise(example.problem(), at);
    const auto cost_at = [&](std::size_t i, double by) {
        LumenEstimate moved = at;
        moved.parameters[i] += by;
        example.model.render(moved.parameters, moved.rendered);
        compare(example.problem(), moved);
        return moved.data_cost;
    };
    constexpr double step = 0.01;
    const LumenParameters& p = at.parameters;
    for (const LumenParameter global :
         {LumenParameter::ln_attenuation, LumenParameter::ln_blur, LumenParameter::curvature}) {
        const std::size_t i = p.place(global);
        const double slope = (cost_at(i, step) - cost_at(i, -step)) / (2.0 * step);
        EXPECT_NEAR(equations.downhill[i], -slope, 0.03 * std::abs(slope)) << index(global);
    }
    const std::size_t knot = LumenParameters::place(LumenParameter::radius, p.knots() / 2);
    const double slope = (cost_at(knot, step) - cost_at(knot, -step)) / (2.0 * step);
    EXPECT_NEAR(equations.downhill[knot], -slope, 0.05 * std::abs(slope));
}

TEST(LumenSearch, FindsANarrowingFromTheAttenuationAlone) {
    const Example example;
    const LumenGeometry found =
        search_lumen(example.reformation, example.background, 0.02, example_blur_px, 5.5);
    const LumenGeometry truth = example.model.geometry(example.truth);
    for (std::size_t row = 5; row + 5 < example_grid.rows; ++row) {
        // Radii are a factor of 1.18 apart and places a pixel.
        EXPECT_NEAR(found.radius_px[row], truth.radius_px[row], 0.18 * truth.radius_px[row]) << row;
        EXPECT_NEAR(found.axis_px[row], truth.axis_px[row], 0.6) << row;
    }
}

}  // namespace
}  // namespace stenometry
