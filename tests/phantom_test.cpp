#include "stenometry/phantom.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "phantom/portable_math.h"
#include "phantom/random.h"
#include "stenometry/error.h"

namespace stenometry::phantom {
namespace {

/// One straight 3 mm tube through the whole of a small image: no noise, no scatter, flat, not rounded.
Scene quiet_scene(double diameter_mm, double angle_deg = 0.0) {
    return {.width_px = 128,
            .height_px = 128,
            .tubes = {straight_tube(diameter_mm, 60.0, angle_deg)},
            .scatter_fraction = 0.0,
            .quanta_per_px = 0.0,
            .background = 0.0,
            .display = Display::raw};
}

/// Without blur, -ln of a pixel is attenuation times path but for the pixel's aperture.
Scene sharp_scene(double diameter_mm, double angle_deg = 0.0) {
    Scene scene = quiet_scene(diameter_mm, angle_deg);
    scene.detector_blur_mm = scene.focal_spot_mm = 0.0;
    return scene;
}

double fraction(const Phantom& phantom, int x, int y) { return double(phantom.frame.pixels(x, y)); }

/// Attenuation summed over the whole image, in mm^2 of path.
double total_attenuation_mm2(const Scene& scene) {
    const Phantom phantom = render(scene);
    double sum = 0.0;
    for (int y = 0; y < scene.height_px; ++y)
        for (int x = 0; x < scene.width_px; ++x) sum += 1.0 - fraction(phantom, x, y);
    return sum * scene.mm_per_px * scene.mm_per_px / scene.attenuation_per_mm;
}

/// So thin a medium that Beer's law is a straight line: the mean of the exponential over a pixel is that of
/// the mean.
constexpr double thin_per_mm = 1e-4;

class TubeOfDiameter : public testing::TestWithParam<double> {};

TEST_P(TubeOfDiameter, AttenuationAcrossIsThatOfItsCrossSection) {
    const double d = GetParam();
    const double area_mm2 = std::numbers::pi * d * d / 4.0;
    for (const double offset_mm : {0.0, 0.03, 0.1}) {
        Scene scene = sharp_scene(d);
        scene.attenuation_per_mm = thin_per_mm;
        scene.tubes = {straight_tube(d, 60.0, 0.0, {0.0, offset_mm})};
        const Phantom phantom = render(scene);
        double across = 0.0;
        for (int y = 0; y < 128; ++y)
            across += (1.0 - fraction(phantom, 64, y)) * scene.mm_per_px / thin_per_mm;
        EXPECT_NEAR(across, area_mm2, 0.001 * area_mm2) << "offset " << offset_mm;
    }
}

TEST_P(TubeOfDiameter, VolumeDoesNotDependOnDirection) {
    const double d = GetParam();
    const double length_mm = 12.0;
    const double volume_mm3 = std::numbers::pi * d * d / 4.0 * length_mm;
    for (double angle_deg = 0.0; angle_deg < 180.0; angle_deg += 22.5) {
        Scene scene = sharp_scene(d);
        scene.attenuation_per_mm = thin_per_mm;
        scene.tubes = {straight_tube(d, length_mm, angle_deg, {0.04, 0.07})};
        scene.tubes[0].ends = TubeEnds::flat;
        // The flat ends lie within half a cell of 0.05 mm of their places.
        EXPECT_NEAR(total_attenuation_mm2(scene), volume_mm3, 0.004 * volume_mm3) << angle_deg << " degrees";
    }
}

INSTANTIATE_TEST_SUITE_P(FromBoresToMainStems, TubeOfDiameter,
                         testing::Values(0.5, 0.7, 1.0, 1.4, 1.9, 3.0, 5.0));

TEST(Phantom, PathThroughTheMiddleIsTheDiameter) {
    Scene scene = sharp_scene(3.0);
    scene.mm_per_px = 0.05;  // a pixel hardly wider than a ray
    scene.width_px = scene.height_px = 101;
    const double path_mm = -std::log(fraction(render(scene), 50, 50)) / scene.attenuation_per_mm;
    EXPECT_NEAR(path_mm, 3.0, 0.001);
}

TEST(Phantom, EllipseIsAsDeepAsItsRatioSays) {
    Scene scene = sharp_scene(2.0);
    scene.attenuation_per_mm = thin_per_mm;
    const double round = total_attenuation_mm2(scene);
    scene.tubes[0].depth_ratio = 0.6;
    EXPECT_NEAR(total_attenuation_mm2(scene) / round, 0.6, 1e-4);  // a little of Beer's curve is left
}

TEST(Phantom, BlurMovesXRaysButLosesNone) {
    Scene scene = sharp_scene(2.0);
    scene.tubes = {straight_tube(2.0, 8.0, 30.0)};
    const double sharp = total_attenuation_mm2(scene);
    scene.detector_blur_mm = 0.3;
    scene.focal_spot_mm = 0.4;
    // Motion and blur only spread the shadow; the whole of it stays in the image.
    EXPECT_NEAR(total_attenuation_mm2(scene), sharp, 1e-5 * sharp);
    scene.motion_mm = 1.0;
    scene.motion_deg = 70.0;
    EXPECT_NEAR(total_attenuation_mm2(scene), sharp, 1e-3 * sharp);
}

TEST(Phantom, TubesOfOneLayerUniteAndOfTwoLayersAdd) {
    Scene scene = sharp_scene(2.0);
    scene.width_px = scene.height_px = 129;
    scene.tubes = {straight_tube(2.0, 60.0, 0.0), straight_tube(2.0, 60.0, 90.0)};
    const auto path_mm = [&] {
        return -std::log(fraction(render(scene), 64, 64)) / scene.attenuation_per_mm;
    };
    const double united = path_mm();
    scene.tubes[1].layer = 1;
    const double crossing = path_mm();
    scene.tubes.pop_back();
    const double alone = path_mm();
    EXPECT_NEAR(united, alone, 0.02);  // the union is a little deeper in the corners of the pixel
    EXPECT_NEAR(crossing, 2.0 * alone, 0.01);
}

TEST(Phantom, NoiseVarianceFollowsTheQuanta) {
    for (const double quanta : {5.0, 200.0, 5000.0}) {
        Scene scene = quiet_scene(3.0);
        scene.tubes.clear();
        scene.quanta_per_px = quanta;
        scene.noise_correlation_px = 0.0;
        const Phantom phantom = render(scene);
        double sum = 0.0, squares = 0.0;
        for (int y = 0; y < 128; ++y)
            for (int x = 0; x < 128; ++x) {
                const double excess = fraction(phantom, x, y) - 1.0;
                sum += excess;
                squares += excess * excess;
            }
        const double n = 128.0 * 128.0;
        // Four standard errors of a mean and of a variance from n draws.
        EXPECT_NEAR(sum / n, 0.0, 4.0 / std::sqrt(quanta * n)) << quanta;
        EXPECT_NEAR(squares / n * quanta, 1.0, 4.0 * std::sqrt((2.0 + 1.0 / quanta) / n)) << quanta;
    }
}

TEST(Phantom, LesionTruthIsThatOfTheCosine) {
    Scene scene = quiet_scene(3.0);
    scene.tubes[0].lesions = {{.at_mm = 30.0, .length_mm = 10.0, .percent_diameter = 60.0}};
    const VesselTruth vessel = render(scene).vessels.at(0);
    const LesionTruth& lesion = vessel.lesions.at(0);
    EXPECT_NEAR(lesion.mld_mm, 1.2, 1e-6);
    EXPECT_NEAR(lesion.reference_mm, 3.0, 1e-9);
    EXPECT_NEAR(lesion.percent_diameter, 60.0, 1e-4);
    // 0.6 / 2 (1 + cos(2 pi x / 10)) = 0.05 at the borders.
    EXPECT_NEAR(lesion.length_mm, 2.0 * 10.0 / (2.0 * std::numbers::pi) * std::acos(0.05 * 2.0 / 0.6 - 1.0),
                1e-4);
    EXPECT_NEAR(lesion.at_px.x, 63.5, 0.01);
    EXPECT_NEAR(lesion.at_px.y, 63.5, 1e-9);
}

TEST(Phantom, SceneWithValueOutOfRangeIsRefusedByName) {
    Scene scene = quiet_scene(3.0);
    scene.tubes[0].lesions = {{.percent_diameter = 100.0}};
    EXPECT_THAT([&] { render(scene); },
                testing::ThrowsMessage<InvalidInput>(testing::HasSubstr("percent_diameter")));
    scene = quiet_scene(3.0);
    scene.tubes[0].taper_mm_per_mm = 0.1;
    EXPECT_THAT([&] { render(scene); },
                testing::ThrowsMessage<InvalidInput>(testing::HasSubstr("taper_mm_per_mm")));
    scene = quiet_scene(3.0);
    scene.mm_per_px = -0.2;
    EXPECT_THAT([&] { render(scene); },
                testing::ThrowsMessage<InvalidInput>(testing::HasSubstr("mm_per_px must be")));
}

TEST(PortableMath, AgreesWithTheStandardLibrary) {
    for (double x = -40.0; x <= 40.0; x += 0.037) {
        EXPECT_NEAR(portable::exp(x) / std::exp(x), 1.0, 2e-14);
        EXPECT_NEAR(portable::sin(x), std::sin(x), 1e-13);
        EXPECT_NEAR(portable::cos(x), std::cos(x), 1e-13);
        EXPECT_NEAR(portable::log(std::exp(x)), x, 1e-13);
    }
    for (double x = -1.0; x <= 1.0; x += 0.001) EXPECT_NEAR(portable::asin(x), std::asin(x), 1e-13);
}

}  // namespace
}  // namespace stenometry::phantom
