#include "core/interpolate.h"

#include <gtest/gtest.h>

#include "core/interpolate_mat.h"
#include "core/mat.h"

namespace stenometry {
namespace {

template <class F>
Image<float> filled(int width, int height, F value) {
    Image<float> image(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) image(x, y) = static_cast<float>(value(x, y));
    return image;
}

constexpr double rounding = 1e-5;  // single precision of numbers about 10

TEST(Interpolate, LinearKeepsAPlane) {
    const auto plane = [](double x, double y) { return 1.0 + 0.5 * x - 0.25 * y; };
    const Image<float> image = filled(9, 7, plane);
    for (double y = 0.0; y <= 6.0; y += 0.3)
        for (double x = 0.0; x <= 8.0; x += 0.4) {
            EXPECT_NEAR(sample_bilinear(image, {x, y}), plane(x, y), rounding);
            EXPECT_NEAR(
                static_cast<double>(interpolate(as_mat(image), static_cast<float>(x), static_cast<float>(y))),
                plane(x, y), rounding);
        }
}

TEST(Interpolate, CubicKeepsAParabola) {
    const auto parabola = [](double x, double y) { return 2.0 + 0.1 * x * x - 0.2 * y * y + 0.05 * x * y; };
    const Image<float> image = filled(12, 12, parabola);
    for (double y = 2.0; y <= 9.0; y += 0.35)
        for (double x = 2.0; x <= 9.0; x += 0.35)
            EXPECT_NEAR(static_cast<double>(sample_bicubic(image, {x, y})), parabola(x, y), 2.0 * rounding);
}

TEST(Interpolate, BeyondTheBorderTheOutermostValueCounts) {
    const Image<float> image = filled(4, 3, [](double x, double y) { return x + 10.0 * y; });
    EXPECT_DOUBLE_EQ(sample_bilinear(image, {-5.0, 1.0}), 10.0);
    EXPECT_DOUBLE_EQ(sample_bilinear(image, {99.0, 99.0}), 23.0);
    EXPECT_EQ(interpolate(as_mat(image), 99.0F, -1.0F), 3.0F);
    EXPECT_NEAR(static_cast<double>(sample_bicubic(image, {-5.0, 1.0})), 10.0, rounding);
    const Image<float> pixel(1, 1, 7.0F);
    EXPECT_DOUBLE_EQ(sample_bilinear(pixel, {0.3, -0.3}), 7.0);
}

}  // namespace
}  // namespace stenometry
