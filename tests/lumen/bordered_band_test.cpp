#include "lumen/bordered_band.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <vector>

namespace stenometry {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::size_t size = 12, bandwidth = 3, borders = 2, all = size + borders;
constexpr double rounding = 1e-12;  // of numbers about one

/// The same matrix in both forms.
struct BandedSystem {
    BandedSystem() {
        const auto set = [&](std::size_t i, std::size_t j, double& kept) {
            kept = i == j ? 15.0 : std::sin(static_cast<double>(3 * i + 7 * j));
            dense(static_cast<Index>(i), static_cast<Index>(j)) = kept;
            dense(static_cast<Index>(j), static_cast<Index>(i)) = kept;
        };
        for (std::size_t i = 0; i < size; ++i)
            for (std::size_t j = i > bandwidth ? i - bandwidth : 0; j <= i; ++j) set(i, j, banded.band(i, j));
        for (std::size_t k = 0; k < borders; ++k) {
            for (std::size_t j = 0; j < size; ++j) set(size + k, j, banded.border(k, j));
            for (std::size_t l = 0; l <= k; ++l) set(size + k, size + l, banded.corner(k, l));
        }
    }
    BorderedBand banded{size, bandwidth, borders};
    MatrixXd dense = MatrixXd::Zero(all, all);
};

std::vector<double> unit(std::size_t i) {
    std::vector<double> x(all, 0.0);
    x[i] = 1.0;
    return x;
}

VectorXd as_vector(const std::vector<double>& x) {
    return Eigen::Map<const VectorXd>(x.data(), static_cast<Index>(x.size()));
}

/// The columns that come of solving or correlating unit vectors.
template <class Function>
MatrixXd applied_to_units(Function function) {
    MatrixXd columns(all, all);
    for (std::size_t i = 0; i < all; ++i) {
        std::vector<double> x = unit(i);
        function(x);
        columns.col(static_cast<Index>(i)) = as_vector(x);
    }
    return columns;
}

TEST(BorderedBand, FactorIsThatOfTheWholeMatrix) {
    BandedSystem example;
    ASSERT_TRUE(example.banded.factorize());
    const MatrixXd lower = example.dense.llt().matrixL();
    const BorderedBand& factor = example.banded;
    for (std::size_t i = 0; i < size; ++i)
        for (std::size_t j = i > bandwidth ? i - bandwidth : 0; j <= i; ++j)
            EXPECT_NEAR(factor.band(i, j), lower(static_cast<Index>(i), static_cast<Index>(j)), rounding);
    for (std::size_t k = 0; k < borders; ++k) {
        const auto row = static_cast<Index>(size + k);
        for (std::size_t j = 0; j < size; ++j)
            EXPECT_NEAR(example.banded.border(k, j), lower(row, static_cast<Index>(j)), rounding);
        for (std::size_t l = 0; l <= k; ++l)
            EXPECT_NEAR(example.banded.corner(k, l), lower(row, static_cast<Index>(size + l)), rounding);
    }
}

TEST(BorderedBand, SolvesAsTheInverseOfTheWholeMatrixDoes) {
    BandedSystem example;
    ASSERT_TRUE(example.banded.factorize());
    const MatrixXd solved = applied_to_units([&](std::vector<double>& x) { example.banded.solve(x); });
    EXPECT_LT((solved - example.dense.inverse()).cwiseAbs().maxCoeff(), rounding);
}

TEST(BorderedBand, PosteriorSamplesHaveTheInverseAsTheirCovariance) {
    BandedSystem example;
    ASSERT_TRUE(example.banded.factorize());
    // Correlated numbers are A z, with z of unit covariance: theirs is A A^T.
    const MatrixXd a = applied_to_units([&](std::vector<double>& x) { example.banded.correlate(x); });
    EXPECT_LT((a * a.transpose() - example.dense.inverse()).cwiseAbs().maxCoeff(), rounding);
}

TEST(BorderedBand, InverseIsThatOfTheWholeMatrixInTheBand) {
    BandedSystem example;
    ASSERT_TRUE(example.banded.factorize());
    const BorderedBand found = example.banded.inverse();
    const MatrixXd expected = example.dense.inverse();
    for (std::size_t i = 0; i < size; ++i)
        for (std::size_t j = i > bandwidth ? i - bandwidth : 0; j <= i; ++j)
            EXPECT_NEAR(found.band(i, j), expected(static_cast<Index>(i), static_cast<Index>(j)), rounding);
}

TEST(BorderedBand, HasNoFactorUnlessPositiveDefinite) {
    BandedSystem in_band, in_corner;
    in_band.banded.band(5, 5) = -1.0;
    in_corner.banded.corner(1, 1) = 0.0;
    EXPECT_FALSE(in_band.banded.factorize());
    EXPECT_FALSE(in_corner.banded.factorize());
}

}  // namespace
}  // namespace stenometry
