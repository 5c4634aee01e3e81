#include "stenometry/phantom.h"

#include <gmock/gmock.h>

#include <tbb/global_control.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <numbers>

#include "phantom/portable_math.h"
#include "phantom/random.h"
#include "stenometry/error.h"
#include "stenometry/io/cine.h"
#include "stenometry/io/image.h"

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

/// First and second moment, in mm, of the attenuation along a column or row of pixels.
struct Profile {
    double mass = 0.0, mean_mm = 0.0, variance_mm2 = 0.0;
};

Profile profile(const std::vector<double>& attenuation, double mm_per_px) {
    Profile p;
    double first = 0.0, second = 0.0;
    for (std::size_t i = 0; i < attenuation.size(); ++i) {
        const double at = double(i) * mm_per_px;
        p.mass += attenuation[i];
        first += attenuation[i] * at;
        second += attenuation[i] * at * at;
    }
    p.mean_mm = first / p.mass;
    p.variance_mm2 = second / p.mass - p.mean_mm * p.mean_mm;
    return p;
}

Profile column(const Phantom& phantom, int x) {
    std::vector<double> attenuation;
    for (int y = 0; y < phantom.frame.height(); ++y) attenuation.push_back(1.0 - fraction(phantom, x, y));
    return profile(attenuation, phantom.scene.mm_per_px);
}

TEST(Phantom, CurvedTubeHasTheVolumeThatPappusGives) {
    const double radius_mm = 8.0, d = 2.0;
    Scene scene = sharp_scene(d);
    scene.attenuation_per_mm = thin_per_mm;
    Tube arc{.proximal_diameter_mm = d, .ends = TubeEnds::flat};
    for (double angle = 0.0; angle < 1.51 * std::numbers::pi; angle += std::numbers::pi / 40.0)
        arc.centerline_mm.push_back({radius_mm * std::cos(angle), radius_mm * std::sin(angle)});
    scene.tubes = {arc};
    const Phantom phantom = render(scene);
    const double arc_mm = length(phantom.vessels[0].centerline_px) * scene.mm_per_px;
    EXPECT_NEAR(arc_mm, radius_mm * 1.5 * std::numbers::pi, 0.002 * radius_mm);
    for (const Point p : phantom.vessels[0].centerline_px)
        // A natural spline straightens a little before its ends.
        EXPECT_NEAR(distance(p, {63.5, 63.5}) * scene.mm_per_px, radius_mm, 0.004);
    EXPECT_NEAR(total_attenuation_mm2(scene), std::numbers::pi * d * d / 4.0 * arc_mm, 0.01);
}

TEST(Phantom, TruthLiesInTheMiddleOfTheShadow) {
    for (const double angle_deg : {0.0, 17.0, 33.0, -41.0}) {
        Scene scene = quiet_scene(2.6, angle_deg);
        scene.tubes = {straight_tube(2.6, 60.0, angle_deg, {0.31, -0.47})};
        const Phantom phantom = render(scene);
        const Polyline& line = phantom.vessels[0].centerline_px;
        for (const int x : {40, 64, 90}) {
            std::size_t i = 0;
            while (line[i + 1].x < x) ++i;
            const Point on = lerp(line[i], line[i + 1], (x - line[i].x) / (line[i + 1].x - line[i].x));
            EXPECT_NEAR(column(phantom, x).mean_mm / scene.mm_per_px, on.y, 0.005) << angle_deg;  // px
        }
    }
}

TEST(Phantom, BlurIsAsWideAsFocalSpotDetectorAndPixelMakeIt) {
    Scene scene = quiet_scene(0.3);
    scene.attenuation_per_mm = 0.01;  // thin, but not so thin that the rounding of far pixels counts
    scene.detector_blur_mm = 0.21;
    scene.focal_spot_mm = 0.5;
    const double chord = 0.15 * 0.15 / 4.0;  // variance of the half circle that a tube of 0.3 mm casts
    const double expected = chord + 0.21 * 0.21 + 0.5 * 0.5 / 12.0 + scene.mm_per_px * scene.mm_per_px / 12.0;
    EXPECT_NEAR(column(render(scene), 64).variance_mm2, expected, 0.005 * expected);
    scene.motion_mm = 0.8;
    scene.motion_deg = 90.0;
    const double moved = expected + 0.8 * 0.8 / 12.0;
    EXPECT_NEAR(column(render(scene), 64).variance_mm2, moved, 0.01 * moved);
    scene.motion_deg = 0.0;  // along the tube: nothing to see
    EXPECT_NEAR(column(render(scene), 64).variance_mm2, expected, 0.005 * expected);
}

