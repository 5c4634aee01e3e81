#include "segment/catheter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "stenometry/interop/opencv.h"

namespace stenometry {
namespace {

constexpr int width = 80, height = 140, middle = 40;

/// A ridge from the upper border down, whose lumen is `wide` px wide and from `mouth` on `wider`.
struct Course {
    std::vector<RidgePoint> ridges;
    Image<std::uint8_t> mask{width, height};

    Course(int wide, int mouth, int wider) {
        for (int y = 0; y < height; ++y) {
            ridges.push_back(
                {.x = middle, .y = y, .dx = 0.0F, .dy = 1.0F, .scale_px = 3.0F, .strength = 1.0F});
            const int half = (y < mouth ? wide : wider) / 2;
            for (int x = middle - half; x <= middle + half; ++x) mask(x, y) = 255;
        }
    }
};

/// How far down the catheter reaches, of which the first `known` pixels are known.
std::ptrdiff_t extent(const Course& course, int known) {
    std::vector<std::uint8_t> in_catheter(course.ridges.size());
    std::fill_n(in_catheter.begin(), known, std::uint8_t{1});
    return std::ranges::count(
        extended_catheter(course.ridges, in_catheter, course.mask, Image<std::uint8_t>(width, height, 255)),
        1);
}

TEST(ExtendedCatheter, EndsWhereTheArteryBegins) {
    EXPECT_NEAR(double(extent(Course(7, 90, 13), 50)), 90.0, 6.0);  // px: half a window of widths
}

TEST(ExtendedCatheter, IsWhatIsKnownWhereNothingWidens) {
    EXPECT_EQ(extent(Course(7, height, 7), 50), 50);
    EXPECT_EQ(extent(Course(13, 90, 7), 50), 50) << "an artery that tapers is no mouth";
}

TEST(ExtendedCatheter, IsNotGuessedFromNearlyNothing) { EXPECT_EQ(extent(Course(7, 60, 13), 8), 8); }

TEST(ExtendedCatheter, NeedsACatheter) { EXPECT_EQ(extent(Course(7, 90, 13), 0), 0); }

}  // namespace
}  // namespace stenometry
