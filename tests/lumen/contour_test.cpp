#include "stenometry/contour.h"

#include <gmock/gmock.h>

#include <cmath>

#include "lumen/cylinder.h"
#include "stenometry/error.h"
#include "support/tube_phantom.h"

namespace stenometry {
namespace {

using ::testing::HasSubstr;
using testing::make_tube;
using ::testing::ThrowsMessage;

/// Distance of a wall point from the axis of a straight vessel.
double off_axis(const Centerline& axis, Point wall) {
    const Point along = axis.points_px.back() - axis.points_px.front();
    return std::abs(cross(along, wall - axis.points_px.front())) / norm(along);
}

class ContourAtAngle : public ::testing::TestWithParam<double> {};

TEST_P(ContourAtAngle, WallsAreWhereTheEdgeRuleSeesTheCylinder) {
    const auto tube = make_tube({.angle_deg = GetParam()});
    const VesselContour contour = detect_contour(tube.image.frame, tube.centerline);
    ASSERT_EQ(contour.reason, Unmeasurable::none);
    const double blur =
        std::hypot(std::hypot(0.9, 1.0 / std::sqrt(12.0)), contour.filter_px);  // blur, pixel, filter
    const EdgeRule rule{contour.first_derivative_weight, std::hypot(contour.blur_px, contour.filter_px)};
    const double expected = BlurredCylinder{15.0, blur, 0.022}.edge_distance(rule);
    for (const double width : contour.width_px)
        EXPECT_NEAR(width, expected,
                    0.05);  // px: the interpolation between pixels, which depends on the angle
}

INSTANTIATE_TEST_SUITE_P(EveryThirtyDegrees, ContourAtAngle, ::testing::Range(0.0, 180.0, 30.0));

TEST(Contour, FollowsTheMiddleOfTheWallsWhenTheGivenLineIsOff) {
    const auto tube = make_tube({});
    Centerline shifted = tube.centerline;
    for (Point& point : shifted.points_px) point = point + Point{1.0, -1.5};
    const VesselContour contour = detect_contour(tube.image.frame, shifted);
    for (const Point& point : contour.centerline.points_px)
        EXPECT_LT(off_axis(tube.centerline, point), 0.1);  // px
}

TEST(Contour, LeftIsLeftWhenLookingDistally) {
    const auto tube = make_tube({.angle_deg = 0.0});
    const VesselContour contour = detect_contour(tube.image.frame, tube.centerline);
    const std::size_t middle = contour.left_px.size() / 2;
    EXPECT_LT(contour.left_px[middle].y, contour.right_px[middle].y);  // flow along +x, y downwards
}

TEST(Contour, ReversedVesselHasTheSameWallsOnTheOtherSides) {
    const auto tube = make_tube({.quanta_per_px = 2000.0});
    Centerline reversed = tube.centerline;
    std::reverse(reversed.points_px.begin(), reversed.points_px.end());
    const VesselContour there = detect_contour(tube.image.frame, tube.centerline);
    const VesselContour back = detect_contour(tube.image.frame, reversed);
    const std::size_t size = there.left_px.size();
    ASSERT_EQ(back.left_px.size(), size);
    int differing = 0;
    for (std::size_t i = 0; i < size;
         ++i)  // px: ties between paths of equal cost may fall otherwise, here and there
        differing += !(distance(there.left_px[i], back.right_px[size - 1 - i]) < 0.05);
    EXPECT_LT(differing, static_cast<int>(size / 20));
}

class BlurOfImage : public ::testing::TestWithParam<double> {};

TEST_P(BlurOfImage, IsEstimatedFromTheWalls) {
    const auto tube = make_tube({.quanta_per_px = 3000.0, .blur_mm = GetParam()});
    const VesselContour contour = detect_contour(tube.image.frame, tube.centerline);
    const double truth = std::hypot(GetParam() / 0.2, 1.0 / std::sqrt(12.0));  // the pixel is a blur as well
    EXPECT_NEAR(contour.blur_px, truth, 0.12 * truth);
}

INSTANTIATE_TEST_SUITE_P(FromSharpToSoft, BlurOfImage, ::testing::Values(0.15, 0.2, 0.25, 0.3));

TEST(Contour, IsUnmeasurableOnALineOfAFewPoints) {
    const auto tube = make_tube({});
    Centerline shorter;
    shorter.points_px.assign(tube.centerline.points_px.begin(), tube.centerline.points_px.begin() + 4);
    EXPECT_EQ(detect_contour(tube.image.frame, shorter).reason, Unmeasurable::vessel_too_short);
}

TEST(Contour, FindsNoWallsInAConstantImage) {
    const auto tube = make_tube({});
    Frame constant = tube.image.frame;
    constant.pixels = Image<float>(220, 220, 0.5F);
    const VesselContour contour = detect_contour(constant, tube.centerline);
    EXPECT_EQ(contour.reason, Unmeasurable::edges_lost);
    for (const double width : contour.width_px) EXPECT_TRUE(std::isnan(width));
}

TEST(Contour, OptionsOutOfRangeAreNamed) {
    const auto tube = make_tube({});
    ContourOptions options;
    options.first_derivative_weight = 1.5;
    EXPECT_THAT([&] { detect_contour(tube.image.frame, tube.centerline, options); },
                ThrowsMessage<InvalidInput>(HasSubstr("first_derivative_weight")));
}

TEST(BlurCorrectionTable, InvertsTheEdgeDistanceOfACylinder) {
    const EdgeRule rule{0.5, 1.2};
    const BlurCorrection correction(1.2, 0.02, 20.0, rule);
    for (const double diameter : {3.0, 4.0, 7.5, 12.0, 19.0}) {
        const double distance = BlurredCylinder{diameter, 1.2, 0.02}.edge_distance(rule);
        EXPECT_NEAR(correction.diameter_px(distance), diameter, 0.003 * diameter) << diameter;
    }
}

TEST(BlurredCylinderEdges, ShowTheBiasThatTheFieldKnows) {
    // Computed for sigma 0.2 mm, 0.22 / mm: the first derivative reads a 3 mm lumen 0.218 mm too small, the
    // outer extremum of the second derivative 0.259 mm too large.
    const BlurredCylinder cylinder{3.0, 0.2, 0.22};
    EXPECT_NEAR(cylinder.edge_distance({1.0, 0.2}), 3.0 - 0.218, 0.003);
    EXPECT_NEAR(cylinder.edge_distance({0.0, 0.2}), 3.0 + 0.259, 0.003);
}

}  // namespace
}  // namespace stenometry