TEST(Phantom, BlurActsOnIntensityAndNotOnItsLogarithm) {
    Scene scene = quiet_scene(1.0);
    scene.attenuation_per_mm = 2.0;  // dense, so that the two differ much
    const Profile blurred = column(render(scene), 64);
    scene.detector_blur_mm = scene.focal_spot_mm = 0.0;
    const Profile sharp = column(render(scene), 64);
    EXPECT_NEAR(blurred.mass, sharp.mass, 1e-4 * sharp.mass);  // the missing X-rays are conserved
}

TEST(Phantom, CatheterIsAWallAroundItsLumen) {
    Scene scene = sharp_scene(3.0);
    scene.mm_per_px = 0.05;
    scene.width_px = scene.height_px = 101;
    scene.tubes.clear();
    scene.catheter = Catheter{.centerline_mm = {{-10.0, 0.0}, {10.0, 0.0}}, .filled = false};
    const auto exponent = [&] { return -std::log(fraction(render(scene), 50, 50)); };
    const double wall = 0.08 * (2.0 - 1.7);
    EXPECT_NEAR(exponent(), wall, 1e-3 * wall);
    scene.catheter->filled = true;
    EXPECT_NEAR(exponent(), wall + 0.11 * 1.7, 1e-3);
    scene.tubes = {straight_tube(3.0, 20.0)};
    EXPECT_NEAR(exponent(), wall + 0.11 * (3.0 - 2.0 + 1.7), 1e-3);  // the catheter displaces the medium
    const Phantom phantom = render(scene);
    EXPECT_EQ(phantom.catheter(50, 50), 255);
    EXPECT_EQ(phantom.catheter(50, 50 + 21), 0);
    EXPECT_EQ(phantom.mask(50, 50 + 29), 255);
    EXPECT_EQ(phantom.mask(50, 50 + 31), 0);
}

TEST(Phantom, ScatterFillsShadows) {
    Scene scene = quiet_scene(1.0);
    scene.attenuation_per_mm = 50.0;
    scene.detector_blur_mm = scene.focal_spot_mm = 0.0;
    scene.scatter_fraction = 0.4;
    const Phantom phantom = render(scene);
    const double open = fraction(phantom, 64, 5), shadow = fraction(phantom, 64, 64);
    EXPECT_GT(shadow, 0.35);  // scatter alone, a little less of it where so much is absorbed
    EXPECT_LT(shadow, 0.4);
    EXPECT_NEAR(open, 1.0, 0.05);
}

TEST(Phantom, DetectorSpreadsAQuantumAsItsKernelSays) {
    Scene scene = quiet_scene(3.0);
    scene.tubes.clear();
    scene.width_px = scene.height_px = 256;
    scene.quanta_per_px = 500.0;
    scene.noise_correlation_px = 0.8;
    const Phantom phantom = render(scene);
    double variance = 0.0, neighbours = 0.0;
    for (int y = 0; y < 256; ++y)
        for (int x = 0; x < 255; ++x) {
            const double a = fraction(phantom, x, y) - 1.0, b = fraction(phantom, x + 1, y) - 1.0;
            variance += a * a / (256.0 * 255.0);
            neighbours += a * b / (256.0 * 255.0);
        }
    double weights = 0.0, squares = 0.0, shifted = 0.0;
    const auto gauss = [](int i) { return std::exp(-0.5 * i * i / 0.64); };
    for (int i = -6; i <= 6; ++i) {
        weights += gauss(i);
        squares += gauss(i) * gauss(i);
        shifted += gauss(i) * gauss(i + 1);
    }
    const double row = squares / (weights * weights);
    // Six standard errors: correlated pixels count for less than their number.
    EXPECT_NEAR(variance * 500.0 / (row * row), 1.0, 0.06);
    EXPECT_NEAR(neighbours / variance, shifted / squares, 0.04);
}

