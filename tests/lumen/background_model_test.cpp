#include "lumen/background_model.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <random>

#include "support/lumen_example.h"

namespace stenometry {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr int width = 31, height = 12;
constexpr double row_px = 0.9;

Texture example_texture() {
    Texture texture{.white = 4e-4};
    texture.variance = {1e-4, 0.0, 2e-4, 0.0, 5e-4};
    return texture;
}

void expect_inverse(const Eigen::MatrixXf& weight, const MatrixXd& covariance) {
    const MatrixXd expected = covariance.inverse();
    // Weights are kept in single precision.
    EXPECT_LT((weight.cast<double>() - expected).cwiseAbs().maxCoeff(),
              1e-5 * expected.cwiseAbs().maxCoeff());
}

TEST(BackgroundModel, WeightOfAWholeRowIsTheInverseOfItsCovariance) {
    const BackgroundModel model(example_texture(), Image<float>(width, height, 0.0F),
                                Image<std::uint8_t>(width, height, 1), row_px);
    EXPECT_EQ(model.weight_count(), 1U);
    expect_inverse(model.weight(5), row_covariance(example_texture(), width, row_px));
}

TEST(BackgroundModel, OverlappingStructuresAndGapsAddToTheCovariance) {
    Image<float> overlapping(width, height, 0.0F);
    Image<std::uint8_t> known(width, height, 1);
    for (int x = 20; x < 25; ++x) overlapping(x, 4) = 0.05F * static_cast<float>(x - 19);
    overlapping(22, 5) = 0.4F;  // the neighbouring row shares the weight: the larger counts
    known(3, 5) = 0;
    const BackgroundModel model(example_texture(), overlapping.clone(), known, row_px);

    MatrixXd covariance = row_covariance(example_texture(), width, row_px);
    std::vector<Index> columns{3};
    std::vector<double> heights{0.0};
    std::vector<bool> are_known{false};
    for (int x = 20; x < 25; ++x) {
        columns.push_back(x), are_known.push_back(true);
        heights.push_back(static_cast<double>(std::max(overlapping(x, 4), overlapping(x, 5))));
    }
    const MatrixXd extra = extra_covariance(columns, heights, are_known, row_px);
    for (std::size_t i = 0; i < columns.size(); ++i)
        for (std::size_t j = 0; j < columns.size(); ++j)
            covariance(columns[i], columns[j]) += extra(static_cast<Index>(i), static_cast<Index>(j));
    expect_inverse(model.weight(4), covariance);
    EXPECT_EQ(model.weight_index(4), model.weight_index(5));
    EXPECT_EQ(model.weight_index(6), 0U);
    EXPECT_EQ(model.weight_count(), 2U);
}

TEST(BackgroundModel, LevelAndSlopeOfTheBackgroundCountForLittle) {
    const MatrixXd weight = row_covariance(example_texture(), width, row_px).inverse();
    Eigen::VectorXd level = Eigen::VectorXd::Constant(width, 0.1),
                    slope = Eigen::VectorXd::LinSpaced(width, -0.1, 0.1), wall = Eigen::VectorXd::Zero(width);
    wall.segment(10, 5).setConstant(0.1);
    EXPECT_LT(level.dot(weight * level), 0.1);  // of a squared standard error: a tenth is well within 0.3
    EXPECT_LT(slope.dot(weight * slope), 0.1);
    EXPECT_GT(wall.dot(weight * wall), 10.0);
}

TEST(BackgroundModel, LearnsTheNoiseBesideTheLumen) {
    const LumenModel model(testing::example_grid, testing::example_blur_px);
    const LumenParameters lumen = testing::uniform_lumen(model, 3.0);
    LumenReformation reformation = testing::reformation_of(model, lumen);
    std::mt19937 bits(1);
    constexpr double sd = 0.02;
    std::normal_distribution<float> noise(0.0F, static_cast<float>(sd));
    for (int y = 0; y < reformation.rows(); ++y)
        for (int x = 0; x < reformation.columns(); ++x) reformation.image.profiles(x, y) += noise(bits);
    const Image<float> nothing(reformation.columns(), reformation.rows(), 0.0F);
    const BackgroundModel background =
        learn_background(reformation, testing::rendered(model, lumen), nothing, 0.12, true);
    EXPECT_EQ(background.weight_count(), 1U);  // noise alone is no overlapping structure
    // The weight of white noise is one over its variance; a quarter for the texture that it may be instead.
    EXPECT_NEAR(std::sqrt(1.0 / static_cast<double>(background.weight(0)(20, 20))), sd, 0.25 * sd);
}

TEST(BackgroundModel, FindsAVesselBesideTheLumen) {
    const LumenModel model(testing::example_grid, testing::example_blur_px);
    const LumenParameters lumen = testing::uniform_lumen(model, 3.0);
    LumenReformation reformation = testing::reformation_of(model, lumen);
    for (int y = 30; y < 40; ++y)
        for (int x = 33; x < 37; ++x) reformation.image.profiles(x, y) -= 0.1F;
    const Image<float> nothing(reformation.columns(), reformation.rows(), 0.0F);
    const BackgroundModel background =
        learn_background(reformation, testing::rendered(model, lumen), nothing, 0.12, true);
    EXPECT_GT(background.overlapping()(35, 35), 0.05F);
    EXPECT_EQ(background.overlapping()(35, 60), 0.0F);
    EXPECT_EQ(background.overlapping()(20, 35), 0.0F);
    // What is overlapped says less.
    EXPECT_LT(background.weight(35)(35, 35), 0.9F * background.weight(60)(35, 35));
}

}  // namespace
}  // namespace stenometry
