#include "stenometry/centerline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "stenometry/error.h"
#include "support/drawn_vessels.h"

namespace stenometry {
namespace {

using drawn::ridge;
using drawn::Vessel;
using drawn::worst_distance;

Centerline trace(const Vesselness& vesselness, const Polyline& truth) {
    return trace_centerline(vesselness, truth.front(), truth.back());
}

class LineAtAngle : public testing::TestWithParam<double> {};

TEST_P(LineAtAngle, IsFollowedInTheMiddleAndItsLengthIsRight) {
    const double angle = GetParam() * std::numbers::pi / 180.0;
    const Point half{60.0 * std::cos(angle), 60.0 * std::sin(angle)};
    const Point centre{80.3, 79.6};
    const Polyline truth = drawn::line(centre - half, centre + half);
    const Centerline line =
        trace(ridge(160, 160, {{drawn::line(centre - 1.2 * half, centre + 1.2 * half)}}), truth);
    ASSERT_FALSE(line.points_px.empty());
    EXPECT_LT(worst_distance(line.points_px, truth), 0.1);    // px
    EXPECT_NEAR(length(line.points_px), 120.0, 0.005 * 120);  // px; half a percent on any slope
    EXPECT_LT(distance(line.points_px.front(), truth.front()), 0.2);
    EXPECT_LT(distance(line.points_px.back(), truth.back()), 0.2);
}
INSTANTIATE_TEST_SUITE_P(EveryTenDegreesAndOneInTwo, LineAtAngle,
                         testing::Values(0.0, 10.0, 20.0, 26.565, 30.0, 40.0, 45.0, 50.0, 60.0, 63.435, 70.0,
                                         80.0, 90.0, 116.565, 135.0, 170.0, 207.0, 300.0));

class ArcOfRadius : public testing::TestWithParam<double> {};

TEST_P(ArcOfRadius, IsNotCutShort) {
    const double radius = GetParam();
    const Polyline truth = drawn::arc({64, 64}, radius, 20.0, 290.0);
    const Centerline line = trace(ridge(128, 128, {{drawn::arc({64, 64}, radius, 10.0, 300.0), 2.5}}), truth);
    ASSERT_FALSE(line.points_px.empty());
    // px; the ends of the tightest arc, where the curve is known from one side only, are the worst.
    EXPECT_LT(worst_distance(line.points_px, truth), radius < 12.0 ? 0.4 : 0.3);
    EXPECT_NEAR(length(line.points_px), length(truth),
                0.005 * length(truth) + 0.3);  // the ends count for 0.3 px
}
INSTANTIATE_TEST_SUITE_P(FromTightToWide, ArcOfRadius, testing::Values(10.0, 15.0, 25.0, 50.0));

TEST(Centerline, DoesNotJumpBetweenTheTurnsOfASpiral) {
    Polyline spiral;
    for (double turn = 1.0; turn < 3.0; turn += 0.001) {
        const double a = 2.0 * std::numbers::pi * turn, radius = 16.0 * turn;
        spiral.push_back({80.0 + radius * std::cos(a), 80.0 + radius * std::sin(a)});
    }
    const Polyline truth = resample(spiral, 0.25);
    const Centerline line = trace(ridge(160, 160, {{truth, 3.0}}), truth);
    EXPECT_LT(worst_distance(line.points_px, truth), 0.3);  // px
    EXPECT_NEAR(length(line.points_px), length(truth), 0.005 * length(truth));
}

TEST(Centerline, SamplesAreHalfAPixelApart) {
    const Polyline truth = drawn::arc({64, 64}, 30.0, 0.0, 200.0);
    const Polyline points = trace(ridge(128, 128, {{truth}}), truth).points_px;
    for (std::size_t i = 1; i < points.size(); ++i)
        EXPECT_NEAR(distance(points[i - 1], points[i]), 0.5, 0.01);
}

TEST(Centerline, SwappedEndsGiveTheReversedCurve) {
    const Polyline truth = drawn::arc({64, 64}, 37.0, 15.0, 250.0);
    const Vesselness vesselness = ridge(128, 128, {{truth}});
    const Polyline there = trace_centerline(vesselness, truth.front(), truth.back()).points_px;
    Polyline back = trace_centerline(vesselness, truth.back(), truth.front()).points_px;
    std::reverse(back.begin(), back.end());
    ASSERT_EQ(there.size(), back.size());
    for (std::size_t i = 0; i < there.size(); ++i) EXPECT_LT(distance(there[i], back[i]), 0.1);  // px
}

TEST(Centerline, AQuarterTurnOfTheImageTurnsTheCurve) {
    const Polyline truth = drawn::arc({60, 70}, 33.0, 100.0, 280.0);
    const auto turned = [](Polyline curve) {
        for (Point& p : curve) p = {127.0 - p.y, p.x};
        return curve;
    };
    const Polyline straight = trace(ridge(128, 128, {{truth}}), truth).points_px;
    const Polyline rotated = trace(ridge(128, 128, {{turned(truth)}}), turned(truth)).points_px;
    EXPECT_LT(worst_distance(rotated, turned(straight)), 0.1);  // px
}

TEST(Centerline, EndsAtTheFeetOfPointsThatWereGivenBesideTheVessel) {
    const Vesselness vesselness = ridge(160, 80, {{drawn::line({5, 40}, {155, 40})}});
    const Polyline points = trace_centerline(vesselness, {30.0, 44.5}, {120.0, 36.0}).points_px;
    EXPECT_LT(distance(points.front(), {30.0, 40.0}), 0.3);  // px
    EXPECT_LT(distance(points.back(), {120.0, 40.0}), 0.3);
}

TEST(Centerline, LeadsOverTheViaPoints) {
    // A ring has two ways round; the point says which.
    const Vesselness ring = ridge(128, 128, {{drawn::arc({64, 64}, 40.0, 0.0, 360.0)}});
    for (const double side : {-1.0, 1.0}) {
        const Point via{64.0, 64.0 + side * 40.0};
        const Polyline points = trace_centerline(ring, {24, 64}, {104, 64}, std::vector{via}).points_px;
        EXPECT_LT(nearest_on(points, via).distance, 0.3);
        EXPECT_NEAR(length(points), 40.0 * std::numbers::pi, 0.005 * 40.0 * std::numbers::pi + 0.3);
    }
}

TEST(Centerline, CrossesAGapInTheContrast) {
    const Vesselness vesselness =
        ridge(160, 100, {{drawn::line({10, 20}, {65, 47.5})}, {drawn::line({95, 62.5}, {150, 90})}});
    const Polyline points = trace_centerline(vesselness, {20, 25}, {140, 85}).points_px;
    ASSERT_FALSE(points.empty());
    EXPECT_LT(worst_distance(points, drawn::line({20, 25}, {140, 85})), 0.5);  // px
}

TEST(Centerline, StaysOnTheVesselBesideAStrongerCatheter) {
    const Polyline truth = drawn::line({20, 60}, {180, 60});
    const Vesselness vesselness = ridge(
        200, 120, {{drawn::line({5, 60}, {195, 60}), 3.0, 0.5}, {drawn::line({5, 48}, {195, 48}), 3.0, 1.0}});
    EXPECT_LT(worst_distance(trace(vesselness, truth).points_px, truth), 0.3);  // px
}

TEST(Centerline, APointOnNoVesselIsAReasonNotACurve) {
    const Vesselness vesselness = ridge(160, 160, {{drawn::line({10, 20}, {150, 20})}});
    const Centerline line = trace_centerline(vesselness, {20, 20}, {80, 120});
    EXPECT_TRUE(line.points_px.empty());
    EXPECT_EQ(line.reason, Unmeasurable::point_off_vessel);
}

TEST(Centerline, VesselsThatTheDetectorSeesApartHaveNoPath) {
    Vesselness vesselness = ridge(100, 60, {{drawn::line({5, 30}, {95, 30})}});
    for (int y = 0; y < 60; ++y)
        for (int x = 45; x < 55; ++x) vesselness.response(x, y) = 0.0F, vesselness.valid(x, y) = 0;
    EXPECT_EQ(trace_centerline(vesselness, {15, 30}, {85, 30}).reason, Unmeasurable::no_path);
}

TEST(Centerline, VesselsFarApartHaveNoPath) {
    const Vesselness vesselness =
        ridge(200, 200, {{drawn::line({20, 20}, {60, 20})}, {drawn::line({150, 180}, {190, 180})}});
    EXPECT_EQ(trace_centerline(vesselness, {50, 20}, {160, 180}).reason, Unmeasurable::no_path);
}

TEST(Centerline, APointOnNothingButNoiseIsOffTheVessel) {
    Vesselness vesselness = ridge(160, 160, {{drawn::line({10, 20}, {150, 20})}});
    for (int y = 0; y < 160; ++y)
        for (int x = 0; x < 160; ++x)
            vesselness.response(x, y) += 0.02F * static_cast<float>(1 + (x * 7 + y * 13) % 3);
    EXPECT_EQ(trace_centerline(vesselness, {20, 20}, {80, 120}).reason, Unmeasurable::point_off_vessel);
    EXPECT_EQ(trace_centerline(vesselness, {20, 20}, {140, 20}).reason, Unmeasurable::none);
}

TEST(Centerline, OnePointTwiceIsTooShortToMeasure) {
    const Vesselness vesselness = ridge(100, 60, {{drawn::line({5, 30}, {95, 30})}});
    EXPECT_EQ(trace_centerline(vesselness, {50, 30}, {50, 30}).reason, Unmeasurable::vessel_too_short);
}

TEST(Centerline, AnEmptyResponseHasNoVessel) {
    const Vesselness nothing = ridge(40, 40, {});
    EXPECT_EQ(trace_centerline(nothing, {10, 10}, {30, 30}).reason, Unmeasurable::point_off_vessel);
}

TEST(Centerline, PointsOutsideTheImageAreTheCallersMistake) {
    const Vesselness vesselness = ridge(60, 40, {{drawn::line({5, 20}, {55, 20})}});
    EXPECT_THROW(trace_centerline(vesselness, {-3, 20}, {50, 20}), InvalidInput);
    EXPECT_THROW(trace_centerline(vesselness, {10, 20}, {50, 40}), InvalidInput);
    EXPECT_THROW(trace_centerline(vesselness, {10, 20}, {50, std::nan("")}), InvalidInput);
    EXPECT_THROW(trace_centerline(vesselness, {10, 20}, {50, 20}, std::vector<Point>{{70, 20}}),
                 InvalidInput);
}

TEST(Centerline, OptionsOutOfRangeAreNamed) {
    CenterlineOptions options;
    options.step_px = 0.0;
    try {
        options.validate();
        FAIL();
    } catch (const InvalidInput& e) {
        EXPECT_NE(std::string(e.what()).find("step_px"), std::string::npos);
    }
    EXPECT_THROW((CenterlineOptions{.smoothing_px = 0.0}.validate()), InvalidInput);
    EXPECT_THROW((CenterlineOptions{.snap_radius = {.mm = 0.0, .uncalibrated_px = 8.0}}.validate()),
                 InvalidInput);
}

TEST(Centerline, RefiningMovesAShiftedCurveBackToTheMiddle) {
    const Polyline truth = drawn::arc({64, 64}, 40.0, 0.0, 180.0);
    Polyline shifted = truth;
    for (Point& p : shifted) p = p + Point{0.9, -0.7};
    const Centerline line =
        refine_centerline(ridge(128, 128, {{drawn::arc({64, 64}, 40.0, -10.0, 190.0)}}), shifted);
    EXPECT_LT(worst_distance(line.points_px, truth),
              0.8);  // px; beyond the truth's ends by the shift along it
    for (std::size_t i = 10; i + 10 < line.points_px.size(); ++i)
        EXPECT_NEAR(distance(line.points_px[i], {64, 64}), 40.0, 0.1);
}

}  // namespace
}  // namespace stenometry