TEST(Phantom, DisplayCurvesHoldWhatAFileHolds) {
    Scene scene = quiet_scene(3.0);
    const Phantom raw = render(scene);
    const auto shown = [&](Display display) {
        scene.display = display;
        return render(scene);
    };
    const Phantom linear = shown(Display::linear), logarithmic = shown(Display::logarithmic);
    const Phantom sigmoid = shown(Display::sigmoid);
    for (int y = 0; y < 128; y += 7) {
        const double beam = fraction(raw, 64, y);
        EXPECT_NEAR(fraction(linear, 64, y), 3500.0 * beam, 0.501);
        EXPECT_NEAR(fraction(logarithmic, 64, y), 3800.0 + 1000.0 * std::log(beam), 0.501);
        EXPECT_NEAR(fraction(sigmoid, 64, y), 255.0 / (1.0 + std::exp(-std::log(beam) / 0.3)), 0.501);
    }
    EXPECT_EQ(linear.frame.intensity, Intensity::linear);
    EXPECT_EQ(logarithmic.frame.intensity, Intensity::logarithmic);
    EXPECT_EQ(sigmoid.frame.intensity, Intensity::display);
}

TEST(Phantom, UnsharpMaskLeavesABrightRimBesideTheVessel) {
    Scene scene = quiet_scene(3.0);
    scene.unsharp = 1.0;
    const Phantom phantom = render(scene);
    EXPECT_GT(fraction(phantom, 64, 64 - 10), 1.01);
    EXPECT_NEAR(fraction(phantom, 64, 20), 1.0, 1e-6);
    EXPECT_EQ(phantom.frame.intensity, Intensity::display);
}

TEST(Phantom, FieldStopIsDarkWhereTheFrameIsNotValid) {
    for (const FieldStop stop : {FieldStop::blades, FieldStop::circle}) {
        Scene scene = quiet_scene(3.0);
        scene.tubes.clear();
        scene.field_stop = stop;
        const Phantom phantom = render(scene);
        EXPECT_EQ(phantom.frame.valid(0, 0), 0);
        EXPECT_EQ(phantom.frame.valid(64, 64), 255);
        EXPECT_EQ(phantom.frame.valid(14, 64), 0);  // 3 mm are 15 px
        EXPECT_EQ(phantom.frame.valid(15, 64), 255);
        EXPECT_NEAR(fraction(phantom, 5, 64), 0.01, 1e-3);
        EXPECT_NEAR(fraction(phantom, 64, 64), 1.0, 1e-6);
    }
}

bool same_pixels(const Image<float>& a, const Image<float>& b) {
    for (int y = 0; y < a.height(); ++y)
        if (!std::equal(a.row(y), a.row(y) + a.width(), b.row(y))) return false;
    return same_size(a, b);
}

TEST(Phantom, SameSceneGivesTheSamePixelsWithAnyNumberOfThreads) {
    Scene scene = coronary_scene(3, {.size_px = 200});
    scene.motion_mm = 0.2;
    const auto pixels = [&](std::size_t threads) {
        const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
        return render(scene).frame.pixels;
    };
    const Image<float> alone = pixels(1);
    EXPECT_TRUE(same_pixels(alone, pixels(4)));
    EXPECT_TRUE(same_pixels(alone, render(scene).frame.pixels));
    scene.exposure = 1;
    EXPECT_FALSE(same_pixels(alone, render(scene).frame.pixels));
}

TEST(Phantom, AnotherExposureHasOtherNoiseAndTheSameChest) {
    Scene scene = quiet_scene(3.0);
    scene.background = 1.0;
    const Image<float> quiet = render(scene).frame.pixels;
    scene.exposure = 7;
    EXPECT_TRUE(same_pixels(quiet, render(scene).frame.pixels));
    scene.seed = 2;
    EXPECT_FALSE(same_pixels(quiet, render(scene).frame.pixels));
}

TEST(Phantom, MaskCoversTheLumen) {
    Scene scene = quiet_scene(3.0);
    scene.tubes = {straight_tube(3.0, 15.0, 28.0)};
    scene.tubes[0].ends = TubeEnds::flat;
    const Phantom phantom = render(scene);
    double area_mm2 = 0.0;
    for (int y = 0; y < 128; ++y)
        for (int x = 0; x < 128; ++x)
            area_mm2 += (phantom.mask(x, y) == 255) * scene.mm_per_px * scene.mm_per_px;
    EXPECT_NEAR(area_mm2, 45.0, 0.4);  // 36 mm of outline crossed by pixels of 0.04 mm^2
}

