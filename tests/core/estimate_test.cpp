#include "stenometry/estimate.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace stenometry {
namespace {

constexpr double rounding_error = 1e-12;

TEST(Estimate, IntervalIsTwoStandardErrorsWideOnEitherSide) {
    const Interval interval = Estimate{.value = 10.0, .sd = 2.0}.interval95().value();
    EXPECT_NEAR(interval.low, 10.0 - 1.959963984540054 * 2.0, rounding_error);
    EXPECT_NEAR(interval.high, 10.0 + 1.959963984540054 * 2.0, rounding_error);
    EXPECT_TRUE(interval.contains(interval.low));
    EXPECT_TRUE(interval.contains(interval.high));
    EXPECT_FALSE(interval.contains(std::nextafter(interval.low, 0.0)));
}

TEST(Estimate, IntervalEndsWhereTheQuantityCannotBeAndTheValueDoesNot) {
    const Estimate diameter = Estimate::of_length(1.0, 1.0);
    EXPECT_EQ(diameter.interval95()->low, 0.0);
    EXPECT_NEAR(diameter.interval95()->high, 2.96, 0.001);
    EXPECT_EQ(Estimate::of_narrowing(95.0, 10.0).interval95()->high, 100.0);
    EXPECT_LT(Estimate::of_narrowing(-5.0, 10.0).interval95()->low, -5.0);  // ectasia is no clamped stenosis
    EXPECT_EQ(Estimate::of_length(-0.1, 1.0).value, -0.1);
}

TEST(Estimate, ProbabilityIsThatOfANormalDistribution) {
    const Estimate narrowing = Estimate::of_narrowing(50.0, 5.0);
    EXPECT_DOUBLE_EQ(narrowing.probability_at_least(50.0).value(), 0.5);
    EXPECT_NEAR(narrowing.probability_at_least(45.0).value(), 0.8413447460685429,
                rounding_error);  // one standard error
    EXPECT_NEAR(narrowing.probability_at_least(50.0 + 1.959963984540054 * 5.0).value(), 0.025,
                rounding_error);
    // What is known exactly is there or it is not.
    EXPECT_EQ(Estimate::of_narrowing(50.0, 0.0).probability_at_least(50.0), 1.0);
    EXPECT_EQ(Estimate::of_narrowing(50.0, 0.0).probability_at_least(50.1), 0.0);
}

TEST(Estimate, WithoutAStandardErrorNothingIsSaidOfTheTruth) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    for (const Estimate& unknown :
         {Estimate::of_length(1.0), Estimate::of_length(1.0, nan), Estimate::of_length(nan, 1.0)}) {
        EXPECT_FALSE(unknown.interval95());
        EXPECT_FALSE(unknown.probability_at_least(0.5));
    }
}

}  // namespace
}  // namespace stenometry
