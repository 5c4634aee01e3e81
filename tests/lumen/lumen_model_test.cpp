#include "lumen/lumen_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "support/lumen_example.h"

namespace stenometry {
namespace {

using Eigen::Index;
using testing::example_grid;
using testing::rendered;
using testing::uniform_lumen;

/// Where the grid's ends are not seen through the blur along the vessel.
constexpr std::size_t middle_row = 40;

LumenModel example_model() { return {example_grid, testing::example_blur_px}; }

/// Change of the attenuation in one row per unit of whatever `move` changes, by central differences.
template <class Move>
Eigen::VectorXf difference(const LumenModel& model, const LumenParameters& p, std::size_t row, double step,
                           Move move) {
    LumenParameters more = p, less = p;
    move(more, step), move(less, -step);
    const auto y = static_cast<Index>(row);
    return (rendered(model, more).attenuation.col(y) - rendered(model, less).attenuation.col(y)) /
           static_cast<float>(2.0 * step);
}

Eigen::VectorXf derivative(const LumenModel& model, const LumenParameters& p, std::size_t row,
                           LumenParameter parameter) {
    LumenModel::RowDerivatives derivatives;
    model.differentiate(rendered(model, p), row, derivatives);
    Eigen::VectorXf all = Eigen::VectorXf::Zero(static_cast<Index>(model.grid().columns));
    all.segment(derivatives.first, derivatives.of.rows()) =
        derivatives.of.col(static_cast<Index>(index(parameter)));
    return all;
}

/// Parts of the largest derivative that the interpolation of the table and single precision leave.
constexpr float interpolation_error = 0.01F;

void expect_alike(const Eigen::VectorXf& found, const Eigen::VectorXf& expected, float tolerance,
                  const std::string& what) {
    const float largest = expected.cwiseAbs().maxCoeff();
    ASSERT_GT(largest, 0.0F) << what;
    EXPECT_LT((found - expected).cwiseAbs().maxCoeff(), tolerance * largest) << what;
}

class DerivativesOfLumen : public ::testing::TestWithParam<double> {};

TEST_P(DerivativesOfLumen, AreFiniteDifferencesForGlobalParameters) {
    const LumenModel model = example_model();
    LumenParameters p = uniform_lumen(model, GetParam());
    p.global(LumenParameter::drift) = 0.05;
    // The drift changes nothing in the middle row, and something above it.
    for (const std::size_t row : {middle_row, std::size_t{20}})
        for (const LumenParameter parameter : {LumenParameter::ln_attenuation, LumenParameter::drift,
                                               LumenParameter::ln_blur, LumenParameter::curvature}) {
            if (parameter == LumenParameter::drift && row == middle_row) continue;  // nothing drifts there
            const auto move = [&](LumenParameters& to, double by) { to.global(parameter) += by; };
            // The derivatives leave out the product of drift, 1.25 % in that row, with another change.
            const float tolerance = row == middle_row ? interpolation_error : 0.06F;
            expect_alike(derivative(model, p, row, parameter), difference(model, p, row, 0.02, move),
                         tolerance,
                         "parameter " + std::to_string(index(parameter)) + " in row " + std::to_string(row));
        }
}

TEST_P(DerivativesOfLumen, AreFiniteDifferencesForAVesselThatWidensOrMovesAsAWhole) {
    const LumenModel model = example_model();
    const LumenParameters p = uniform_lumen(model, GetParam());
    for (const LumenParameter spline : {LumenParameter::radius, LumenParameter::axis}) {
        const auto move = [&](LumenParameters& to, double by) {
            for (std::size_t k = 0; k < to.knots(); ++k) to.knot(spline, k) += by;
        };
        expect_alike(derivative(model, p, middle_row, spline), difference(model, p, middle_row, 0.02, move),
                     interpolation_error, "spline " + std::to_string(index(spline)));
    }
}

TEST_P(DerivativesOfLumen, CountByTheBlurredSplineForOneKnot) {
    const LumenModel model = example_model();
    const LumenParameters p = uniform_lumen(model, GetParam());
    const SplineBasis::Weights& weights = model.basis().blurred(middle_row);
    for (const LumenParameter spline : {LumenParameter::radius, LumenParameter::axis})
        for (std::size_t k = 1; k + 1 < SplineBasis::support; ++k) {
            const auto move = [&](LumenParameters& to, double by) {
                to.knot(spline, weights.first + k) += by;
            };
            const Eigen::VectorXf by_row = derivative(model, p, middle_row, spline);
            // Parts of a whole vessel's change: rows are interpolated where the spline is blurred.
            EXPECT_LT(
                (static_cast<float>(weights.of[k]) * by_row - difference(model, p, middle_row, 0.02, move))
                    .cwiseAbs()
                    .maxCoeff(),
                0.03F * by_row.cwiseAbs().maxCoeff())
                << "knot " << k;
        }
}

INSTANTIATE_TEST_SUITE_P(FromNarrowToWide, DerivativesOfLumen, ::testing::Values(0.8, 2.0, 6.0));

TEST(LumenModel, TakesNothingFarFromTheLumenAndMostAtItsAxis) {
    const LumenModel model = example_model();
    const RenderedLumen lumen = rendered(model, uniform_lumen(model, 3.0, 0.0));
    const auto row = static_cast<Index>(middle_row);
    EXPECT_EQ(lumen.attenuation(0, row), 0.0F);
    Index darkest = 0;
    lumen.attenuation.col(row).maxCoeff(&darkest);
    EXPECT_EQ(darkest, 20);  // the middle column
}

TEST(LumenModel, TakesTheChordsOfARoundLumenWhereTheGreyScaleIsStraight) {
    const LumenModel model = example_model();
    LumenParameters p = uniform_lumen(model, 4.0, 0.0);
    constexpr double per_px = 1e-3;
    p.global(LumenParameter::ln_attenuation) = std::log(per_px);
    const RenderedLumen lumen = rendered(model, p);
    const double area = lumen.attenuation.col(static_cast<Index>(middle_row)).cast<double>().sum() / per_px;
    // px2, a column being a pixel wide: a hundredth is the bend of the grey scale
    EXPECT_NEAR(area, std::acos(-1.0) * 16.0, 0.01 * 16.0 * std::acos(-1.0));
}

TEST(LumenModel, RenderingIntoUsedMemoryGivesTheSame) {
    const LumenModel model = example_model();
    RenderedLumen used = rendered(model, uniform_lumen(model, 6.0));
    const RenderedLumen kept = used;
    model.render(uniform_lumen(model, 2.0), used);
    EXPECT_EQ(used.attenuation, rendered(model, uniform_lumen(model, 2.0)).attenuation);
    EXPECT_EQ(kept.attenuation, rendered(model, uniform_lumen(model, 6.0)).attenuation);
}

}  // namespace
}  // namespace stenometry
