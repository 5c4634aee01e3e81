#include "stenometry/frame.h"

#include <gtest/gtest.h>

#include <limits>

namespace stenometry {
namespace {

TEST(MakeFrame, SharesPixelsThatAreFinite) {
    const Image<float> pixels(3, 2, 5.0F);
    const Frame frame = make_frame(pixels, Intensity::linear, Calibration::from_user(0.25));
    EXPECT_EQ(frame.pixels.row(0), pixels.row(0));
    EXPECT_TRUE(frame.valid.empty());
    EXPECT_EQ(frame.intensity, Intensity::linear);
    EXPECT_EQ(frame.calibration.mm_per_px_x, 0.25);
}

TEST(MakeFrame, TakesTheMeanOfTheOthersWhereAPixelIsNotFinite) {
    Image<float> pixels(3, 1, 2.0F);
    pixels(1, 0) = std::numeric_limits<float>::quiet_NaN();
    pixels(2, 0) = 4.0F;
    const Frame frame = make_frame(pixels);
    EXPECT_EQ(frame.pixels(1, 0), 3.0F);
    EXPECT_FALSE(frame.is_valid(1, 0));
    EXPECT_TRUE(frame.is_valid(0, 0) && frame.is_valid(2, 0));
    EXPECT_NE(pixels(1, 0), pixels(1, 0)) << "the caller's pixels were written to";
}

TEST(MakeFrame, OfNoNumberAtAllIsInvalidEverywhere) {
    const Frame frame = make_frame(Image<float>(2, 1, std::numeric_limits<float>::infinity()));
    EXPECT_EQ(frame.pixels(0, 0), 0.0F);
    EXPECT_FALSE(frame.is_valid(0, 0) || frame.is_valid(1, 0));
}

}  // namespace
}  // namespace stenometry
