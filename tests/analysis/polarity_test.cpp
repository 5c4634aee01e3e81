#include "stenometry/polarity.h"

#include <gtest/gtest.h>

#include "stenometry/error.h"
#include "stenometry/io/image.h"

namespace stenometry {
namespace {

Frame frame_of(std::initializer_list<float> values) {
    Image<float> pixels(static_cast<int>(values.size()), 1);
    std::copy(values.begin(), values.end(), pixels.row(0));
    return make_frame(pixels);
}

/// What becomes of these values.
std::vector<float> turned(std::initializer_list<float> values) {
    const Frame frame = inverted(frame_of(values));
    return {frame.pixels.row(0), frame.pixels.row(0) + frame.width()};
}

TEST(Inverted, KeepsTheScaleOfAsManyBitsAsTheValuesNeed) {
    EXPECT_EQ(turned({0, 10, 255}), (std::vector<float>{255, 245, 0}));
    EXPECT_EQ(turned({0, 10, 256}), (std::vector<float>{4095, 4085, 3839}));
    EXPECT_EQ(turned({5, 5000}), (std::vector<float>{65530, 60535}));
}

TEST(Inverted, KeepsTheRangeOfValuesThatAreNoWholeNumbersFromZeroOn) {
    EXPECT_EQ(turned({-1, 0, 3}), (std::vector<float>{3, 2, -1}));
    EXPECT_EQ(turned({0.25, 0.5}), (std::vector<float>{0.5, 0.25}));
}

TEST(Inverted, SaysWhoSaidSoAndLeavesTheOriginalAlone) {
    const Frame original = frame_of({1, 2});
    EXPECT_EQ(original.polarity, Polarity::assumed);
    EXPECT_EQ(inverted(original).polarity, Polarity::inverted_as_asked);
    EXPECT_EQ(inverted(original, Polarity::inverted_as_found).polarity, Polarity::inverted_as_found);
    EXPECT_EQ(original.pixels(0, 0), 1.0F);
    EXPECT_THROW(inverted(Frame{}), InvalidInput);
}

TEST(BrightVessels, AreFoundWhereTheAngiogramIsTurnedAround) {
    const Frame angiogram = io::read_image(STENOMETRY_SAMPLE_IMAGES "/left_coronary.png");
    EXPECT_FALSE(has_bright_vessels(angiogram));
    EXPECT_TRUE(has_bright_vessels(inverted(angiogram)));
}

TEST(BrightVessels, AreNotSeenInPicturesWithoutVessels) {
    Image<float> ramp(256, 256);
    for (int y = 0; y < 256; ++y)
        for (int x = 0; x < 256; ++x) ramp(x, y) = static_cast<float>(x + y) / 2.0F;
    EXPECT_FALSE(has_bright_vessels(make_frame(ramp)));
    EXPECT_FALSE(has_bright_vessels(frame_of({1, 2, 3}))) << "too small for the network";
}

}  // namespace
}  // namespace stenometry
