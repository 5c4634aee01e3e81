#include "stenometry/geometry.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "stenometry/error.h"
#include "support/drawn_vessels.h"

namespace stenometry {
namespace {

TEST(Geometry, LengthOfACircleIsItsCircumference) {
    const Polyline circle = drawn::arc({50, 50}, 20.0, 0.0, 360.0);
    EXPECT_NEAR(length(circle), 2.0 * std::numbers::pi * 20.0,
                0.01);  // px; chords of 0.25 px are shorter by 7e-6
}

TEST(Geometry, ResamplingKeepsBothEndsAndSpacesEvenly) {
    const Polyline bent{{0, 0}, {3, 0}, {3, 4.2}};
    const Polyline samples = resample(bent, 0.5);
    EXPECT_EQ(samples.front(), bent.front());
    EXPECT_EQ(samples.back(), bent.back());
    ASSERT_EQ(samples.size(), 15U);  // 7.2 px in steps near 0.5 px
    for (const Point p : samples) EXPECT_NEAR(nearest_on(bent, p).distance, 0.0, 1e-12);
}

TEST(Geometry, ResamplingRejectsAStepThatIsNotPositive) {
    EXPECT_THROW(resample({{0, 0}, {1, 0}}, 0.0), InvalidInput);
    EXPECT_THROW(resample({{0, 0}, {1, 0}}, std::nan("")), InvalidInput);
}

TEST(Geometry, ResamplingRejectsWhatWasNotFound) {
    EXPECT_THROW(resample({{0.0, 0.0}, no_point, {2.0, 0.0}}, 0.5), InvalidInput);
}

TEST(Geometry, FinitePartsLieBetweenWhatWasNotFound) {
    const Polyline wall{no_point, {1.0, 0.0}, {2.0, 0.0}, no_point, no_point, {5.0, 0.0}};
    EXPECT_THAT(finite_parts(wall),
                ::testing::ElementsAre(Polyline{{1.0, 0.0}, {2.0, 0.0}}, Polyline{{5.0, 0.0}}));
}

TEST(Geometry, CurvesOfNoLengthComeBackAsTheyAre) {
    EXPECT_TRUE(resample({}, 0.5).empty());
    EXPECT_EQ(resample({{2, 3}}, 0.5), (Polyline{{2, 3}}));
    EXPECT_EQ(smooth({{2, 3}, {2, 3}, {2, 3}}, 2.0), (Polyline{{2, 3}, {2, 3}, {2, 3}}));
    EXPECT_EQ(length({}), 0.0);
}

TEST(Geometry, NormalsAreSquareToTangentsAndPointRight) {
    const Polyline eastward{{0, 0}, {1, 0}, {2, 0}};
    // With y downwards, who walks east has the south, +y, at the right hand.
    for (const Point n : normals(eastward)) EXPECT_EQ(n, (Point{0, 1}));
}

TEST(Geometry, NearestPointLiesBetweenTheSamples) {
    const CurvePoint near = nearest_on({{0, 0}, {10, 0}, {10, 10}}, {4.25, -2});
    EXPECT_EQ(near.at, (Point{4.25, 0}));
    EXPECT_EQ(near.segment, 0U);
    EXPECT_DOUBLE_EQ(near.arc, 4.25);
    EXPECT_DOUBLE_EQ(near.distance, 2.0);
    EXPECT_DOUBLE_EQ(nearest_on({{0, 0}, {10, 0}, {10, 10}}, {12, 7}).arc, 17.0);
}

TEST(Geometry, ASliceBeginsAndEndsWhereItIsAskedTo) {
    const Polyline bent{{0, 0}, {10, 0}, {10, 10}};
    EXPECT_EQ(slice(bent, 2.5, 12.0), (Polyline{{2.5, 0}, {10, 0}, {10, 2}}));
    EXPECT_EQ(slice(bent, -5.0, 50.0), bent);
    EXPECT_TRUE(slice(bent, 5.0, 5.0).empty());
    EXPECT_TRUE(slice(bent, 30.0, 40.0).empty());
}

TEST(Geometry, SmoothingDoesNotShrinkABend) {
    const Polyline circle = resample(drawn::arc({50, 50}, 10.0, 0.0, 300.0), 0.5);
    const Polyline smoothed = smooth(circle, 2.0);
    for (std::size_t i = 20; i + 20 < smoothed.size(); ++i)
        EXPECT_NEAR(distance(smoothed[i], {50, 50}), 10.0, 0.02);  // px; (2 / 10)^4 of the radius
}

TEST(Geometry, SmoothingTakesWigglesAwayAndKeepsTheEnds) {
    Polyline wiggly;
    for (int i = 0; i <= 200; ++i) wiggly.push_back({0.5 * i, 0.3 * std::sin(1.6 * i)});  // wavelength 2 px
    const Polyline smoothed = smooth(wiggly, 2.0);
    EXPECT_EQ(smoothed.front(), wiggly.front());
    EXPECT_EQ(smoothed.back(), wiggly.back());
    for (std::size_t i = 20; i + 20 < smoothed.size(); ++i) EXPECT_NEAR(smoothed[i].y, 0.0, 0.005);
}

TEST(Geometry, SmoothingHalvesAWaveOfItsOwnLength) {
    Polyline wave;
    for (int i = 0; i <= 800; ++i) wave.push_back({0.5 * i, 0.01 * std::sin(0.5 * i / 5.0)});
    const Polyline smoothed = smooth(wave, 5.0);
    for (std::size_t i = 200; i < 600; ++i) EXPECT_NEAR(smoothed[i].y, 0.5 * wave[i].y, 1e-4);
}

TEST(Geometry, SmoothingAStraightLineChangesNothing) {
    const Polyline straight = resample({{3, 4}, {90, 41}}, 0.5);
    const Polyline smoothed = smooth(straight, 3.0);
    for (std::size_t i = 0; i < straight.size(); ++i) EXPECT_LT(distance(smoothed[i], straight[i]), 1e-6);
}

TEST(Geometry, SmoothingRejectsANegativeLength) {
    EXPECT_THROW(smooth({{0, 0}, {1, 0}, {2, 1}}, -1.0), InvalidInput);
}

}  // namespace
}  // namespace stenometry