TEST(Phantom, DrilledChannelHasItsBoreAndItsLength) {
    for (const double bore_mm : {0.5, 0.7, 1.0, 1.4, 1.9}) {
        Scene scene = drilled_phantom(bore_mm, {.angle_deg = 0.0, .size_px = 200});
        scene.display = Display::raw;
        scene.quanta_per_px = scene.scatter_fraction = scene.background = 0.0;
        scene.attenuation_per_mm = thin_per_mm;
        const Phantom phantom = render(scene);
        const LesionTruth& lesion = phantom.vessels.at(0).lesions.at(0);
        EXPECT_NEAR(lesion.mld_mm, bore_mm, 1e-9);
        EXPECT_NEAR(lesion.length_mm, 8.4, 1e-6);
        const double area_mm2 = column(phantom, 100).mass * scene.mm_per_px / thin_per_mm;
        const double bore_area = std::numbers::pi * bore_mm * bore_mm / 4.0;
        EXPECT_NEAR(area_mm2, bore_area, 0.002 * bore_area);
    }
}

TEST(Phantom, TaperMovesTheMinimumAndItsReferenceAlong) {
    Scene scene = quiet_scene(3.0);
    scene.tubes[0].taper_mm_per_mm = 0.02;
    scene.tubes[0].lesions = {{.at_mm = 25.0, .length_mm = 12.0, .percent_diameter = 40.0}};
    const LesionTruth lesion = render(scene).vessels.at(0).lesions.at(0);
    // Downstream of the deepest point the taper still narrows; where exactly follows from d'(s) = 0.
    EXPECT_LT(lesion.mld_mm, 0.6 * (3.0 - 0.02 * 25.0));
    EXPECT_NEAR(lesion.percent_diameter, 40.0, 0.1);
    EXPECT_NEAR(lesion.mld_mm / lesion.reference_mm, 1.0 - lesion.percent_diameter / 100.0, 1e-12);
    EXPECT_LT(lesion.reference_mm, 2.5);
    EXPECT_GT(lesion.reference_mm, 2.48);
}

TEST(Cine, BolusFillsFromTheOstiumAndIsWashedOut) {
    Scene scene = quiet_scene(3.0);
    scene.width_px = 300;
    scene.height_px = 40;
    scene.tubes = {straight_tube(2.0, 56.0)};
    const CineOptions options{.blood_speed_mm_per_s = 60.0, .contraction_percent = 0.0, .rotation_deg = 0.0};
    std::vector<double> proximal, distal;
    render_cine(scene, options, [&](const Phantom& phantom) {
        EXPECT_EQ(phantom.frame.index, static_cast<int>(proximal.size()));
        EXPECT_EQ(phantom.frame.count, 24);
        EXPECT_EQ(phantom.mask(150, 20), 255);  // the lumen is there before the contrast
        proximal.push_back(1.0 - fraction(phantom, 20, 20));
        distal.push_back(1.0 - fraction(phantom, 280, 20));
    });
    ASSERT_EQ(proximal.size(), 24U);
    EXPECT_NEAR(proximal.front(), 0.0, 1e-6);
    const auto first_filled = [](const std::vector<double>& depth) {
        return std::find_if(depth.begin(), depth.end(), [](double d) { return d > 0.1; }) - depth.begin();
    };
    // 52 mm at 60 mm/s are 0.87 s, 6.5 frames of 1/7.5 s.
    EXPECT_NEAR(double(first_filled(distal) - first_filled(proximal)), 6.5, 1.0);
    EXPECT_NEAR(*std::max_element(proximal.begin(), proximal.end()), 1.0 - std::exp(-0.22), 0.01);
    EXPECT_LT(proximal.back(), 0.02);
}

TEST(Cine, HeartShortensVesselsAndLeavesDiametersAlone) {
    const Scene scene = coronary_scene(4, {.size_px = 128, .mm_per_px = 0.8});
    const CineOptions options{.frames_per_s = 20.0, .contraction_percent = 5.0};
    const VesselTruth rest = render_frame(scene, options, 0).vessels.at(0);
    const VesselTruth systole = render_frame(scene, options, 4).vessels.at(0);  // 0.2 s
    EXPECT_NEAR(length(systole.centerline_px) / length(rest.centerline_px), 0.95, 0.002);
    EXPECT_NEAR(systole.lesions.at(0).mld_mm, rest.lesions.at(0).mld_mm, 1e-4);
    EXPECT_NEAR(systole.lesions.at(0).length_mm / rest.lesions.at(0).length_mm, 0.95, 0.002);
    EXPECT_EQ(systole.centerline_px.front(),
              rest.centerline_px.front());  // the ostium stays with the catheter
    EXPECT_GT(distance(systole.centerline_px.back(), rest.centerline_px.back()), 1.0);
}

