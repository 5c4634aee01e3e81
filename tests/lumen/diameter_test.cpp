#include "stenometry/diameter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/statistics.h"
#include "stenometry/error.h"
#include "support/tube_phantom.h"

namespace stenometry {
namespace {

using testing::make_tube;
using testing::TubePhantom;

DiameterProfile measure(const TubePhantom& tube) {
    return measure_diameter(tube.image.frame, detect_contour(tube.image.frame, tube.centerline));
}

struct Case {
    double diameter_mm;
    double tolerance_mm;
};

class TubeOfSize : public ::testing::TestWithParam<Case> {};

TEST_P(TubeOfSize, DiameterIsThatOfTheTube) {
    const auto profile = measure(make_tube({.diameter_mm = GetParam().diameter_mm}));
    for (const double diameter : profile.diameter_px)
        EXPECT_NEAR(0.2 * diameter, GetParam().diameter_mm, GetParam().tolerance_mm);
}

// Without noise a tenth of a pixel; a vessel no wider than 1.2 mm has no wide part that tells the blur and
// the contrast.
INSTANTIATE_TEST_SUITE_P(FromBranchToTrunk, TubeOfSize,
                         ::testing::Values(Case{1.2, 0.08}, Case{1.6, 0.04}, Case{2.0, 0.02}, Case{3.0, 0.02},
                                           Case{4.0, 0.02}, Case{5.0, 0.02}));

class TubeAtAngle : public ::testing::TestWithParam<double> {};

TEST_P(TubeAtAngle, DiameterDoesNotDependOnOrientation) {
    const auto profile = measure(make_tube({.angle_deg = GetParam()}));
    for (const double diameter : profile.diameter_px)
        EXPECT_NEAR(0.2 * diameter, 3.0, 0.02);  // mm, a tenth of a pixel
}

INSTANTIATE_TEST_SUITE_P(EveryTwentyDegrees, TubeAtAngle, ::testing::Range(0.0, 180.0, 20.0));

TEST(Diameter, FollowsATaper) {
    const TubePhantom tube = make_tube({.taper_mm_per_mm = 0.03});
    const DiameterProfile profile = measure(tube);
    const double slope = (profile.diameter_px.back() - profile.diameter_px.front()) /
                         (profile.position_px.back() - profile.position_px.front());
    EXPECT_NEAR(slope, -0.03, 0.002);
}

TEST(Diameter, NoiseMovesTheMeanByLessThanTwoStandardErrors) {
    for (const double quanta : {600.0, 1500.0, 4000.0}) {
        const DiameterProfile profile = measure(make_tube({.quanta_per_px = quanta}));
        double sum = 0.0, sd = 0.0;
        for (std::size_t i = 0; i < profile.diameter_px.size(); ++i)
            sum += profile.diameter_px[i], sd += profile.sd_px[i];
        const auto count = static_cast<double>(profile.diameter_px.size());
        EXPECT_NEAR(sum / count, 15.0, 2.0 * sd / count) << quanta << " quanta per pixel";
    }
}

TEST(Diameter, NarrowChannelIsReadByWhatItTakesFromTheIntensity) {
    for (const double bore : {0.7, 1.0, 1.4}) {
        const TubePhantom tube = make_tube({.lesions = {{.at_mm = 18.0,
                                                         .length_mm = 8.4,
                                                         .percent_diameter = 100.0 * (1.0 - bore / 3.0),
                                                         .shape = phantom::LesionShape::drilled}}});
        const DiameterProfile profile = measure(tube);
        const std::size_t middle = profile.diameter_px.size() / 2;
        EXPECT_NEAR(0.2 * profile.diameter_px[middle], bore, 0.06) << bore;  // mm
    }
}

TEST(Diameter, DensitometricCrossSectionIsThatOfTheLumen) {
    const TubePhantom tube = make_tube({.lesions = {{.at_mm = 18.0,
                                                     .length_mm = 8.4,
                                                     .percent_diameter = 50.0,
                                                     .shape = phantom::LesionShape::drilled}}});
    const DiameterProfile profile = measure(tube);
    ASSERT_EQ(profile.area_px2.size(), profile.diameter_px.size());
    const std::size_t middle = profile.area_px2.size() / 2, healthy = middle / 3;
    // mm2; the background beside the lumen is known to a few percent of the lumen's attenuation
    EXPECT_NEAR(0.04 * profile.area_px2[healthy], 0.25 * std::numbers::pi * 3.0 * 3.0, 0.2);
    EXPECT_NEAR(0.04 * profile.area_px2[middle], 0.25 * std::numbers::pi * 1.5 * 1.5, 0.1);
}

TEST(Diameter, DensitometricCrossSectionIsTheSameInAGreyScaleForViewing) {
    TubePhantom tube = make_tube({.lesions = {{.at_mm = 18.0,
                                               .length_mm = 8.4,
                                               .percent_diameter = 50.0,
                                               .shape = phantom::LesionShape::drilled}}});
    Frame& frame = tube.image.frame;
    frame.pixels = frame.pixels.clone();
    for (int y = 0; y < frame.height(); ++y)
        for (int x = 0; x < frame.width(); ++x)
            // Linear in the logarithm; that dark, the logarithm of a ratio would be another thing.
            frame.pixels(x, y) = std::round(70.0F + 150.0F * std::log(frame.pixels(x, y)));
    for (const Intensity meaning : {Intensity::display, Intensity::logarithmic, Intensity::unknown}) {
        frame.intensity = meaning;
        const DiameterProfile profile = measure(tube);
        ASSERT_EQ(profile.area_px2.size(), profile.diameter_px.size());
        const std::size_t middle = profile.area_px2.size() / 2, healthy = middle / 3;
        // mm2, as for intensities, and what the blur, which acts on these, makes of their logarithm
        EXPECT_NEAR(0.04 * profile.area_px2[healthy], 0.25 * std::numbers::pi * 3.0 * 3.0, 0.3);
        EXPECT_NEAR(0.04 * profile.area_px2[middle], 0.25 * std::numbers::pi * 1.5 * 1.5, 0.1);
    }
}

TEST(Diameter, IsNotANumberWhereThereAreNoWalls) {
    const TubePhantom tube = make_tube({});
    VesselContour contour = detect_contour(tube.image.frame, tube.centerline);
    contour.width_px.assign(contour.width_px.size(), std::nan(""));
    const DiameterProfile profile = measure_diameter(tube.image.frame, contour);
    for (const double diameter : profile.diameter_px) EXPECT_TRUE(std::isnan(diameter));
    EXPECT_TRUE(profile.area_px2.empty());
}

TEST(Diameter, FittedWallsEncloseTheMeasuredDiameter) {
    const TubePhantom tube = make_tube({});
    const VesselContour found = detect_contour(tube.image.frame, tube.centerline);
    const DiameterProfile profile = measure_diameter(tube.image.frame, found);
    const VesselContour fitted = fit_walls(found, profile);
    for (std::size_t i = 0; i < profile.diameter_px.size(); ++i)
        EXPECT_NEAR(distance(fitted.left_px[i], fitted.right_px[i]), profile.diameter_px[i], 1e-9);
}

TEST(LocalFit, KeepsAStraightLineAndAParabola) {
    std::vector<double> line, parabola;
    for (int i = 0; i < 50; ++i)
        line.push_back(3.0 - 0.1 * i), parabola.push_back(0.01 * (i - 20) * (i - 20));
    const std::vector<double> smooth_line = local_fit(line, 4.0, 1),
                              smooth_parabola = local_fit(parabola, 4.0, 2);
    for (std::size_t i = 0; i < line.size(); ++i) {
        EXPECT_NEAR(smooth_line[i], line[i], 1e-9);
        EXPECT_NEAR(smooth_parabola[i], parabola[i], 1e-9);
    }
}

}  // namespace
}  // namespace stenometry
