#include "core/distance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "support/random_mask.h"

namespace stenometry {
namespace {

TEST(DistanceToBackground, IsTheExactEuclideanOne) {
    for (unsigned seed = 0; seed < 20; ++seed) {
        const Image<std::uint8_t> mask = random_mask(seed, 64);
        const Image<float> distance = distance_to_background(mask);
        for (int y = 0; y < 64; y += 3)
            for (int x = 0; x < 64; x += 3) {
                double nearest = 1e9;
                for (int v = 0; v < 64; ++v)
                    for (int u = 0; u < 64; ++u)
                        if (mask(u, v) == 0) nearest = std::min(nearest, std::hypot(u - x, v - y));
                ASSERT_NEAR(distance(x, y), nearest, 1e-5) << seed;  // px, single precision
            }
    }
}

TEST(DistanceToBackground, IsAsExactFarFromTheFirstColumn) {
    constexpr int width = 20000, height = 16;
    Image<std::uint8_t> mask(width, height, 255);
    for (int u = 0; u < width; u += 7) mask(u, 13 * u % height) = 0;
    const Image<float> distance = distance_to_background(mask);
    for (int y = 0; y < height; ++y)
        for (int x = width - 200; x < width; ++x) {
            double nearest = 1e9;
            for (int u = (x - 35) / 7 * 7; u < std::min(x + 35, width); u += 7)
                nearest = std::min(nearest, std::hypot(u - x, 13 * u % height - y));
            ASSERT_NEAR(distance(x, y), nearest, 1e-5) << x << ',' << y;  // px, single precision
        }
}

TEST(DistanceToBackground, OfAMaskWithoutBackgroundIsWidthAndHeight) {
    const Image<float> distance = distance_to_background(Image<std::uint8_t>(7, 5, 255));
    EXPECT_EQ(distance(0, 0), 12.0F);
    EXPECT_EQ(distance(6, 4), 12.0F);
}

TEST(DistanceToBackground, IsTheSameWithinReachAndThatFarBeyond) {
    for (unsigned seed = 0; seed < 20; ++seed) {
        const Image<std::uint8_t> mask = random_mask(seed, 64);
        const Image<float> all = distance_to_background(mask), near = distance_to_background(mask, 3);
        for (int y = 0; y < 64; ++y)
            for (int x = 0; x < 64; ++x) ASSERT_EQ(near(x, y), std::min(3.0F, all(x, y))) << seed;
    }
    EXPECT_EQ(distance_to_background(Image<std::uint8_t>(7, 5, 255), 3)(2, 2), 3.0F);
}

TEST(FindNearest, FindsTheNearestSiteWithinReach) {
    constexpr int size = 64;
    constexpr float reach = 9.5F;
    std::mt19937 random(1);
    for (int repeat = 0; repeat < 20; ++repeat) {
        Image<std::int32_t> sites(size, size, -1);
        for (int i = 0; i < 1 + 4 * repeat; ++i) sites(int(random() % size), int(random() % size)) = i;
        const NearestSites found = find_nearest(sites, reach);
        for (int y = 0; y < size; ++y)
            for (int x = 0; x < size; ++x) {
                float nearest = std::numeric_limits<float>::infinity();
                for (int v = 0; v < size; ++v)
                    for (int u = 0; u < size; ++u)
                        if (sites(u, v) >= 0)
                            nearest = std::min(nearest, std::hypot(float(u - x), float(v - y)));
                if (nearest > reach) {
                    ASSERT_EQ(found.site(x, y), -1);
                    ASSERT_EQ(found.distance_px(x, y), std::numeric_limits<float>::infinity());
                    continue;
                }
                ASSERT_NEAR(found.distance_px(x, y), nearest, 1e-5);  // px, single precision
                // Of several that are equally near, any.
                bool at_its_distance = false;
                for (int v = 0; v < size; ++v)
                    for (int u = 0; u < size; ++u)
                        at_its_distance |= sites(u, v) == found.site(x, y) &&
                                           std::abs(std::hypot(float(u - x), float(v - y)) - nearest) < 1e-4F;
                ASSERT_TRUE(at_its_distance) << x << ',' << y;
            }
    }
}

}  // namespace
}  // namespace stenometry
