#include "core/grey_scale.h"

#include <gtest/gtest.h>

#include <cmath>

namespace stenometry {
namespace {

Frame ramp(int levels, Intensity intensity = Intensity::unknown) {
    Frame frame;
    frame.pixels = Image<float>(levels, 3);
    for (int y = 0; y < 3; ++y)
        for (int x = 0; x < levels; ++x) frame.pixels(x, y) = static_cast<float>(x);
    frame.intensity = intensity;
    return frame;
}

TEST(GreyScale, IsWhatTheFileSays) {
    for (const Intensity said : {Intensity::linear, Intensity::logarithmic, Intensity::display})
        EXPECT_EQ(GreyScale(ramp(256, said)).meaning, said);
}

TEST(GreyScale, EightBitsOfUnknownMeaningWereMadeForViewing) {
    EXPECT_EQ(GreyScale(ramp(256)).meaning, Intensity::display);
    EXPECT_EQ(GreyScale(ramp(257)).meaning, Intensity::linear);
    for (const int levels : {256, 257}) EXPECT_EQ(cautious_meaning_of(ramp(levels)), Intensity::display);
}

TEST(GreyScale, AttenuationIsTheLogarithmOfARatioOnlyOfProportionalValues) {
    EXPECT_DOUBLE_EQ(GreyScale(ramp(4, Intensity::linear)).attenuation(200.0, 100.0), std::log(2.0));
    for (const Intensity added : {Intensity::logarithmic, Intensity::display})
        EXPECT_DOUBLE_EQ(GreyScale(ramp(4, added)).attenuation(-10.0, -30.0), 20.0);
    EXPECT_TRUE(std::isnan(GreyScale(ramp(4, Intensity::linear)).attenuation(200.0, 0.0)));
    EXPECT_TRUE(std::isnan(GreyScale(ramp(4, Intensity::linear)).attenuation(-1.0, 2.0)));
}

TEST(GreyScale, EndsAtAValueThatManyPixelsShare) {
    Frame frame = ramp(200, Intensity::display);
    const GreyScale whole(frame);
    for (int x = 150; x < 200; ++x) frame.pixels(x, 0) = 199.0F;
    const GreyScale cut(frame);
    EXPECT_FALSE(cut.holds(199.0F));
    EXPECT_TRUE(cut.holds(198.0F));
    EXPECT_TRUE(cut.holds(1.0F));
    // A value that nearly all pixels share is an even background.
    frame.pixels.fill(199.0F);
    frame.pixels(0, 0) = 0.5F;
    EXPECT_TRUE(GreyScale(frame).holds(199.0F));
    EXPECT_TRUE(whole.holds(100.0F));
}

TEST(GreyScale, HoldsNothingThatHasNoLogarithmIfProportional) {
    Frame frame = ramp(300, Intensity::linear);
    frame.pixels(0, 0) = -0.5F;
    EXPECT_FALSE(GreyScale(frame).holds(0.0F));
    EXPECT_FALSE(GreyScale(frame).holds(-0.25F));
    frame.intensity = Intensity::logarithmic;
    EXPECT_TRUE(GreyScale(frame).holds(0.0F));
}

TEST(GreyScale, IsBlindToPixelsThatAreNoNumber) {
    Frame frame = ramp(300);
    frame.pixels(0, 0) = std::nanf("");
    EXPECT_EQ(GreyScale(frame).meaning, Intensity::linear);
    EXPECT_FALSE(GreyScale(frame).holds(std::nanf("")));
    EXPECT_TRUE(GreyScale(frame).holds(10.0F));
}

}  // namespace
}  // namespace stenometry
