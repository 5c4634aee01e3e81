#include "stenometry/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "stenometry/error.h"

namespace stenometry {
namespace {

constexpr double exact = 1e-12;  // mm: nothing but a product or a quotient of what is given

// Every value differs from every other, so that the one that was chosen shows.
SpacingAttributes everything() {
    return {.pixel_spacing_x_mm = 0.21,
            .pixel_spacing_y_mm = 0.22,
            .pixel_spacing_calibrated = true,
            .object_spacing_x_mm = 0.23,
            .object_spacing_y_mm = 0.24,
            .imager_spacing_x_mm = 0.30,
            .imager_spacing_y_mm = 0.31,
            .magnification = 1.25,
            .source_to_detector_mm = 1100.0,
            .source_to_patient_mm = 750.0};
}

struct Rule {
    std::string what;
    void (*take_away)(SpacingAttributes&);
    SpacingSource source;
    double x_mm;
    double y_mm;
};

class SpacingRule : public testing::TestWithParam<Rule> {};

TEST_P(SpacingRule, HoldsOnceTheBetterOnesAreGone) {
    SpacingAttributes attributes = everything();
    GetParam().take_away(attributes);
    const Calibration calibration = resolve_spacing(attributes);
    EXPECT_EQ(calibration.source, GetParam().source);
    ASSERT_TRUE(calibration.known());
    EXPECT_NEAR(*calibration.mm_per_px_x, GetParam().x_mm, exact);
    EXPECT_NEAR(*calibration.mm_per_px_y, GetParam().y_mm, exact);
    EXPECT_GT(calibration.relative_sd.value(), 0.0);
}

void forget_object_plane(SpacingAttributes& a) {
    a.pixel_spacing_calibrated = false;
    a.object_spacing_x_mm.reset();
}

void forget_magnification(SpacingAttributes& a) {
    forget_object_plane(a);
    a.magnification.reset();
}

void forget_distances(SpacingAttributes& a) {
    forget_magnification(a);
    a.source_to_patient_mm.reset();
}

INSTANTIATE_TEST_SUITE_P(
    FromTheBestOn, SpacingRule,
    testing::Values(Rule{"PixelSpacing with a calibration type", [](SpacingAttributes&) {},
                         SpacingSource::dicom_pixel_spacing, 0.21, 0.22},
                    Rule{"ObjectPixelSpacingInCenterOfBeam",
                         [](SpacingAttributes& a) { a.pixel_spacing_calibrated = false; },
                         SpacingSource::dicom_object_plane, 0.23, 0.24},
                    Rule{"ImagerPixelSpacing over the magnification factor", forget_object_plane,
                         SpacingSource::dicom_isocenter, 0.30 / 1.25, 0.31 / 1.25},
                    Rule{"ImagerPixelSpacing times SOD over SID", forget_magnification,
                         SpacingSource::dicom_isocenter, 0.30 * 750.0 / 1100.0, 0.31 * 750.0 / 1100.0},
                    Rule{"ImagerPixelSpacing alone", forget_distances, SpacingSource::detector_plane, 0.30,
                         0.31}),
    [](const auto& rule) { return "Rule" + std::to_string(rule.index); });

TEST(ResolveSpacing, NothingIsKnownWithoutAttributes) {
    const Calibration calibration = resolve_spacing({});
    EXPECT_FALSE(calibration.known());
    EXPECT_EQ(calibration.source, SpacingSource::none);
    EXPECT_FALSE(calibration.relative_sd.has_value());
}

TEST(ResolveSpacing, BarePixelSpacingIsNeverThePatientPlane) {
    EXPECT_FALSE(resolve_spacing({.pixel_spacing_x_mm = 0.2, .pixel_spacing_y_mm = 0.2}).known());
}

TEST(ResolveSpacing, PixelSpacingThatRepeatsTheDetectorIsOfTheDetectorPlane) {
    const Calibration calibration = resolve_spacing({.pixel_spacing_x_mm = 0.3,
                                                     .pixel_spacing_y_mm = 0.3,
                                                     .imager_spacing_x_mm = 0.3,
                                                     .imager_spacing_y_mm = 0.3});
    EXPECT_EQ(calibration.source, SpacingSource::detector_plane);
}

TEST(ResolveSpacing, MagnificationWithoutCalibrationTypeLeadsToTheIsocenter) {
    const Calibration calibration = resolve_spacing({.pixel_spacing_x_mm = 0.3,
                                                     .pixel_spacing_y_mm = 0.3,
                                                     .imager_spacing_x_mm = 0.3,
                                                     .imager_spacing_y_mm = 0.3,
                                                     .magnification = 1.5});
    EXPECT_EQ(calibration.source, SpacingSource::dicom_isocenter);
    EXPECT_NEAR(calibration.mm_per_px(), 0.2, exact);
}

class UnusableValue : public testing::TestWithParam<double> {};

TEST_P(UnusableValue, CountsAsAbsentWhereverItStands) {
    const double bad = GetParam();
    SpacingAttributes a = everything();
    a.pixel_spacing_y_mm = bad;
    EXPECT_EQ(resolve_spacing(a).source, SpacingSource::dicom_object_plane);
    a.object_spacing_x_mm = bad;
    EXPECT_EQ(resolve_spacing(a).source, SpacingSource::dicom_isocenter);
    a.magnification = bad;
    EXPECT_NEAR(resolve_spacing(a).mm_per_px_x.value(), 0.30 * 750.0 / 1100.0, exact);
    a.source_to_detector_mm = bad;
    EXPECT_EQ(resolve_spacing(a).source, SpacingSource::detector_plane);
    a.imager_spacing_y_mm = bad;
    EXPECT_FALSE(resolve_spacing(a).known());
}

INSTANTIATE_TEST_SUITE_P(ZeroNegativeAndNotFinite, UnusableValue,
                         testing::Values(0.0, -0.2, std::numeric_limits<double>::infinity(),
                                         std::numeric_limits<double>::quiet_NaN()));

TEST(ResolveSpacing, PixelsThatNoDetectorHasCountAsAbsent) {
    for (const double x_mm : {1e-9, 1e9, 0.02}) {  // 0.02 is plausible alone, but not beside 0.3
        const SpacingAttributes only_detector{.imager_spacing_x_mm = x_mm, .imager_spacing_y_mm = 0.3};
        EXPECT_FALSE(resolve_spacing(only_detector).known()) << x_mm;
    }
}

TEST(ResolveSpacing, APatientBehindTheDetectorIsNoMagnification) {
    const Calibration calibration = resolve_spacing({.imager_spacing_x_mm = 0.3,
                                                     .imager_spacing_y_mm = 0.3,
                                                     .source_to_detector_mm = 700.0,
                                                     .source_to_patient_mm = 1000.0});
    EXPECT_EQ(calibration.source, SpacingSource::detector_plane);
}

TEST(ResolveSpacing, TheErrorGrowsDownTheOrder) {
    SpacingAttributes a = everything();
    const double calibrated = *resolve_spacing(a).relative_sd;
    a.pixel_spacing_calibrated = false;
    const double object_plane = *resolve_spacing(a).relative_sd;
    forget_distances(a);
    const double detector = *resolve_spacing(a).relative_sd;
    EXPECT_LT(calibrated, object_plane);
    EXPECT_LT(object_plane, detector);
    // Magnifications of 1.2 to 1.6 lie within one standard error or a little more.
    EXPECT_GT(detector, 1.0 - 1.0 / 1.2);
    EXPECT_LT(detector, 1.0 - 1.0 / 1.6);
}

TEST(Calibration, OfTheUserIsSquareAndPositive) {
    const Calibration calibration = Calibration::from_user(0.25);
    EXPECT_EQ(calibration.source, SpacingSource::user);
    EXPECT_TRUE(calibration.square());
    EXPECT_DOUBLE_EQ(calibration.mm_per_px(), 0.25);
    for (const double bad :
         {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
        EXPECT_THROW(Calibration::from_user(bad), InvalidInput);
}

TEST(Calibration, PixelsThatAreNotSquareHaveTheSideOfEqualArea) {
    const Calibration calibration{.mm_per_px_x = 0.2, .mm_per_px_y = 0.45};
    EXPECT_FALSE(calibration.square());
    EXPECT_NEAR(calibration.mm_per_px(), 0.3, exact);
}

TEST(CalibrateByRuler, IsTheDistanceOfTheMarksAndTheirError) {
    const Calibration calibration = calibrate_by_ruler({10.0, 20.0}, {40.0, 60.0}, 10.0, 0.5);
    EXPECT_EQ(calibration.source, SpacingSource::user);
    EXPECT_TRUE(calibration.square());
    EXPECT_NEAR(calibration.mm_per_px(), 0.2, exact);  // 50 pixels
    EXPECT_NEAR(calibration.relative_sd.value(), std::sqrt(2.0) * 0.5 / 50.0, exact);
}

TEST(CalibrateByRuler, KeepsTheShapeOfPixelsThatAreNotSquare) {
    const Calibration shape{.mm_per_px_x = 1.0, .mm_per_px_y = 2.0};
    for (const Point to : {Point{40.0, 0.0}, Point{0.0, 20.0}, Point{24.0, 16.0}}) {  // 40 mm of that shape
        const Calibration calibration = calibrate_by_ruler({}, to, 10.0, 1.0, shape);
        EXPECT_NEAR(calibration.mm_per_px_x.value(), 0.25, exact);
        EXPECT_NEAR(calibration.mm_per_px_y.value(), 0.5, exact);
    }
}

TEST(CalibrateByRuler, CallersMistakesAreRefused) {
    EXPECT_THROW(calibrate_by_ruler({3.0, 4.0}, {3.0, 4.0}, 10.0), InvalidInput);
    EXPECT_THROW(calibrate_by_ruler({3.0, 4.0}, no_point, 10.0), InvalidInput);
    EXPECT_THROW(calibrate_by_ruler({3.0, 4.0}, {5.0, 4.0}, 0.0), InvalidInput);
    EXPECT_THROW(calibrate_by_ruler({3.0, 4.0}, {5.0, 4.0}, 10.0, -1.0), InvalidInput);
}

TEST(Calibration, WithoutASizeThereAreNoMillimetres) {
    const Calibration unknown;
    EXPECT_THROW(unknown.mm_per_px(), InvalidInput);
    EXPECT_THROW(unknown.square(), InvalidInput);
    EXPECT_FALSE(unknown.to_mm(3.0));
    EXPECT_FALSE(unknown.to_mm(Estimate::of_length(3.0, 0.1)));
    EXPECT_NO_THROW(unknown.validate());
}

TEST(Calibration, ErrorOfTheUsersSpacingIsPartOfEveryLength) {
    const Calibration calibration = Calibration::from_user(0.2, 0.005);
    EXPECT_DOUBLE_EQ(calibration.relative_sd.value(), 0.025);
    EXPECT_FALSE(Calibration::from_user(0.2).relative_sd);
    const Estimate length = calibration.to_mm(Estimate::of_length(10.0, 0.3)).value();
    EXPECT_DOUBLE_EQ(length.value, 2.0);
    EXPECT_DOUBLE_EQ(length.sd.value(), std::hypot(0.06, 0.05));
    EXPECT_FALSE(calibration.to_mm(Estimate::of_length(10.0))->sd);
    for (const double error : {-0.001, 0.2, std::nan("")})
        EXPECT_THROW(Calibration::from_user(0.2, error), InvalidInput);
}

TEST(Calibration, RefusesWhatNoPixelIs) {
    EXPECT_NO_THROW((Calibration{.mm_per_px_x = 1.0, .mm_per_px_y = 0.1}.validate()));
    for (const double side : {0.0, -1.0, 0.099, 10.1, std::nan("")})
        EXPECT_THROW((Calibration{.mm_per_px_x = 1.0, .mm_per_px_y = side}.validate()), InvalidInput) << side;
    EXPECT_THROW((Calibration{.mm_per_px_x = 1.0, .mm_per_px_y = 1.0, .relative_sd = -0.1}.validate()),
                 InvalidInput);
    // The bound on the shape is one for files and for frames.
    EXPECT_TRUE(resolve_spacing({.object_spacing_x_mm = 1.0, .object_spacing_y_mm = 0.1}).known());
    EXPECT_FALSE(resolve_spacing({.object_spacing_x_mm = 1.0, .object_spacing_y_mm = 0.099}).known());
}

TEST(PhysicalLength, OfPixelsIsThatManyOnItsImage) {
    for (const Calibration& calibration :
         {Calibration::from_user(0.2), Calibration{}, Calibration{.uncalibrated_scale = 2.0}})
        EXPECT_NEAR(PhysicalLength::of_px(9.0, calibration).in_px(calibration), 9.0, exact);
}

TEST(PhysicalLength, IsPixelsOnlyWhereNothingIsCalibrated) {
    const PhysicalLength length{.mm = 3.0, .uncalibrated_px = 11.0};
    EXPECT_NEAR(length.in_px(Calibration::from_user(0.2)), 15.0, exact);
    EXPECT_EQ(length.in_px({}), 11.0);
}

TEST(SpacingSource, IsSpelledAsTheReportSpellsIt) {
    EXPECT_EQ(to_string(SpacingSource::none), "none");
    EXPECT_EQ(to_string(SpacingSource::user), "user");
    EXPECT_EQ(to_string(SpacingSource::catheter), "catheter");
    EXPECT_EQ(to_string(SpacingSource::dicom_pixel_spacing), "dicom_pixel_spacing");
    EXPECT_EQ(to_string(SpacingSource::dicom_object_plane), "dicom_object_plane");
    EXPECT_EQ(to_string(SpacingSource::dicom_isocenter), "dicom_isocenter");
    EXPECT_EQ(to_string(SpacingSource::detector_plane), "detector_plane");
}

}  // namespace
}  // namespace stenometry
