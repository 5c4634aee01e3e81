#include "core/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace stenometry {
namespace {

TEST(Quantile, LiesBetweenItsNeighboursByItsRank) {
    const std::vector<double> values{40.0, 10.0, 30.0, 20.0};
    EXPECT_EQ(quantile(values, 0.0), 10.0);
    EXPECT_EQ(quantile(values, 1.0), 40.0);
    EXPECT_DOUBLE_EQ(quantile(values, 0.5), 25.0);
    EXPECT_DOUBLE_EQ(quantile(values, 0.1), 13.0);
    EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
}

TEST(Ranked, IsOneOfTheValuesWhateverTheirOrder) {
    std::vector<float> values{40.0F, 10.0F, 30.0F, 20.0F};
    do {
        std::vector<float> copy = values;
        EXPECT_EQ(ranked(copy, 0.5), 20.0);
        EXPECT_EQ(ranked(copy, 0.99), 30.0);
        EXPECT_EQ(ranked(copy, 1.0), 40.0);
    } while (std::next_permutation(values.begin(), values.end()));
}

TEST(Ranked, OfNoValuesIsWhatTheCallerSays) {
    std::vector<float> none;
    EXPECT_TRUE(std::isnan(ranked(none, 0.5)));
    EXPECT_EQ(ranked(none, 0.5, 0.0), 0.0);
}

TEST(UpperMedian, IsTheUpperOfTwoInTheMiddle) {
    EXPECT_EQ(upper_median(std::vector{3.0, 1.0, 2.0}), 2.0);
    EXPECT_EQ(upper_median(std::vector{4.0, 1.0, 3.0, 2.0}), 3.0);
    EXPECT_EQ(upper_median(std::vector{7.0}), 7.0);
}

}  // namespace
}  // namespace stenometry
