#include "stenometry/bifurcation.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "stenometry/error.h"

namespace stenometry {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr double rounding = 1e-12;

class AnyLaw : public ::testing::TestWithParam<BranchingLaw> {};

INSTANTIATE_TEST_SUITE_P(OfBranching, AnyLaw,
                         ::testing::Values(BranchingLaw::murray, BranchingLaw::huo_kassab,
                                           BranchingLaw::finet));

TEST_P(AnyLaw, MotherAndDaughtersTellEachOther) {
    const double mother = mother_diameter(3.0, 2.4, GetParam()).value();
    EXPECT_GT(mother, 3.0);
    EXPECT_NEAR(daughter_diameter(mother, 2.4, GetParam()).value(), 3.0, rounding);
    EXPECT_NEAR(daughter_diameter(mother, 3.0, GetParam()).value(), 2.4, rounding);
}

TEST_P(AnyLaw, DaughtersMayBeSwappedAndTheTreeScaled) {
    EXPECT_EQ(mother_diameter(3.0, 2.4, GetParam()), mother_diameter(2.4, 3.0, GetParam()));
    EXPECT_NEAR(mother_diameter(30.0, 24.0, GetParam()).value(),
                10.0 * mother_diameter(3.0, 2.4, GetParam()).value(), rounding * 10.0);
}

TEST_P(AnyLaw, SideBranchAsWideAsTheMotherLeavesNoOtherDaughter) {
    EXPECT_FALSE(daughter_diameter(3.0, 3.0, GetParam()));
    EXPECT_FALSE(daughter_diameter(3.0, 3.5, GetParam()));
}

TEST_P(AnyLaw, DiameterThatIsNoneIsTheCallersMistake) {
    for (const double wrong : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()})
        EXPECT_THAT([&] { mother_diameter(3.0, wrong, GetParam()); },
                    ThrowsMessage<InvalidInput>(HasSubstr("other_daughter")));
    EXPECT_THAT([] { daughter_diameter(0.0, 1.0, GetParam()); },
                ThrowsMessage<InvalidInput>(HasSubstr("mother")));
}

TEST(BranchingLaw, EqualDaughtersHaveTheDiametersOfThePapers) {
    EXPECT_NEAR(*mother_diameter(1.0, 1.0, BranchingLaw::murray), std::cbrt(2.0), rounding);
    EXPECT_NEAR(*mother_diameter(1.0, 1.0, BranchingLaw::huo_kassab), std::pow(2.0, 3.0 / 7.0), rounding);
    EXPECT_NEAR(*mother_diameter(1.0, 1.0, BranchingLaw::finet), 1.356, rounding);
}

TEST(BranchingLaw, MurrayIsTheOneOfCubes) {
    EXPECT_NEAR(*mother_diameter(4.0, 5.0, BranchingLaw::murray), std::cbrt(189.0), rounding);
}

TEST(BranchingLaw, TwigHardlyNarrowsAVesselByAPowerLaw) {
    for (const BranchingLaw law : {BranchingLaw::murray, BranchingLaw::huo_kassab})
        EXPECT_NEAR(daughter_diameter(3.0, 0.5, law).value(), 3.0, 0.03);  // mm, 1 %
}

TEST(BranchingLaw, FinetsHasNoTwigs) {
    EXPECT_FALSE(daughter_diameter(3.0, 1.0, BranchingLaw::finet));  // the other would be 3.4 mm wide
    EXPECT_FALSE(mother_diameter(3.0, 1.0, BranchingLaw::finet));    // the mother would be 2.7 mm wide
}

}  // namespace
}  // namespace stenometry
