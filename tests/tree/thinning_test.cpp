#include "tree/thinning.h"

#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "core/distance.h"
#include "stenometry/interop/opencv.h"
#include "support/drawn_vessels.h"
#include "support/random_mask.h"

namespace stenometry {
namespace {

Image<std::uint8_t> skeleton(const Image<std::uint8_t>& mask) {
    return thin(mask, distance_to_background(mask));
}

int count(const Image<std::uint8_t>& image) { return cv::countNonZero(interop::as_mat(image)); }

int parts(const Image<std::uint8_t>& image, int connectivity) {
    cv::Mat labels;
    return cv::connectedComponents(interop::as_mat(image), labels, connectivity);
}

/// With one pixel of background around, so that what is outside is one part.
Image<std::uint8_t> background(const Image<std::uint8_t>& image) {
    Image<std::uint8_t> result(image.width() + 2, image.height() + 2, 255);
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) result(x + 1, y + 1) = image(x, y) != 0 ? 0 : 255;
    return result;
}

TEST(Thinning, NoPartIsLostTornOrJoinedAndNoHoleIsClosed) {
    for (unsigned seed = 0; seed < 40; ++seed) {
        const Image<std::uint8_t> mask = random_mask(seed, 64);
        const Image<std::uint8_t> lines = skeleton(mask);
        EXPECT_EQ(parts(lines, 8), parts(mask, 8)) << seed;
        EXPECT_EQ(parts(background(lines), 4), parts(background(mask), 4)) << seed;
    }
}

TEST(Thinning, ThinningALineChangesNothing) {
    const Image<std::uint8_t> once = skeleton(random_mask(3, 64));
    const Image<std::uint8_t> twice = skeleton(once);
    for (int y = 0; y < 64; ++y)
        for (int x = 0; x < 64; ++x) EXPECT_EQ(once(x, y), twice(x, y));
}

class LineOfWidth : public testing::TestWithParam<int> {};

TEST_P(LineOfWidth, BecomesItsMiddleWhicheverWayItRuns) {
    const int width = GetParam();
    Image<std::uint8_t> level(60, 40), upright(40, 60);
    for (int i = 5; i < 55; ++i)
        for (int k = 0; k < width; ++k) level(i, 10 + k) = upright(10 + k, i) = 255;
    const double middle = 10.0 + 0.5 * (width - 1);
    const Image<std::uint8_t> across = skeleton(level), down = skeleton(upright);
    for (int i = 5 + width; i < 55 - width; ++i) {
        for (int k = 0; k < 40; ++k) {
            // An even width has its middle between two pixels.
            EXPECT_TRUE(!across(i, k) || std::abs(k - middle) <= 0.5) << k;
            EXPECT_TRUE(!down(k, i) || std::abs(k - middle) <= 0.5) << k;
        }
    }
    EXPECT_GE(count(across), 50 - width);
    EXPECT_GE(count(down), 50 - width);
}
INSTANTIATE_TEST_SUITE_P(OneToNine, LineOfWidth, testing::Range(1, 10));

TEST(Thinning, ASlantedTubeKeepsItsLength) {
    for (const double slope : {0.0, 0.25, 0.5, 0.8, 1.0, 2.0, 7.0}) {
        const Point half = (50.0 / std::hypot(1.0, slope)) * Point{1.0, slope};
        const Polyline truth = drawn::line(Point{64, 64} - half, Point{64, 64} + half);
        const Image<std::uint8_t> lines = skeleton(drawn::mask(128, 128, {{truth, 4.0}}).mask);
        int longest_reach = 0;
        for (int y = 0; y < 128; ++y) {
            for (int x = 0; x < 128; ++x) {
                if (!lines(x, y)) continue;
                const Point p{static_cast<double>(x), static_cast<double>(y)};
                const double out = distance(p, {64, 64});
                longest_reach = std::max(longest_reach, static_cast<int>(out));
                // The round ends may fork, because their pixels have corners.
                EXPECT_TRUE(out > 46.0 || nearest_on(truth, p).distance < 1.0) << slope;  // px
            }
        }
        EXPECT_GE(longest_reach, 46);  // of 50 px; a round end may lose a radius
    }
}

TEST(Thinning, SmallAndEmptyMasksAreNoTrouble) {
    EXPECT_TRUE(skeleton({}).empty());
    EXPECT_EQ(count(skeleton(Image<std::uint8_t>(7, 5))), 0);
    EXPECT_EQ(count(skeleton(Image<std::uint8_t>(1, 1, 255))), 1);
    EXPECT_EQ(count(skeleton(Image<std::uint8_t>(1, 9, 255))), 9);
    EXPECT_EQ(count(skeleton(Image<std::uint8_t>(9, 1, 255))), 9);
    EXPECT_EQ(parts(skeleton(Image<std::uint8_t>(30, 20, 255)), 8),
              2);  // all mask: one part besides the background
}

}  // namespace
}  // namespace stenometry
