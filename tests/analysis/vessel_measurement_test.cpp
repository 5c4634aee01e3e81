#include "analysis/vessel_measurement.h"

#include <gmock/gmock.h>

#include <cmath>

#include "analysis/uncovered.h"
#include "analysis/vessel_section.h"
#include "stenometry/phantom.h"
#include "support/drawn_vessels.h"

namespace stenometry {
namespace {

/// A dark line along y = 60 up to x = 200, and from there on the upper edge of a dark half of the picture, as
/// the diaphragm's. Grey values are blurred by a pixel.
Frame vessel_joined_to_a_border() {
    Frame frame;
    frame.pixels = Image<float>(400, 120);
    const auto step = [](double away) { return 0.5 * std::erfc(away / std::sqrt(2.0)); };  // 1 where away < 0
    for (int y = 0; y < 120; ++y)
        for (int x = 0; x < 400; ++x) {
            const double across = y - 60.0, noise = 4.0 * std::sin(12.9 * x + 78.2 * y);
            const double lumen = step(across - 4.0) - step(across + 4.0);
            const double border = 1.0 - step(across);
            frame.pixels(x, y) = static_cast<float>(1000.0 + noise - 300.0 * (x < 200 ? lumen : border));
        }
    return frame;
}

TracedVessel along_y60() {
    return {.centerline = {.points_px = resample(drawn::line({20, 60}, {380, 60}), 0.5)}};
}

TEST(MeasureTree, AVesselJoinedToABorderIsCutWhereItStopsBeingOne) {
    const std::vector<Vessel> found = measure_tree(vessel_joined_to_a_border(), {}, {along_y60()}, {});
    ASSERT_EQ(found.size(), 1U);
    const Polyline& line = found[0].contour.centerline.points_px;
    EXPECT_NEAR(line.front().x, 20.0, 2.0);   // px
    EXPECT_NEAR(line.back().x, 200.0, 12.0);  // px: walls are averaged along the vessel
}

TEST(MeasureTree, ABorderAloneIsNoVessel) {
    TracedVessel border = along_y60();
    border.centerline.points_px = resample(drawn::line({220, 60}, {380, 60}), 0.5);
    EXPECT_TRUE(measure_tree(vessel_joined_to_a_border(), {}, {border}, {}).empty());
}

TEST(Uncovered, WhatNoVesselCoversIsFoundWithItsPlaceAndLength) {
    const std::vector<drawn::Vessel> bars{{drawn::line({20, 20}, {180, 20}), 3.0},
                                          {drawn::line({20, 80}, {120, 80}), 3.0},
                                          {drawn::line({150, 80}, {160, 80}), 3.0}};
    const VesselMask mask = drawn::mask(200, 100, bars);
    Vessel vessel;
    vessel.contour.centerline.points_px = bars[0].curve;
    vessel.diameter.diameter_px.assign(bars[0].curve.size(), 6.0);
    const Uncovered found = find_uncovered(mask, {vessel}, 40.0);
    ASSERT_EQ(found.pieces.size(), 1U);
    EXPECT_NEAR(found.pieces[0].length_px, 106.0,
                15.0);  // px: with both round ends; a band's length is a rough one
    EXPECT_NEAR(found.pieces[0].at_px.y, 80.0, 2.0);
    EXPECT_NEAR(found.rest, 0.06, 0.03);  // the shortest bar, of all three
}

TEST(LineSection, LeadsFromTheFirstPointOverTheOthersToTheLast) {
    const Polyline line = resample(drawn::line({0, 0}, {100, 0}), 0.5);
    const auto forwards = section_between(line, std::vector<Point>{{10, 3}, {40, -2}, {90, 1}}, 8.0);
    ASSERT_TRUE(forwards);
    EXPECT_EQ(forwards->first, 20U);
    EXPECT_EQ(forwards->last, 180U);
    const auto backwards = section_between(line, std::vector<Point>{{90, 1}, {10, 3}}, 8.0);
    ASSERT_TRUE(backwards);
    EXPECT_EQ(backwards->first, 180U);
    EXPECT_FALSE(section_between(line, std::vector<Point>{{10, 3}, {90, 1}, {40, -2}}, 8.0));  // turns back
    EXPECT_FALSE(section_between(line, std::vector<Point>{{10, 3}, {90, 12}}, 8.0));           // too far off
    EXPECT_FALSE(section_between(line, std::vector<Point>{{10, 3}, {105, 0}}, 8.0));  // behind the end
}

TEST(LineSection, ASectionAgainstTheVesselHasItsWallsAndPlacesTurnedRound) {
    Vessel vessel;
    vessel.contour.centerline.points_px = drawn::line({0, 0}, {10, 0});
    const std::size_t points = vessel.contour.centerline.points_px.size();
    vessel.contour.left_px.assign(points, {0, -1});
    vessel.contour.right_px.assign(points, {0, 1});
    vessel.diameter.position_px = cumulative_length(vessel.contour.centerline.points_px);
    for (std::size_t i = 0; i < points; ++i) vessel.diameter.diameter_px.push_back(static_cast<double>(i));
    const Vessel part = cut_section(vessel, {points - 2, 1});
    EXPECT_EQ(part.contour.left_px.front(), Point({0, 1}));
    EXPECT_EQ(part.diameter.diameter_px.front(), static_cast<double>(points - 2));
    EXPECT_EQ(part.diameter.position_px.front(), 0.0);
    EXPECT_NEAR(part.diameter.position_px.back(), length(part.contour.centerline.points_px), 1e-9);
}

}  // namespace
}  // namespace stenometry