TEST(CoronaryScene, EverySeedGivesAVesselInTheImageWithItsLesions) {
    for (const CoronaryArtery artery : {CoronaryArtery::left, CoronaryArtery::right})
        for (std::uint64_t seed = 1; seed <= 25; ++seed) {
            const Scene scene = coronary_scene(seed, {.artery = artery, .lesions = 2});
            EXPECT_NO_THROW(scene.validate()) << seed;
            const Tube& main = scene.tubes.at(0);
            EXPECT_EQ(main.lesions.size(), 2U) << seed;
            EXPECT_GE(scene.tubes.size(), 12U);
            for (const Point p : main.centerline_mm) {
                EXPECT_LT(std::abs(p.x), 49.0) << seed;  // of 51.2 mm
                EXPECT_LT(std::abs(p.y), 49.0) << seed;
            }
        }
}

TEST(Phantom, TruthAsJsonNamesWhatScriptsRead) {
    Scene scene = bifurcation_scene({.size_px = 200});
    const auto truth = nlohmann::json::parse(truth_json(render(scene), "fork"));
    EXPECT_EQ(truth.at("name"), "fork");
    EXPECT_EQ(truth.at("pixel_mm"), 0.15);
    EXPECT_EQ(truth.at("vessels").size(), 2U);
    const auto& main = truth.at("vessels").at(0);
    EXPECT_EQ(main.at("centerline_px").size(), main.at("diameter_mm").size());
    EXPECT_EQ(main.at("centerline_px").size(), main.at("reference_mm").size());
    const auto& lesion = main.at("lesions").at(0);
    EXPECT_NEAR(lesion.at("percent_ds").get<double>(), 50.0, 0.1);
    for (const char* field : {"mld_mm", "reference_mm", "length_mm", "at_px"})
        EXPECT_TRUE(lesion.contains(field));
    for (const char* field : {"from_px", "to_px"})
        for (const double c : truth.at(field)) {
            EXPECT_GT(c, 3.0);
            EXPECT_LT(c, 196.0);
        }
}

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file) << path;
    return {std::istreambuf_iterator<char>(file), {}};
}

const fs::path samples = STENOMETRY_SAMPLE_IMAGES;

TEST(SampleImages, HoldWhatIsRenderedToday) {
    for (const NamedScene& sample : sample_scenes()) {
        const Phantom phantom = render(sample.scene);
        const Frame file = io::read_image(samples / (sample.name + ".png"));
        EXPECT_TRUE(same_pixels(phantom.frame.pixels, file.pixels)) << sample.name;
        EXPECT_EQ(truth_json(phantom, sample.name), bytes_of(samples / (sample.name + ".json")));
    }
}

TEST(SampleImages, CineHoldsWhatIsRenderedToday) {
    const NamedScene sample = sample_cine_scene();
    const auto cine = io::open_cine(samples / (sample.name + ".dcm"));
    ASSERT_EQ(cine->frame_count(), 24);
    for (const int index : {0, 12, 23}) {
        const Phantom phantom = render_frame(sample.scene, sample_cine_options(), index);
        const Frame frame = cine->read(index);
        EXPECT_TRUE(same_pixels(phantom.frame.pixels, frame.pixels)) << index;
        EXPECT_NEAR(frame.calibration.mm_per_px(), sample.scene.mm_per_px, 1e-4);
        EXPECT_NEAR(frame.acquisition.time_ms.value(), phantom.frame.acquisition.time_ms.value(), 1.0);
        EXPECT_EQ(frame.intensity, Intensity::linear);
        if (index != 12) continue;
        EXPECT_EQ(truth_json(phantom, sample.name), bytes_of(samples / (sample.name + ".json")));
    }
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
    scene.detector_blur_mm = 30.0;
    EXPECT_THAT([&] { render(scene); }, testing::ThrowsMessage<InvalidInput>(
                                            testing::HasSubstr("detector_blur_mm must be 0 to 100")));
    scene = quiet_scene(3.0);
    scene.tubes[0].centerline_mm = {};
    EXPECT_THAT([&] { render(scene); },
                testing::ThrowsMessage<InvalidInput>(testing::HasSubstr("centerline_mm")));
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
