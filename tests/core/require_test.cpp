#include "core/require.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "stenometry/error.h"

namespace stenometry {
namespace {

using testing::StrEq;
using testing::ThrowsMessage;

TEST(Require, NamesFieldBoundAndValue) {
    EXPECT_THAT([] { require_positive("contour.filter_px", -0.5); },
                ThrowsMessage<InvalidInput>(StrEq("contour.filter_px must be positive, but is -0.5")));
    EXPECT_THAT([] { require_not_negative("relative_sd", -3.0); },
                ThrowsMessage<InvalidInput>(StrEq("relative_sd must be zero or more, but is -3")));
    EXPECT_THAT([] { require_fraction("low_probability", 1.5); },
                ThrowsMessage<InvalidInput>(StrEq("low_probability must be from 0 to 1, but is 1.5")));
    EXPECT_THAT([] { require_between("scale", 9.0, 1.0, 8.0); },
                ThrowsMessage<InvalidInput>(StrEq("scale must be from 1 to 8, but is 9")));
}

TEST(Require, SaysWhichValueOfALength) {
    EXPECT_THAT([] { require_positive("max_diameter", PhysicalLength{.mm = 0.0, .uncalibrated_px = 5.0}); },
                ThrowsMessage<InvalidInput>(StrEq("max_diameter.mm must be positive, but is 0")));
    EXPECT_THAT(
        [] { require_not_negative("smoothing", PhysicalLength{.mm = 0.0, .uncalibrated_px = -1.0}); },
        ThrowsMessage<InvalidInput>(StrEq("smoothing.uncalibrated_px must be zero or more, but is -1")));
}

TEST(Require, TakesWhatIsWithinTheBoundAndNothingThatIsNoNumber) {
    EXPECT_NO_THROW(require_positive("field", 1e-12));
    EXPECT_NO_THROW(require_not_negative("field", 0.0));
    for (const double end : {0.0, 1.0}) EXPECT_NO_THROW(require_fraction("field", end));
    for (const double no_number : {std::nan(""), std::numeric_limits<double>::infinity()}) {
        EXPECT_THROW(require_positive("field", no_number), InvalidInput);
        EXPECT_THROW(require_not_negative("field", no_number), InvalidInput);
        EXPECT_THROW(require_fraction("field", no_number), InvalidInput);
    }
}

}  // namespace
}  // namespace stenometry
