#include "stenometry/catheter_calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "calibrate/catheter_model.h"
#include "stenometry/error.h"
#include "stenometry/phantom.h"

namespace stenometry {
namespace {

constexpr int side_px = 220;
constexpr double outer_mm = 2.0;
constexpr double inner_mm = 1.7;

/// A straight catheter through the middle of a picture of 220 x 220 pixels.
struct CatheterPicture {
    double mm_per_px = 0.2;
    bool filled = true;
    double wall_attenuation_per_mm = 0.077;  // 0.7 of the contrast medium's, as the calibration assumes
    double quanta_per_px = 0.0;
    double background = 0.0;
    double angle_deg = 25.0;
    double half_length_mm = 17.0;
    double unsharp = 0.0;
    std::uint64_t seed = 1;

    Point along() const { return {std::cos(angle_deg * M_PI / 180.0), std::sin(angle_deg * M_PI / 180.0)}; }

    /// A place in pixels, `mm` along the catheter from its middle.
    Point at(double mm) const {
        const double middle = 0.5 * (side_px - 1);
        return Point{middle, middle} + mm / mm_per_px * along();
    }

    phantom::Scene scene() const {
        phantom::Scene scene{.width_px = side_px, .height_px = side_px, .mm_per_px = mm_per_px};
        scene.catheter =
            phantom::Catheter{.centerline_mm = {-half_length_mm * along(), half_length_mm * along()},
                              .outer_diameter_mm = outer_mm,
                              .inner_diameter_mm = inner_mm,
                              .wall_attenuation_per_mm = wall_attenuation_per_mm,
                              .filled = filled};
        scene.quanta_per_px = quanta_per_px;
        scene.background = background;
        scene.unsharp = unsharp;
        scene.seed = seed;
        return scene;
    }
};

/// The frame of a scene as if nothing were known of its pixels.
Frame uncalibrated(const phantom::Scene& scene) {
    Frame frame = phantom::render(scene).frame;
    frame.calibration = {};
    return frame;
}

KnownCatheter known(bool filled) {
    return {.outer_diameter_mm = outer_mm,
            .contents = filled ? CatheterContents::contrast : CatheterContents::empty,
            .inner_diameter_mm = inner_mm};
}

CatheterCalibration calibrate(const CatheterPicture& picture, double half_mm = 11.0,
                              const CatheterCalibrationOptions& options = {}) {
    const std::vector<Point> points{picture.at(-half_mm), picture.at(half_mm)};
    return calibrate_by_catheter(uncalibrated(picture.scene()), points, known(picture.filled), {}, options);
}

double error_of(const CatheterCalibration& result, double truth_mm_per_px) {
    return result.calibration.mm_per_px() / truth_mm_per_px - 1.0;
}

class CatheterOfPixelSize : public testing::TestWithParam<double> {};

TEST_P(CatheterOfPixelSize, FilledGivesTheSizeOfAPixel) {
    const CatheterCalibration result = calibrate({.mm_per_px = GetParam()});
    ASSERT_EQ(result.reason, Unmeasurable::none);
    EXPECT_EQ(result.calibration.source, SpacingSource::catheter);
    // 1 %: a tenth of a pixel of ten, what the edges of vessels of this size are wrong by.
    EXPECT_NEAR(error_of(result, GetParam()), 0.0, 0.01);
    EXPECT_GT(result.length_mm, 10.0);
}

TEST_P(CatheterOfPixelSize, EmptyGivesTheSizeOfAPixel) {
    const CatheterCalibration result =
        calibrate({.mm_per_px = GetParam(), .filled = false, .wall_attenuation_per_mm = 0.2});
    ASSERT_EQ(result.reason, Unmeasurable::none);
    // 2 %: the wall is as thin as the blur is wide, which makes it up to 20 % wider, known to a tenth of
    // that.
    EXPECT_NEAR(error_of(result, GetParam()), 0.0, 0.02);
    EXPECT_GT(result.apparent_ratio, 1.03);
}

INSTANTIATE_TEST_SUITE_P(FromFineToCoarse, CatheterOfPixelSize, testing::Values(0.15, 0.2, 0.3),
                         [](const auto& p) {
                             return "Of" + std::to_string(int(1000 * p.param)) + "Micrometres";
                         });

class CatheterAtAngle : public testing::TestWithParam<double> {};

TEST_P(CatheterAtAngle, DirectionDoesNotMatter) {
    const CatheterCalibration result = calibrate({.angle_deg = GetParam()});
    ASSERT_EQ(result.reason, Unmeasurable::none);
    EXPECT_NEAR(error_of(result, 0.2), 0.0, 0.01);  // a tenth of a pixel
}

INSTANTIATE_TEST_SUITE_P(EveryThirtyDegrees, CatheterAtAngle, testing::Range(0.0, 180.0, 30.0));

class WallOpacity : public testing::TestWithParam<double> {};

TEST_P(WallOpacity, CorrectsTheSizeWhereItIsKnownAndLiesWithinTheErrorWhereNot) {
    const CatheterPicture picture{.wall_attenuation_per_mm = 0.11 * GetParam()};
    const CatheterCalibration told =
        calibrate(picture, 11.0, {.wall_opacity = GetParam(), .wall_opacity_sd = 0.0});
    ASSERT_EQ(told.reason, Unmeasurable::none);
    EXPECT_NEAR(error_of(told, 0.2), 0.0, 0.01);
    const CatheterCalibration untold = calibrate(picture);
    ASSERT_EQ(untold.reason, Unmeasurable::none);
    // A wall that is not there at all is 2.3 standard errors from the one that is assumed.
    EXPECT_LT(std::abs(error_of(untold, 0.2)), 2.5 * *untold.calibration.relative_sd);
}

INSTANTIATE_TEST_SUITE_P(FromNoneToTheMediums, WallOpacity, testing::Values(0.0, 0.35, 0.7, 1.0));

TEST(CatheterCalibration, WithoutItsWallAFilledCatheterIsItsLumen) {
    // Readings of other laboratories, 15 % below the outer diameter, are the ratio of this catheter's
    // diameters.
    const CatheterCalibration result =
        calibrate({.wall_attenuation_per_mm = 0.0}, 11.0, {.wall_opacity = 0.0});
    ASSERT_EQ(result.reason, Unmeasurable::none);
    EXPECT_NEAR(result.apparent_ratio, inner_mm / outer_mm, 0.01);
}

/// How many of 20 noisy pictures have the truth within 1.96 standard errors, and the mean error.
struct Trials {
    int measured = 0, covered = 0;
    double mean_error = 0.0;
};

Trials trials(bool filled, double wall_attenuation_per_mm) {
    Trials trials;
    for (int seed = 1; seed <= 20; ++seed) {
        const CatheterPicture picture{.filled = filled,
                                      .wall_attenuation_per_mm = wall_attenuation_per_mm,
                                      .quanta_per_px = 1500.0,
                                      .background = 1.0,
                                      .angle_deg = 17.0 * seed,
                                      .seed = static_cast<std::uint64_t>(seed)};
        const CatheterCalibration result = calibrate(picture);
        if (result.reason != Unmeasurable::none) continue;
        const double error = error_of(result, picture.mm_per_px);
        ++trials.measured;
        trials.mean_error += error / 20.0;
        // Without the parts that do not change from picture to picture: size, wall and depth.
        trials.covered += std::abs(error) < 1.96 * result.standard_error_px / result.mean_diameter_px;
    }
    return trials;
}

TEST(CatheterCalibration, StandardErrorCoversTheNoiseOfFilledCatheters) {
    const Trials filled = trials(true, 0.077);
    EXPECT_GE(filled.measured, 18);
    EXPECT_GE(filled.covered, filled.measured - 4);  // 1 is expected, 5 have a chance of 0.3 %
    // Noise makes the blur seem less, and what is 2 mm wide 1.2 % narrower, vessels too, so that it cancels.
    // 1.5 %: three standard errors of the mean of 20 with 2 % each.
    EXPECT_NEAR(filled.mean_error, 0.012, 0.015);
}

TEST(CatheterCalibration, StandardErrorCoversTheNoiseOfEmptyCatheters) {
    const Trials empty = trials(false, 0.2);
    EXPECT_GE(empty.measured, 18);
    EXPECT_GE(empty.covered, empty.measured - 4);
    EXPECT_NEAR(empty.mean_error, 0.0, 0.015);  // three standard errors of the mean of 20, 2 % each
}

TEST(CatheterCalibration, WhatMovesTheEdgesOfVesselsAndCathetersCancels) {
    // In one pass the blur is not known yet, and both read too wide.
    const AnalysisOptions stages{.contour = {.passes = 1}, .diameter = {.method = DiameterMethod::contour}};
    const CatheterPicture picture{.angle_deg = 0.0};
    phantom::Scene scene = picture.scene();
    scene.tubes.push_back(phantom::straight_tube(outer_mm, 34.0, 0.0, {0.0, 8.0}));
    scene.catheter->centerline_mm = {{-17.0, -8.0}, {17.0, -8.0}};
    Frame frame = uncalibrated(scene);
    const Point up{0.0, -8.0 / 0.2}, down{0.0, 8.0 / 0.2};
    const std::vector<Point> points{picture.at(-13.0) + up, picture.at(13.0) + up};
    const CatheterCalibration result = calibrate_by_catheter(frame, points, known(true), stages);
    ASSERT_EQ(result.reason, Unmeasurable::none);

    const Centerline vessel{.points_px = resample({picture.at(-13.0) + down, picture.at(13.0) + down}, 0.5)};
    const auto error_mm = [&](const Calibration& calibration) {
        frame.calibration = calibration;
        const VesselContour walls = detect_contour(frame, vessel, stages.contour);
        const std::vector<double> diameter = measure_diameter(frame, walls, stages.diameter).diameter_px;
        return std::abs(diameter.at(diameter.size() / 2) * calibration.mm_per_px() - outer_mm);
    };
    EXPECT_GT(error_mm(Calibration::from_user(0.2)), 0.03);
    EXPECT_LT(error_mm(result.calibration), 0.01);  // mm: 0.5 %, as without that
}

TEST(CatheterCalibration, BendsAndEndsDoNotServe) {
    const CatheterPicture picture{.angle_deg = 0.0};
    phantom::Scene scene = picture.scene();
    // Straight from the left, then round a corner within 5 mm.
    scene.catheter->centerline_mm = {{-20.0, -8.0}, {-10.0, -8.0}, {0.0, -8.0}, {6.0, -6.5},
                                     {8.0, -1.0},   {8.0, 8.0},    {8.0, 18.0}};
    const Point corner_px = picture.at(0.0) + Point{7.0 / 0.2, -5.0 / 0.2};
    const std::vector<Point> points{picture.at(0.0) + Point{-18.0 / 0.2, -8.0 / 0.2},
                                    picture.at(0.0) + Point{8.0 / 0.2, 15.0 / 0.2}};
    const CatheterCalibration result = calibrate_by_catheter(uncalibrated(scene), points, known(true));
    ASSERT_EQ(result.reason, Unmeasurable::none);
    EXPECT_NEAR(error_of(result, 0.2), 0.0, 0.01);
    const Polyline& line = result.contour.centerline.points_px;
    ASSERT_EQ(result.used.size(), line.size());
    for (std::size_t i = 0; i < line.size(); ++i) {
        const bool in_bend = distance(line[i], corner_px) < 1.2 / 0.2;
        const bool at_end =
            std::min(distance(line[i], line.front()), distance(line[i], line.back())) < 1.8 / 0.2;
        EXPECT_FALSE(result.used[i] && (in_bend || at_end)) << i;
    }
}

TEST(CatheterCalibration, TaperIsRefused) {
    phantom::Scene scene = CatheterPicture{}.scene();
    scene.catheter.reset();
    phantom::Tube tube = phantom::straight_tube(2.6, 34.0, 25.0);
    tube.taper_mm_per_mm = 0.03;
    scene.tubes = {tube};
    const CatheterPicture picture;
    const std::vector<Point> points{picture.at(-13.0), picture.at(13.0)};
    const CatheterCalibration result = calibrate_by_catheter(uncalibrated(scene), points, known(true));
    EXPECT_EQ(result.reason, Unmeasurable::catheter_tapered);
    EXPECT_FALSE(result.calibration.known());
}

TEST(CatheterCalibration, ATaperAtTheEndIsLeftOut) {
    // A vessel beyond the tip, or a tip that grows thin, is not the catheter's width.
    phantom::Scene scene = CatheterPicture{}.scene();
    scene.catheter.reset();
    phantom::Tube tube = phantom::straight_tube(2.0, 40.0, 25.0);
    tube.lesions.push_back({.at_mm = 32.0, .length_mm = 14.0, .percent_diameter = 50.0});
    scene.tubes = {tube};
    const CatheterPicture picture;
    const std::vector<Point> points{picture.at(-17.0), picture.at(10.0)};
    // A tube without a wall.
    const CatheterCalibration result =
        calibrate_by_catheter(uncalibrated(scene), points, known(true), {}, {.wall_opacity = 1.0});
    ASSERT_EQ(result.reason, Unmeasurable::none);
    EXPECT_NEAR(error_of(result, 0.2), 0.0, 0.01);
}

TEST(CatheterCalibration, LessThanACentimetreIsTooShort) {
    // 12 mm less a diameter at either end.
    EXPECT_EQ(calibrate({}, 6.0).reason, Unmeasurable::catheter_too_short);
    EXPECT_EQ(calibrate({}, 6.0, {.min_length_mm = 6.0}).reason, Unmeasurable::none);
    EXPECT_EQ(calibrate({}, 0.5).reason, Unmeasurable::catheter_too_short);
}

TEST(CatheterCalibration, NoiseIsRefusedAndNotAveragedAway) {
    const CatheterPicture picture{
        .filled = false, .wall_attenuation_per_mm = 0.04, .quanta_per_px = 100.0, .background = 1.0};
    const CatheterCalibration result = calibrate(picture);
    EXPECT_NE(result.reason, Unmeasurable::none);
    EXPECT_FALSE(result.calibration.known());
}

TEST(CatheterCalibration, WithoutACatheterThereIsNoCalibration) {
    phantom::Scene scene = CatheterPicture{}.scene();
    scene.catheter.reset();
    const Frame frame = uncalibrated(scene);
    const std::vector<Point> points{{60.0, 60.0}, {160.0, 120.0}};
    EXPECT_EQ(calibrate_by_catheter(frame, points, known(true)).reason, Unmeasurable::point_off_vessel);
    EXPECT_EQ(calibrate_by_catheter(frame, points, known(false)).reason, Unmeasurable::edges_lost);
    EXPECT_EQ(calibrate_by_catheter(frame, known(true)).reason, Unmeasurable::no_catheter);
}

TEST(CatheterCalibration, WhatTheFileSaysOfItsPixelsDoesNotMatter) {
    const CatheterPicture picture;
    Frame frame = uncalibrated(picture.scene());
    const std::vector<Point> points{picture.at(-11.0), picture.at(11.0)};
    const double without = calibrate_by_catheter(frame, points, known(true)).calibration.mm_per_px();
    frame.calibration = Calibration::from_user(0.27);
    const Calibration with = calibrate_by_catheter(frame, points, known(true)).calibration;
    EXPECT_NEAR(with.mm_per_px() / without, 1.0, 0.005);  // the smoothing along it starts from another length
    EXPECT_EQ(with.source, SpacingSource::catheter);
}

TEST(CatheterCalibration, PixelsThatAreNotSquareKeepTheirShape) {
    const CatheterPicture picture{.mm_per_px = 0.15, .angle_deg = 40.0, .half_length_mm = 14.0};
    const Frame square = uncalibrated(picture.scene());
    Frame frame;  // two rows in one
    frame.pixels = Image<float>(side_px, side_px / 2);
    for (int y = 0; y < side_px / 2; ++y)
        for (int x = 0; x < side_px; ++x)
            frame.pixels(x, y) = 0.5F * (square.pixels(x, 2 * y) + square.pixels(x, 2 * y + 1));
    frame.calibration = {.mm_per_px_x = 0.4, .mm_per_px_y = 0.8};  // of the right shape only
    std::vector<Point> points;
    for (const double mm : {-11.0, 11.0}) {
        const Point p = picture.at(mm);
        points.push_back({p.x, 0.5 * (p.y - 0.5)});
    }
    const CatheterCalibration result = calibrate_by_catheter(frame, points, known(true));
    ASSERT_EQ(result.reason, Unmeasurable::none);
    // 2 %: a fifth of a pixel; averaging two rows blurs more in one direction than in the other.
    EXPECT_NEAR(result.calibration.mm_per_px_x.value() / 0.15, 1.0, 0.02);
    EXPECT_NEAR(result.calibration.mm_per_px_y.value() / 0.30, 1.0, 0.02);
    EXPECT_LT(distance(result.contour.centerline.points_px.front(), points.front()), 2.0);
}

TEST(CatheterCalibration, FindsTheGuideCatheterOfACoronaryAngiogram) {
    int found = 0;
    for (const std::uint64_t seed : {1, 2, 3, 4}) {
        const phantom::Scene scene =
            phantom::coronary_scene(seed, {.artery = phantom::CoronaryArtery::right, .lesions = 0});
        const CatheterCalibration result = calibrate_by_catheter(uncalibrated(scene), known(true));
        if (result.reason != Unmeasurable::none) continue;
        ++found;
        EXPECT_LT(std::abs(error_of(result, scene.mm_per_px)), 1.96 * *result.calibration.relative_sd)
            << seed;
    }
    EXPECT_GE(found, 2);
}

TEST(CatheterCalibration, TheErrorIsMadeOfAllThatIsNotKnown) {
    const CatheterPicture picture;
    const Frame frame = uncalibrated(picture.scene());
    const std::vector<Point> points{picture.at(-11.0), picture.at(11.0)};
    const CatheterCalibrationOptions certain{.wall_opacity_sd = 0.0, .depth_sd_mm = 0.0};
    KnownCatheter catheter = known(true);
    catheter.relative_sd = 0.0;
    const auto error = [&](const CatheterCalibrationOptions& options) {
        return *calibrate_by_catheter(frame, points, catheter, {}, options).calibration.relative_sd;
    };
    EXPECT_LT(error(certain), 0.01);
    CatheterCalibrationOptions deep = certain;
    deep.depth_sd_mm = 15.0;
    EXPECT_NEAR(error(deep), 0.02, 0.003);  // 15 mm of 765 mm
    CatheterCalibrationOptions wall = certain;
    wall.wall_opacity_sd = 0.3;
    EXPECT_GT(error(wall), 0.02);
    catheter.relative_sd = 0.05;
    EXPECT_NEAR(error(certain), 0.05, 0.002);
}

TEST(KnownCatheter, FrenchIsAThirdOfAMillimetreAndLessCertainThanAMeasure) {
    const KnownCatheter six = KnownCatheter::of_french(6.0);
    EXPECT_DOUBLE_EQ(six.outer_diameter_mm, 2.0);
    EXPECT_GT(six.relative_sd, KnownCatheter{}.relative_sd);
}

TEST(KnownCatheter, CallersMistakesAreNamed) {
    const auto message = [](const auto& call) {
        try {
            call();
        } catch (const InvalidInput& error) {
            return std::string(error.what());
        }
        return std::string("no error");
    };
    const Frame frame = uncalibrated(CatheterPicture{}.scene());
    const std::vector<Point> points{{60.0, 60.0}, {160.0, 120.0}};
    const auto calibrating = [&](const KnownCatheter& catheter, std::vector<Point> at,
                                 const CatheterCalibrationOptions& options = {}) {
        return message([&] { calibrate_by_catheter(frame, at, catheter, {}, options); });
    };
    EXPECT_NE(calibrating({}, points).find("outer_diameter_mm"), std::string::npos);
    EXPECT_NE(
        calibrating({.outer_diameter_mm = 2.0, .inner_diameter_mm = 2.0}, points).find("inner_diameter_mm"),
        std::string::npos);
    EXPECT_NE(calibrating(known(true), {{60.0, 60.0}}).find("two points"), std::string::npos);
    EXPECT_NE(calibrating(known(true), {{60.0, 60.0}, {900.0, 1.0}}).find("900"), std::string::npos);
    EXPECT_NE(calibrating(known(true), points, {.min_length_mm = 0.0}).find("min_length_mm"),
              std::string::npos);
    EXPECT_NE(calibrating(known(true), points, {.wall_opacity = -1.0}).find("wall_opacity"),
              std::string::npos);
    EXPECT_THROW(KnownCatheter::of_french(0.0), InvalidInput);
}

// The picture that corrects.

TEST(CatheterModel, AgreesWithTheRenderer) {
    const CatheterPicture picture{.filled = false, .wall_attenuation_per_mm = 0.15};
    phantom::Scene scene = picture.scene();
    scene.scatter_fraction = 0.0;
    scene.display = phantom::Display::raw;
    const double blur_mm = 0.2;
    scene.detector_blur_mm = blur_mm;
    scene.focal_spot_mm = 0.0;
    const Frame rendered = phantom::render(scene).frame;
    const double pixel_variance = 1.0 / 12.0;  // of the area that one pixel gathers from
    const auto [drawn, axis] = draw_tube(
        {.outer_px = outer_mm / 0.2, .inner_px = inner_mm / 0.2, .wall = 0.15 * 0.2, .contents = 0.0},
        std::sqrt(blur_mm * blur_mm / 0.04 + pixel_variance), {});
    const Polyline& line = axis.points_px;
    // Straight across the axis, from its middle on, in fractions of the background.
    const double tilt = std::atan2(line.back().y - line.front().y, line.back().x - line.front().x);
    const auto value = [](const Frame& frame, Point p) {
        const int x = int(p.x), y = int(p.y);
        const double u = p.x - x, v = p.y - y;
        return std::lerp(std::lerp(double(frame.pixels(x, y)), double(frame.pixels(x + 1, y)), u),
                         std::lerp(double(frame.pixels(x, y + 1)), double(frame.pixels(x + 1, y + 1)), u), v);
    };
    const Point middle = lerp(line.front(), line.back(), 0.5);
    for (double t = 0.0; t < 9.0; t += 0.5) {
        const Point in_drawn = middle + t * Point{-std::sin(tilt), std::cos(tilt)};
        const Point in_rendered = picture.at(0.0) + t * Point{-picture.along().y, picture.along().x};
        // 1 % of the X-rays: a fifteenth of the wall's shadow, for reading between pixels in either picture.
        EXPECT_NEAR(value(drawn, in_drawn) / 1000.0, value(rendered, in_rendered), 0.01) << t;
    }
}

}  // namespace
}  // namespace stenometry
