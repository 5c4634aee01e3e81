#include "stenometry/lesion_geometry.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "stenometry/error.h"

namespace stenometry {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr double pi = std::numbers::pi;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// A vessel 300 px long of a reference of 15 px with one lesion, sampled every 0.5 px.
struct Example {
    double at = 150.0;          ///< px, arc length of the middle of the lesion
    double length = 60.0;       ///< px
    double percent = 60.0;      ///< narrowing in percent of the diameter
    double on_the_right = 0.5;  ///< part of the plaque that is on the right
    double radius = 0.0;        ///< px, of the vessel's bend to the right; 0 for a straight one
    double roundness = 1.0;     ///< lumen's depth over its width at the minimum
    std::function<double(double)> shape = [](double u) { return 0.5 + 0.5 * std::cos(2.0 * pi * u); };
};

struct Vessel {
    VesselContour contour;
    DiameterProfile profile;
    ReferenceProfile reference;
    LesionPlace place;

    LesionGeometry geometry() const { return measure_lesion_geometry(contour, profile, reference, place); }
};

constexpr double reference_px = 15.0;

Point on_the_course(double s, double radius, double to_the_right) {
    if (radius == 0.0) return {10.0 + s, 40.0 + to_the_right};
    const double angle = s / radius, distance = radius - to_the_right;
    return {100.0 + distance * std::sin(angle), 300.0 - distance * std::cos(angle)};
}

Vessel vessel(const Example& example) {
    Vessel result;
    for (int i = 0; i <= 600; ++i) {
        const double s = 0.5 * i, u = (s - example.at) / example.length;
        const double depth = std::abs(u) < 0.5 ? 0.01 * example.percent * example.shape(u) : 0.0;
        const double diameter = reference_px * (1.0 - depth), plaque = reference_px * depth;
        const double left = -0.5 * reference_px + (1.0 - example.on_the_right) * plaque;
        const double right = 0.5 * reference_px - example.on_the_right * plaque;
        result.contour.centerline.points_px.push_back(on_the_course(s, example.radius, 0.5 * (left + right)));
        result.contour.left_px.push_back(on_the_course(s, example.radius, left));
        result.contour.right_px.push_back(on_the_course(s, example.radius, right));
        result.profile.position_px.push_back(s);
        result.profile.diameter_px.push_back(diameter);
        result.profile.sd_px.push_back(0.2);
        const double round = std::lerp(1.0, example.roundness, 100.0 * depth / example.percent);
        result.profile.area_px2.push_back(0.25 * pi * diameter * diameter * round);
        result.reference.diameter_px.push_back(reference_px);
        result.reference.sd_px.push_back(0.1);
    }
    const auto narrow = [](double d) { return 1.0 - d / reference_px > 0.05; };
    const auto& d = result.profile.diameter_px;
    const auto first = std::find_if(d.begin(), d.end(), narrow);
    const auto last = std::find_if(d.rbegin(), d.rend(), narrow);
    result.place = {static_cast<std::size_t>(first - d.begin()),
                    static_cast<std::size_t>(std::min_element(d.begin(), d.end()) - d.begin()),
                    static_cast<std::size_t>(d.rend() - last - 1)};
    return result;
}

/// The same vessel from its other end, which swaps left and right.
Vessel turned(Vessel v) {
    const std::size_t last = v.profile.position_px.size() - 1;
    for (auto* values : {&v.profile.diameter_px, &v.profile.area_px2})
        std::reverse(values->begin(), values->end());
    for (auto* points : {&v.contour.centerline.points_px, &v.contour.left_px, &v.contour.right_px})
        std::reverse(points->begin(), points->end());
    std::swap(v.contour.left_px, v.contour.right_px);
    v.place = {last - v.place.distal_index, last - v.place.mld_index, last - v.place.proximal_index};
    return v;
}

Vessel mirrored(Vessel v) {
    for (auto* points : {&v.contour.centerline.points_px, &v.contour.left_px, &v.contour.right_px})
        for (Point& p : *points) p.y = -p.y;
    std::swap(v.contour.left_px, v.contour.right_px);
    return v;
}

Vessel scaled(Vessel v, double factor) {
    for (auto* points : {&v.contour.centerline.points_px, &v.contour.left_px, &v.contour.right_px})
        for (Point& p : *points) p = factor * p;
    for (auto* values : {&v.profile.position_px, &v.profile.diameter_px, &v.profile.sd_px,
                         &v.reference.diameter_px, &v.reference.sd_px})
        for (double& value : *values) value *= factor;
    for (double& area : v.profile.area_px2) area *= factor * factor;
    return v;
}

// Borders.

/// Where a cosine is 5 % of the reference deep, from its middle.
double half_length(const Example& example) {
    return example.length * std::acos(10.0 / example.percent - 1.0) / (2.0 * pi);
}

TEST(LesionBorders, LieWhereTheNarrowingIsFivePercent) {
    const Example example{.at = 140.3};
    const LesionGeometry geometry = vessel(example).geometry();
    EXPECT_NEAR(geometry.proximal_border_px.value(), example.at - half_length(example), 0.02);  // px
    EXPECT_NEAR(geometry.distal_border_px.value(), example.at + half_length(example), 0.02);
    EXPECT_NEAR(geometry.mld_position_px, example.at, 0.25);  // half a sample
}

TEST(LesionBorders, StandardErrorIsThatOfTheNarrowingOverItsSlope) {
    const Example example{.percent = 60.0, .shape = [](double u) { return 1.0 - 2.0 * std::abs(u); }};
    const LesionGeometry geometry = vessel(example).geometry();
    const double slope = 0.6 / 30.0;  // per px
    const double sd = std::hypot(0.2, 0.95 * 0.1) / reference_px;
    // The foot of the triangle, 2.5 px off, lies within the stretch that tells the slope.
    EXPECT_NEAR(geometry.proximal_border_sd_px.value(), sd / slope, 0.25 * sd / slope);
    EXPECT_NEAR(geometry.distal_border_sd_px.value(), sd / slope, 0.25 * sd / slope);
}

TEST(LesionBorders, LesionThatRunsOutSlowlyHasTheLessCertainBorders) {
    double before = 0.0;
    for (const double length : {30.0, 60.0, 120.0, 240.0}) {
        const double sd = vessel({.length = length}).geometry().distal_border_sd_px.value();
        EXPECT_GT(sd, 1.3 * before) << length;
        before = sd;
    }
}

TEST(LesionBorders, AveragingAlongTheVesselMayHaveMovedThem) {
    Vessel v = vessel({.shape = [](double) { return 1.0; }});
    const double sharp = v.geometry().distal_border_sd_px.value();
    v.profile.along_px = 4.0;
    EXPECT_NEAR(v.geometry().distal_border_sd_px.value(), 1.64 / std::sqrt(3.0) * 4.0,
                0.5);  // px, the rest is noise
    EXPECT_LT(sharp, 1.0);
}

TEST(LesionBorders, OfAnIrregularVesselAreUncertain) {
    Vessel v = vessel({});
    const double smooth = v.geometry().proximal_border_sd_px.value();
    for (std::size_t i = 0; i < v.profile.diameter_px.size(); ++i)
        if (i + 10 < v.place.proximal_index || i > v.place.distal_index + 10)
            v.profile.diameter_px[i] *= 1.0 + 0.06 * std::sin(0.2 * static_cast<double>(i));
    EXPECT_GT(v.geometry().proximal_border_sd_px.value(), 1.5 * smooth);
}

TEST(LesionBorders, AreNotMeasuredAtTheEndOfTheVessel) {
    const LesionGeometry geometry = vessel({.at = 5.0}).geometry();
    EXPECT_FALSE(geometry.proximal_border_px);
    EXPECT_FALSE(geometry.proximal_border_sd_px);
    EXPECT_FALSE(geometry.inflow_angle_deg);
    EXPECT_TRUE(geometry.distal_border_px);
}

// Plaque.

TEST(Plaque, AreaIsThatOfACosine) {
    const Example example;
    // The whole cosine less its two feet beyond the border, which hold 1 % of it.
    const double whole = 0.5 * 0.6 * reference_px * example.length;
    EXPECT_NEAR(vessel(example).geometry().plaque_area_px2.value(), 0.99 * whole, 0.005 * whole);
}

TEST(Plaque, AreaDoesNotDependOnTheSide) {
    EXPECT_NEAR(vessel({.on_the_right = 0.1}).geometry().plaque_area_px2.value(),
                vessel({.on_the_right = 0.9}).geometry().plaque_area_px2.value(), 1e-9);
}

class Eccentricity : public ::testing::TestWithParam<std::tuple<double, double>> {};

INSTANTIATE_TEST_SUITE_P(StraightAndBent, Eccentricity,
                         ::testing::Combine(::testing::Values(0.0, 0.25, 0.5, 0.7, 1.0),
                                            ::testing::Values(0.0, 150.0)));

TEST_P(Eccentricity, PlaqueIsAsThickAsItIsOnEitherSide) {
    const auto [right, radius] = GetParam();
    const LesionGeometry geometry = vessel({.on_the_right = right, .radius = radius}).geometry();
    const double plaque = 0.6 * reference_px, thin = std::min(right, 1.0 - right);
    // px: half a diameter beside the minimum the cosine has lost 3 %, and a spline is no circle
    EXPECT_NEAR(geometry.plaque_right_px.value(), right * plaque, 0.3);
    EXPECT_NEAR(geometry.plaque_left_px.value(), (1.0 - right) * plaque, 0.3);
    EXPECT_NEAR(geometry.symmetry.value(), thin / (1.0 - thin), 0.08);
}

TEST(Plaque, SidesAreUncertainWhereTheHealthyLumenWanders) {
    Vessel v = vessel({});
    EXPECT_LT(v.geometry().plaque_sd_px.value(), 0.02);  // px, no noise
    for (std::size_t i = 0; i < v.contour.left_px.size(); ++i)
        for (auto* wall : {&v.contour.left_px, &v.contour.right_px})
            (*wall)[i].y += 0.5 * std::sin(0.3 * static_cast<double>(i));
    // 0.35 px of wander, carried over a lesion of four diameters; the slowest part of it passes for a bend
    EXPECT_GT(v.geometry().plaque_sd_px.value(), 0.5);
    EXPECT_LT(v.geometry().plaque_sd_px.value(), 1.2);
}

TEST(Plaque, WallOutsideTheReferenceContourHasNone) {
    const LesionGeometry geometry = vessel({.on_the_right = 1.3}).geometry();
    EXPECT_LT(geometry.plaque_left_px.value(), -2.0);  // px, 0.3 of 9
    EXPECT_EQ(geometry.symmetry.value(), 0.0);
}

TEST(Plaque, SidesAreUnknownWithoutHealthyVesselOnBothSides) {
    const LesionGeometry geometry = vessel({.at = 35.0}).geometry();
    EXPECT_TRUE(geometry.proximal_border_px);
    EXPECT_FALSE(geometry.symmetry);
    EXPECT_FALSE(geometry.plaque_left_px);
    EXPECT_TRUE(geometry.plaque_area_px2);
}

// Angles.

TEST(WallAngle, IsThatOfACone) {
    const Example example{.shape = [](double u) { return 1.0 - 2.0 * std::abs(u); }};
    const LesionGeometry geometry = vessel(example).geometry();
    const double angle = std::atan(0.5 * 0.6 * reference_px / 30.0) * 180.0 / pi;  // 8.5 degrees
    EXPECT_NEAR(geometry.inflow_angle_deg.value(), angle, 0.01);
    EXPECT_NEAR(geometry.outflow_angle_deg.value(), angle, 0.01);
}

TEST(WallAngle, TellsASteepInflowFromAFlatOutflow) {
    const Example example{
        .shape = [](double u) { return u < -0.3 ? 5.0 * (u + 0.5) : 1.0 - 1.25 * (u + 0.3); }};
    const LesionGeometry geometry = vessel(example).geometry();
    EXPECT_NEAR(geometry.inflow_angle_deg.value(), std::atan(0.5 * 9.0 / 12.0) * 180.0 / pi, 0.1);
    EXPECT_NEAR(geometry.outflow_angle_deg.value(), std::atan(0.5 * 9.0 / 48.0) * 180.0 / pi, 0.1);
}

TEST(WallAngle, StepIsSteep) {
    const LesionGeometry geometry = vessel({.shape = [](double) { return 1.0; }}).geometry();
    EXPECT_GT(geometry.inflow_angle_deg.value(), 80.0);
    EXPECT_LT(geometry.inflow_angle_deg.value(), 90.0);
}

// Densitometry.

TEST(Densitometry, RoundLumenHasThePercentAreaOfItsDiameter) {
    const LesionGeometry geometry = vessel({}).geometry();
    EXPECT_NEAR(geometry.percent_area_stenosis_densitometric.value(), 100.0 * (1.0 - 0.4 * 0.4), 0.5);
    EXPECT_NEAR(geometry.minimal_area_densitometric_px2.value(), 0.25 * pi * 36.0, 0.1);
}

TEST(Densitometry, SlitHasMorePercentAreaThanItsDiameterSays) {
    const LesionGeometry geometry = vessel({.roundness = 0.5}).geometry();
    EXPECT_NEAR(geometry.percent_area_stenosis_densitometric.value(), 100.0 * (1.0 - 0.5 * 0.4 * 0.4), 0.5);
}

TEST(Densitometry, ContrastThatIsWronglyKnownCancels) {
    Vessel v = vessel({.roundness = 0.7});
    const double before = v.geometry().percent_area_stenosis_densitometric.value();
    for (double& area : v.profile.area_px2) area *= 1.3;
    EXPECT_NEAR(v.geometry().percent_area_stenosis_densitometric.value(), before, 1e-9);
}

TEST(Densitometry, IsEmptyWithoutAreas) {
    Vessel v = vessel({});
    v.profile.area_px2.clear();
    EXPECT_FALSE(v.geometry().percent_area_stenosis_densitometric);
    EXPECT_FALSE(v.geometry().minimal_area_densitometric_px2);
}

TEST(Densitometry, IsEmptyWhereTheMinimumHasNoArea) {
    for (const double none : {nan, 0.0, -5.0}) {
        Vessel v = vessel({});
        v.profile.area_px2[v.place.mld_index] = none;
        EXPECT_FALSE(v.geometry().percent_area_stenosis_densitometric);
        EXPECT_FALSE(v.geometry().minimal_area_densitometric_px2);
    }
}

// What must not change the numbers.

const Example lopsided{.on_the_right = 0.3, .roundness = 0.8, .shape = [](double u) {
                           return u < -0.2 ? (u + 0.5) / 0.3 : 1.0 - (u + 0.2) / 0.7;
                       }};

TEST(LesionGeometry, SwappingTheEndsOfTheVesselSwapsInflowAndSides) {
    const Vessel v = vessel(lopsided);
    const LesionGeometry there = v.geometry(), back = turned(v).geometry();
    EXPECT_NEAR(*there.inflow_angle_deg, *back.outflow_angle_deg, 1e-6);
    EXPECT_NEAR(*there.outflow_angle_deg, *back.inflow_angle_deg, 1e-6);
    EXPECT_NEAR(*there.plaque_left_px, *back.plaque_right_px, 1e-6);
    EXPECT_NEAR(*there.symmetry, *back.symmetry, 1e-6);
    EXPECT_NEAR(*there.plaque_area_px2, *back.plaque_area_px2, 1e-6);
    EXPECT_NEAR(*there.percent_area_stenosis_densitometric, *back.percent_area_stenosis_densitometric, 1e-6);
    EXPECT_NEAR(there.proximal_border_px.value(), 300.0 - back.distal_border_px.value(), 1e-6);
    EXPECT_NEAR(there.proximal_border_sd_px.value(), back.distal_border_sd_px.value(), 1e-6);
}

TEST(LesionGeometry, MirrorSwapsTheSidesOnly) {
    const Vessel v = vessel(lopsided);
    const LesionGeometry here = v.geometry(), there = mirrored(v).geometry();
    EXPECT_NEAR(*here.plaque_left_px, *there.plaque_right_px, 1e-9);
    EXPECT_NEAR(*here.symmetry, *there.symmetry, 1e-9);
    EXPECT_NEAR(*here.inflow_angle_deg, *there.inflow_angle_deg, 1e-9);
}

TEST(LesionGeometry, ScalesWithTheVessel) {
    const Vessel v = vessel(lopsided);
    const LesionGeometry once = v.geometry(), thrice = scaled(v, 3.0).geometry();
    EXPECT_NEAR(*thrice.plaque_area_px2, 9.0 * *once.plaque_area_px2, 1e-6);
    EXPECT_NEAR(*thrice.plaque_left_px, 3.0 * *once.plaque_left_px, 1e-6);
    EXPECT_NEAR(*thrice.plaque_sd_px, 3.0 * *once.plaque_sd_px, 1e-6);
    EXPECT_NEAR(thrice.distal_border_sd_px.value(), 3.0 * once.distal_border_sd_px.value(), 1e-6);
    EXPECT_NEAR(*thrice.inflow_angle_deg, *once.inflow_angle_deg, 1e-9);
    EXPECT_NEAR(*thrice.symmetry, *once.symmetry, 1e-6);
    EXPECT_NEAR(*thrice.percent_area_stenosis_densitometric, *once.percent_area_stenosis_densitometric, 1e-9);
}

TEST(LesionGeometry, PlaceOutsideTheVesselIsTheCallersMistake) {
    Vessel v = vessel({});
    v.place.distal_index = 601;
    EXPECT_THAT([&] { v.geometry(); }, ThrowsMessage<InvalidInput>(HasSubstr("< 601")));
    v.place = {.proximal_index = 20, .mld_index = 10, .distal_index = 30};
    EXPECT_THAT([&] { v.geometry(); }, ThrowsMessage<InvalidInput>(HasSubstr("20 <= 10")));
}

// The whole vessel.

TEST(VesselStatistics, AreThoseOfATaper) {
    DiameterProfile profile;
    for (int i = 0; i <= 600; ++i) {
        profile.position_px.push_back(0.5 * i);
        profile.diameter_px.push_back(18.0 - 0.02 * 0.5 * i);  // from 18 to 12 px
    }
    const VesselStatistics statistics = vessel_statistics(profile, Calibration::from_user(0.2));
    EXPECT_EQ(statistics.length_px, 300.0);
    EXPECT_NEAR(statistics.proximal_diameter_px.value(), 17.9, 1e-9);  // the mean of the first 10 px
    EXPECT_NEAR(statistics.distal_diameter_px.value(), 12.1, 1e-9);
    EXPECT_NEAR(statistics.mean_diameter_px.value(), 15.0, 1e-9);
    EXPECT_EQ(statistics.max_diameter_px, 18.0);
    EXPECT_EQ(statistics.min_diameter_px, 12.0);
    EXPECT_NEAR(statistics.diameter_sd_px.value(), 6.0 / std::sqrt(12.0), 0.01);  // of an even distribution
}

TEST(VesselStatistics, OfAVesselWithoutDiametersAreEmpty) {
    DiameterProfile profile;
    profile.position_px = {0.0, 1.0, 2.0};
    profile.diameter_px = {nan, nan, nan};
    const VesselStatistics statistics = vessel_statistics(profile, {});
    EXPECT_EQ(statistics.length_px, 2.0);
    for (const auto& value :
         {statistics.proximal_diameter_px, statistics.distal_diameter_px, statistics.mean_diameter_px,
          statistics.diameter_sd_px, statistics.min_diameter_px, statistics.max_diameter_px})
        EXPECT_FALSE(value);
}

}  // namespace
}  // namespace stenometry
