#include "stenometry/pipeline.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "stenometry/error.h"
#include "stenometry/evaluation.h"
#include "stenometry/interop/opencv.h"
#include "stenometry/phantom.h"

namespace stenometry {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

auto has_warning(WarningCode code) { return Contains(Field(&Warning::code, code)); }

/// Two points on the first vessel, well inside its ends.
struct TwoPoints {
    explicit TwoPoints(const phantom::Phantom& image) {
        const Polyline& line = image.vessels.front().centerline_px;
        from = line[line.size() / 8];
        to = line[line.size() - line.size() / 8];
    }
    Point from, to;
};

const phantom::Phantom& drilled() {
    static const phantom::Phantom image = [] {
        phantom::Scene scene = phantom::drilled_phantom(1.4);
        scene.quanta_per_px = 3000.0;
        return phantom::render(scene);
    }();
    return image;
}

/// Between the two points; once for all that ask something of it.
const Analysis& measured_drilled() {
    static const Analysis analysis = [] {
        const TwoPoints points(drilled());
        return measure(drilled().frame, points.from, points.to);
    }();
    return analysis;
}

const Stenosis& only_lesion(const Analysis& analysis) {
    EXPECT_THAT(analysis.vessels, SizeIs(1));
    EXPECT_THAT(analysis.vessels.at(0).stenoses, SizeIs(1));
    return analysis.vessels.at(0).stenoses.at(0);
}

TEST(Measure, GivesTheDiametersOfAnalyzeWhereBothFollowAVessel) {
    const TwoPoints points(drilled());
    const Analysis whole = analyze(drilled().frame);
    const Analysis part = measure(drilled().frame, points.from, points.to);
    ASSERT_THAT(whole.vessels, SizeIs(1));
    ASSERT_THAT(part.vessels, SizeIs(1));
    const Vessel &all = whole.vessels[0], &section = part.vessels[0];
    const Polyline &line = all.contour.centerline.points_px, &inner = section.contour.centerline.points_px;
    for (std::size_t i = 0; i < inner.size(); ++i) {
        const auto same = std::find(line.begin(), line.end(), inner[i]);
        ASSERT_NE(same, line.end());
        EXPECT_EQ(section.diameter.diameter_px[i],
                  all.diameter.diameter_px[static_cast<std::size_t>(same - line.begin())]);
    }
}

TEST(Measure, FindsTheDrilledChannelBetweenTwoPoints) {
    const Analysis& analysis = measured_drilled();
    const Stenosis& lesion = only_lesion(analysis);
    const phantom::LesionTruth& truth = drilled().vessels.front().lesions.front();
    const double mm = analysis.calibration.mm_per_px();
    // mm: what contour methods reach on drilled phantoms, 0.09 to 0.14 mm, and one sigma of the noise at this
    // dose
    EXPECT_NEAR(mm * *lesion.mld_px, truth.mld_mm, 0.2);
    EXPECT_NEAR(mm * *lesion.reference_px, truth.reference_mm, 0.15);
    EXPECT_LT(mm * distance(lesion.mld_at_px, truth.at_px), 0.6 * truth.length_mm);
}

TEST(Measure, DrilledChannelIsRoundAndInTheMiddle) {
    const LesionGeometry geometry = only_lesion(measured_drilled()).geometry;
    const double area = 100.0 * (1.0 - std::pow(1.4 / 3.0, 2));
    // points: twice the standard deviation on drilled channels, whose background is known to a tenth of what
    // a lumen of 1.4 mm takes from the beam
    EXPECT_NEAR(geometry.percent_area_stenosis_densitometric.value(), area, 10.0);
    EXPECT_GT(geometry.symmetry.value(), 0.7);  // the middle of the walls is known to 0.1 of the 0.8 mm
    EXPECT_NEAR(0.04 * geometry.plaque_area_px2.value(), 8.4 * 1.6, 2.0);  // mm2: 0.2 mm all along
    EXPECT_GT(geometry.inflow_angle_deg.value(), 15.0);  // an abrupt end, averaged over 0.6 mm
    EXPECT_GT(geometry.outflow_angle_deg.value(), 15.0);
    EXPECT_FALSE(geometry.overlap);  // nobody looked for other vessels
}

TEST(Measure, SwappedPointsGiveTheSameLesion) {
    const TwoPoints points(drilled());
    const Stenosis there = only_lesion(measured_drilled());
    const Stenosis back = only_lesion(measure(drilled().frame, points.to, points.from));
    EXPECT_NEAR(*there.percent_diameter_stenosis, *back.percent_diameter_stenosis,
                0.5);  // points
}

TEST(Measure, WithoutCalibrationGivesPercentDiameterAllTheSame) {
    const TwoPoints points(drilled());
    Frame frame = drilled().frame;
    frame.calibration = {};
    const Analysis analysis = measure(frame, points.from, points.to);
    const phantom::LesionTruth& truth = drilled().vessels.front().lesions.front();
    EXPECT_NEAR(*only_lesion(analysis).percent_diameter_stenosis, truth.percent_diameter, 8.0);
    EXPECT_THAT(analysis.warnings, has_warning(WarningCode::no_calibration));
}

/// The picture as a detector of other rows and columns would give it; its calibration stays.
Frame resized(const Frame& frame, double columns, double rows) {
    Frame other = frame;
    other.pixels =
        Image<float>(static_cast<int>(columns * frame.width()), static_cast<int>(rows * frame.height()));
    cv::Mat target = interop::as_mat(other.pixels);
    cv::resize(interop::as_mat(frame.pixels), target, target.size(), 0, 0,
               rows < 1.0 ? cv::INTER_AREA : cv::INTER_CUBIC);
    other.valid = {};
    return other;
}

TEST(Measure, PixelsThatAreNotSquareGiveTheSameMillimetres) {
    const TwoPoints points(drilled());
    const Frame& square = drilled().frame;
    Frame wide = resized(square, 1.0, 2.0);
    wide.calibration.mm_per_px_y = 0.5 * *square.calibration.mm_per_px_y;
    const auto stretched = [](Point p) { return Point{p.x, 2.0 * p.y + 0.5}; };

    const Analysis& of_square = measured_drilled();
    const Analysis of_wide = measure(wide, stretched(points.from), stretched(points.to));
    const double mm = of_square.calibration.mm_per_px(), mm_wide = of_wide.calibration.mm_per_px();
    EXPECT_NEAR(mm_wide * *only_lesion(of_wide).mld_px, mm * *only_lesion(of_square).mld_px, 0.1);
    EXPECT_DOUBLE_EQ(only_lesion(of_wide).mld_estimate_mm()->value, mm_wide * *only_lesion(of_wide).mld_px);
    EXPECT_NEAR(only_lesion(of_wide).mld_at_px.y, 2.0 * only_lesion(of_square).mld_at_px.y, 0.5 * 8.4 / 0.1);
    EXPECT_GT(of_wide.vessels[0].contour.centerline.points_px.back().y, 1.5 * points.to.y);
}

TEST(Measure, WithoutCalibrationAWideVesselIsMeasuredOnAnyMatrix) {
    const phantom::Phantom image = phantom::render(
        {.tubes = {{.centerline_mm = {{-40.0, -5.0}, {40.0, 5.0}}, .proximal_diameter_mm = 5.0}},
         .quanta_per_px = 3000.0,
         .background = 0.0});
    Frame frame = image.frame;
    frame.calibration = {};
    const TwoPoints points(image);
    const auto enlarged = [](Point p) { return Point{4.0 * p.x + 1.5, 4.0 * p.y + 1.5}; };
    const auto mean_of = [](const Analysis& analysis) {
        EXPECT_THAT(analysis.vessels, SizeIs(1));
        return analysis.vessels.at(0).statistics.mean_diameter_px.value();
    };
    const double mean_px = mean_of(measure(frame, points.from, points.to));
    const double mean_of_large_px =
        mean_of(measure(resized(frame, 4.0, 4.0), enlarged(points.from), enlarged(points.to)));
    EXPECT_NEAR(mean_px, 25.0, 0.5);                     // px; the truth to a tenth of a millimetre
    EXPECT_NEAR(0.25 * mean_of_large_px, mean_px, 0.5);  // px, the same; interpolation blurs the walls
}

/// Eight times as many pixels of a side: 2048 of 0.025 mm, which are measured two by two.
Frame magnified_drilled() {
    Frame large = resized(drilled().frame, 8.0, 8.0);
    for (std::optional<double>* mm : {&large.calibration.mm_per_px_x, &large.calibration.mm_per_px_y})
        **mm /= 8.0;
    return large;
}

Point magnified(Point p) { return {8.0 * p.x + 3.5, 8.0 * p.y + 3.5}; }

TEST(Measure, PixelsFinerThanTheirBlurGiveTheSameLengthsInTheirOwnPixels) {
    const TwoPoints points(drilled());
    const Analysis magnified_analysis =
        measure(magnified_drilled(), magnified(points.from), magnified(points.to));
    const Stenosis &of_few = only_lesion(measured_drilled()), &of_many = only_lesion(magnified_analysis);
    EXPECT_NEAR(*of_many.mld_px, 8.0 * *of_few.mld_px, 8.0 * 0.4);              // px: 0.08 mm
    EXPECT_NEAR(*of_many.reference_px, 8.0 * *of_few.reference_px, 8.0 * 0.4);  // interpolation blurs walls
    EXPECT_NEAR(of_many.length_px, 8.0 * of_few.length_px, 8.0 * 5.0);          // px: 1 mm of 8.4
    EXPECT_NEAR(of_many.mld_estimate_mm()->value, of_few.mld_estimate_mm()->value, 0.08);
    EXPECT_LT(distance(of_many.mld_at_px, magnified(of_few.mld_at_px)), 8.0 * 0.5 * 8.4 / 0.2);
    const Vessel& vessel = magnified_analysis.vessels.front();
    EXPECT_NEAR(vessel.diameter.position_px.back(), length(vessel.contour.centerline.points_px), 8.0);
    EXPECT_LT(vessel.contour.left_px.front().x, 2048.0);
    EXPECT_NEAR(*of_many.geometry.plaque_area_px2 / 64.0, *of_few.geometry.plaque_area_px2, 50.0);  // 2 mm2
}

TEST(Measure, AReferenceGivenInPixelsIsOneOfThePicture) {
    const TwoPoints points(drilled());
    Frame large = magnified_drilled();
    large.calibration = {};
    AnalysisOptions options;
    options.reference.method = ReferenceMethod::given;
    options.reference.given_px = 120.0;
    const Analysis analysis = measure(large, magnified(points.from), magnified(points.to), {}, options);
    EXPECT_DOUBLE_EQ(only_lesion(analysis).reference_px.value(), 120.0);
}

TEST(Analyze, VesselsGivenOnAFinePictureAreMeasuredInItsPixels) {
    const Frame large = magnified_drilled();
    VesselMask given = find_vessels(large);
    const Analysis analysis = analyze(large, given);
    ASSERT_THAT(analysis.vessels, SizeIs(1));
    EXPECT_EQ(analysis.mask.mask.width(), 2048);
    EXPECT_GT(dice(analysis.mask.mask, given.mask).value(), 0.98);  // its edges move by half a measured pixel
    EXPECT_NEAR(analysis.vessels[0].statistics.max_diameter_px.value(), 120.0, 8.0);  // px: 0.2 mm
}

TEST(FindVessels, PixelsThatAreNotSquareShowTheSameVessels) {
    const Frame& square = drilled().frame;
    Frame wide = resized(square, 1.0, 0.5);
    wide.calibration.mm_per_px_y = 2.0 * *square.calibration.mm_per_px_y;

    AnalysisOptions options;
    options.segment.evidence = Evidence::classical;  // knows pixels and nothing of pictures
    const VesselMask of_square = find_vessels(square, options), of_wide = find_vessels(wide, options);
    Image<std::uint8_t> halved(wide.width(), wide.height());
    cv::Mat small = interop::as_mat(halved);
    cv::resize(interop::as_mat(of_square.mask), small, small.size(), 0, 0, cv::INTER_NEAREST);
    EXPECT_FALSE(of_square.blank());
    EXPECT_GT(dice(of_wide.mask, halved).value(), 0.9);  // the walls may differ by half a row
    for (int y = 0; y < wide.height(); ++y)
        for (int x = 0; x < wide.width(); ++x)
            ASSERT_TRUE(of_wide.mask(x, y) ? of_wide.probability(x, y) >= 0.5F
                                           : of_wide.probability(x, y) <= 0.5F);
}

TEST(Frame, SizeOfAPixelIsPositiveAndNotTooOblong) {
    for (const double side_mm : {0.0, -0.2, std::numeric_limits<double>::quiet_NaN(), 2.1}) {
        Frame frame = drilled().frame;
        frame.calibration.mm_per_px_y = side_mm;
        EXPECT_THROW(analyze(frame), InvalidInput) << side_mm;
    }
}

/// A vessel of 3 mm along x with these lesions.
phantom::Phantom with_lesions(const std::vector<phantom::Lesion>& lesions) {
    phantom::Scene scene{.width_px = 380, .height_px = 120, .tubes = {phantom::straight_tube(3.0, 60.0)}};
    scene.tubes.front().lesions = lesions;
    scene.quanta_per_px = 4000.0;
    return phantom::render(scene);
}

/// The whole tube, from 2 mm behind its first point on.
Analysis measured(const phantom::Phantom& image, double from_mm, const AnalysisOptions& options = {}) {
    const Polyline& line = image.vessels.front().centerline_px;
    const auto at = static_cast<std::size_t>(from_mm / image.scene.mm_per_px);
    return measure(image.frame, line[at], line[line.size() - 15], {}, options);
}

TEST(Measure, NarrowingAtTheFirstPointIsALesionIfTheVesselBeginsThere) {
    const phantom::Phantom image =
        with_lesions({{.at_mm = 12.0, .length_mm = 16.0, .percent_diameter = 60.0}});
    const Analysis inside = measured(image, 10.0);
    EXPECT_TRUE(inside.vessels.at(0).stenoses.empty());
    EXPECT_THAT(inside.warnings, has_warning(WarningCode::narrow_origin));
    AnalysisOptions options;
    options.reference.ostial = true;
    const Analysis ostial = measured(image, 10.0, options);
    EXPECT_THAT(ostial.warnings, Not(has_warning(WarningCode::narrow_origin)));
    EXPECT_TRUE(only_lesion(ostial).ostial);
    EXPECT_NEAR(only_lesion(ostial).percent_diameter_stenosis.value(), 60.0,
                6.0);  // points, 0.2 mm of the MLD
}

TEST(Measure, WarnsOfDiffuseDiseaseOnly) {
    const phantom::Phantom focal =
        with_lesions({{.at_mm = 30.0, .length_mm = 12.0, .percent_diameter = 60.0}});
    EXPECT_THAT(measured(focal, 4.0).warnings, Not(has_warning(WarningCode::diffuse_disease)));
    std::vector<phantom::Lesion> lesions;
    for (int k = 0; k < 5; ++k)
        lesions.push_back({.at_mm = 6.0 + 12.0 * k, .length_mm = 11.9, .percent_diameter = 45.0 + 5.0 * k});
    EXPECT_THAT(measured(with_lesions(lesions), 4.0).warnings, has_warning(WarningCode::diffuse_disease));
}

TEST(Measure, ATaperingArteryHasOneStenosisFromEitherEnd) {
    phantom::Tube artery = phantom::straight_tube(3.6, 60.0);
    artery.taper_mm_per_mm = 0.03;
    artery.lesions = {{.at_mm = 24.0, .length_mm = 10.0, .percent_diameter = 50.0}};
    const phantom::Phantom image =
        phantom::render({.width_px = 380, .height_px = 120, .tubes = {artery}, .quanta_per_px = 4000.0});
    const Polyline& line = image.vessels.front().centerline_px;
    const Point proximal = line[20], distal = line[line.size() - 20];
    const Stenosis there = only_lesion(measure(image.frame, proximal, distal)),
                   back = only_lesion(measure(image.frame, distal, proximal));
    EXPECT_NEAR(*there.percent_diameter_stenosis, *back.percent_diameter_stenosis, 0.5);  // points
    EXPECT_NEAR(*there.reference_px, *back.reference_px, 0.1);
    EXPECT_NEAR(*there.percent_diameter_stenosis, 50.0, 5.0);
}

TEST(Measure, ExcludedStretchIsNoReference) {
    const phantom::Phantom image = with_lesions({{.at_mm = 30.0, .length_mm = 10.0, .percent_diameter = 50.0},
                                                 {.at_mm = 17.0,
                                                  .length_mm = 13.0,
                                                  .percent_diameter = -40.0,
                                                  .shape = phantom::LesionShape::drilled},
                                                 {.at_mm = 45.0,
                                                  .length_mm = 16.0,
                                                  .percent_diameter = -40.0,
                                                  .shape = phantom::LesionShape::drilled}});
    AnalysisOptions options;
    const auto range = [](double from, double to) { return ArcRange{{from, from}, {to, to}}; };
    options.reference.exclude = {range(5.5, 20.5), range(32.0, 50.5)};
    const Analysis analysis = measured(image, 4.0, options);
    EXPECT_NEAR(0.2 * analysis.vessels.at(0).reference.diameter_px.at(130), 3.0, 0.15);  // mm, as above
    EXPECT_GT(0.2 * measured(image, 4.0).vessels.at(0).reference.diameter_px.at(130), 3.5);
}

TEST(Measure, PointOutsideTheImageIsTheCallersMistake) {
    EXPECT_THAT(
        [] {
            measure(drilled().frame, {300.0, 10.0}, {100.0, 100.0});
        },
        ThrowsMessage<InvalidInput>(HasSubstr("from 300")));
}

TEST(Measure, PointOnNoVesselIsAResultWithAReason) {
    const Analysis analysis = measure(drilled().frame, {20.0, 20.0}, {20.0, 60.0});
    EXPECT_TRUE(analysis.vessels.empty());
    EXPECT_EQ(analysis.reason, Unmeasurable::point_off_vessel);
    EXPECT_THAT(analysis.warnings, has_warning(WarningCode::point_off_vessel));
    EXPECT_EQ(analysis.unreached, 0U);
    ASSERT_TRUE(analysis.nearest_vessel_px);
    const Analysis again = measure(drilled().frame, *analysis.nearest_vessel_px, *analysis.nearest_vessel_px);
    EXPECT_NE(again.reason, Unmeasurable::point_off_vessel) << "the place that is named lies on a vessel";
}

TEST(Measure, SaysWhichOfThePointsLiesOnNoVessel) {
    const TwoPoints points(drilled());
    const std::vector<Point> via{{20.0, 20.0}};
    const Analysis analysis = measure(drilled().frame, points.from, points.to, via);
    EXPECT_EQ(analysis.unreached, 1U);
    ASSERT_FALSE(analysis.warnings.empty());
    EXPECT_THAT(analysis.warnings.back().message, HasSubstr("(20, 20) lies on no vessel"));
}

TEST(Measure, EmptyFrameIsTheCallersMistake) {
    EXPECT_THAT(
        [] {
            measure(Frame{}, {0.0, 0.0}, {1.0, 1.0});
        },
        ThrowsMessage<InvalidInput>(HasSubstr("no pixels")));
}

class FeaturelessFrame : public ::testing::TestWithParam<int> {};

TEST_P(FeaturelessFrame, HasNoVessel) {
    Frame frame;
    frame.pixels = Image<float>(GetParam(), GetParam(), 100.0F);
    const Analysis analysis = analyze(frame);
    EXPECT_TRUE(analysis.vessels.empty());
    EXPECT_EQ(analysis.reason, Unmeasurable::no_vessel);
}

INSTANTIATE_TEST_SUITE_P(FromOnePixel, FeaturelessFrame, ::testing::Values(1, 2, 3, 7, 64, 200));

TEST(Analyze, FindsTheLesionOfACoronaryTree) {
    phantom::CoronaryOptions options;
    options.min_percent_diameter = 60.0;
    const phantom::Phantom image = phantom::render(phantom::coronary_scene(5, options));
    const phantom::LesionTruth& truth = image.vessels.front().lesions.front();
    const Analysis analysis = analyze(image.frame);
    double found = 0.0;
    for (const Vessel& vessel : analysis.vessels)
        for (const Stenosis& lesion : vessel.stenoses)
            if (distance(lesion.mld_at_px, truth.at_px) * image.scene.mm_per_px < 5.0)
                found = std::max(found, lesion.percent_diameter_stenosis.value_or(0.0));
    EXPECT_NEAR(found, truth.percent_diameter, 15.0);  // points: automatic, small dose, chest behind it
}

TEST(Analyze, CenterlineOptionsAreThoseOfMeasureToo) {
    const TwoPoints points(drilled());
    AnalysisOptions options;
    options.centerline.step_px = 2.0;
    for (const Analysis& analysis :
         {analyze(drilled().frame, options), measure(drilled().frame, points.from, points.to, {}, options)}) {
        ASSERT_FALSE(analysis.vessels.empty());
        const Polyline& line = analysis.vessels[0].contour.centerline.points_px;
        EXPECT_NEAR(length(line) / static_cast<double>(line.size() - 1), 2.0, 0.1);  // px; the rest of a step
    }
}

TEST(Analyze, WallsEncloseTheDiametersThatAreReported) {
    const phantom::Phantom image = phantom::render(phantom::coronary_scene(2));
    for (const Vessel& vessel : analyze(image.frame).vessels)
        for (std::size_t i = 0; i < vessel.diameter.diameter_px.size(); ++i) {
            const double width = distance(vessel.contour.left_px[i], vessel.contour.right_px[i]);
            if (std::isfinite(width) && std::isfinite(vessel.diameter.diameter_px[i])) {
                EXPECT_NEAR(width, vessel.diameter.diameter_px[i], 1e-6);
            }
        }
}

/// A vessel that divides in two in the middle of the picture. Diameters in mm.
phantom::Phantom fork(double mother, double main, double side) {
    const auto tube = [](Point from, Point to, double diameter) {
        return phantom::Tube{.centerline_mm = {from, to}, .proximal_diameter_mm = diameter};
    };
    phantom::Scene scene{.tubes = {tube({-38.0, 4.0}, {0.0, 0.0}, mother),
                                   tube({0.0, 0.0}, {40.0, 2.0}, main),
                                   tube({0.0, 0.0}, {24.0, 26.0}, side)}};
    scene.quanta_per_px = 4000.0;
    scene.background = 0.0;
    return phantom::render(scene);
}

TEST(Analyze, BifurcationThatObeysTheLawRaisesNoDoubt) {
    const double mother = *mother_diameter(3.2, 2.4);
    const Analysis analysis = analyze(fork(mother, 3.2, 2.4).frame);
    ASSERT_THAT(analysis.vessels, SizeIs(2));
    ASSERT_THAT(analysis.vessels[0].bifurcations, SizeIs(1));
    const Bifurcation& found = analysis.vessels[0].bifurcations[0];
    EXPECT_EQ(found.side_vessel, 1);
    EXPECT_NEAR(distance(found.at_px, {255.5, 255.5}), 0.0, 15.0);        // px, the width of the lumen
    EXPECT_NEAR(0.2 * found.proximal_diameter_px.value(), mother, 0.15);  // mm, as for any vessel
    EXPECT_NEAR(0.2 * found.distal_diameter_px.value(), 3.2, 0.15);
    EXPECT_NEAR(0.2 * found.side_diameter_px.value(), 2.4, 0.15);
    EXPECT_NEAR(found.deviation_percent.value(), 0.0, 6.0);
    EXPECT_THAT(analysis.warnings, Not(has_warning(WarningCode::bifurcation_contradicts_law)));
}

TEST(Analyze, BifurcationThatContradictsTheLawIsWarnedOf) {
    const Analysis analysis = analyze(fork(4.2, 2.6, 1.9).frame);  // 3.2 mm by the law
    ASSERT_THAT(analysis.vessels[0].bifurcations, SizeIs(1));
    EXPECT_NEAR(analysis.vessels[0].bifurcations[0].deviation_percent.value(), 31.0, 8.0);
    EXPECT_THAT(analysis.warnings, has_warning(WarningCode::bifurcation_contradicts_law));
}

TEST(Analyze, ReferenceStepsDownAtABifurcationIfAsked) {
    const double mother = *mother_diameter(3.2, 2.4);
    const phantom::Phantom image = fork(mother, 3.2, 2.4);
    AnalysisOptions options;
    options.bifurcation.step_down = true;
    const Vessel vessel = analyze(image.frame, options).vessels.at(0);
    const std::size_t at = vessel.bifurcations.at(0).index;
    EXPECT_NEAR(0.2 * vessel.reference.diameter_px.at(at - 20), mother, 0.15);  // mm
    EXPECT_NEAR(0.2 * vessel.reference.diameter_px.at(at + 20), 3.2, 0.15);
    const Vessel line = analyze(image.frame).vessels.at(0);
    EXPECT_NEAR(line.reference.diameter_px.at(at - 20), line.reference.diameter_px.at(at + 20), 1.0);  // px
}

const Stenosis& deepest_near(const Analysis& analysis, Point at) {
    const Stenosis* best = nullptr;
    for (const Vessel& vessel : analysis.vessels)
        for (const Stenosis& lesion : vessel.stenoses)
            if (distance(lesion.mld_at_px, at) < 30.0 &&
                (!best || lesion.percent_diameter_stenosis > best->percent_diameter_stenosis))
                best = &lesion;
    EXPECT_NE(best, nullptr);
    static const Stenosis none;
    return best ? *best : none;
}

TEST(Analyze, VesselThatCrossesALesionIsAnOverlap) {
    const auto overlap_at = [](double from_lesion_mm) {
        phantom::CrossingOptions options;
        options.from_lesion_mm = from_lesion_mm;
        const phantom::Phantom image = phantom::render(phantom::crossing_scene(options));
        const Analysis analysis = analyze(image.frame);
        const Stenosis& lesion = deepest_near(analysis, image.vessels[0].lesions[0].at_px);
        const bool warned = std::any_of(analysis.warnings.begin(), analysis.warnings.end(),
                                        [](const Warning& w) { return w.code == WarningCode::overlap; });
        EXPECT_EQ(warned, lesion.geometry.overlap.value_or(false)) << from_lesion_mm;
        return lesion.geometry.overlap;
    };
    EXPECT_EQ(overlap_at(4.0), true);    // the lesion is 10 mm long
    EXPECT_EQ(overlap_at(13.0), false);  // 2.5 mm of lumen from either middle, and 5 mm of lesion
}

TEST(Analyze, SideBranchBesideALesionIsNoOverlap) {
    const phantom::Phantom image = phantom::render(phantom::bifurcation_scene());
    const Analysis analysis = analyze(image.frame);
    EXPECT_EQ(deepest_near(analysis, image.vessels[0].lesions[0].at_px).geometry.overlap, false);
}

TEST(Analyze, NamesTheOptionThatIsOutOfRange) {
    AnalysisOptions options;
    options.stenosis.border_percent = 60.0;
    EXPECT_THAT([&] { analyze(drilled().frame, options); },
                ThrowsMessage<InvalidInput>(HasSubstr("border_percent")));
}

/// What an analysis of the drilled phantom tells of its progress.
struct Told {
    double fraction;
    std::string stage;
};

TEST(Progress, RisesFromNothingToTheWholeThroughStagesThatHaveNames) {
    std::vector<Told> told;
    AnalysisOptions options;
    options.progress = [&](double fraction, std::string_view stage) {
        told.push_back({fraction, std::string(stage)});
        return true;
    };
    analyze(drilled().frame, options);
    ASSERT_GE(told.size(), 6U);
    EXPECT_EQ(told.front().fraction, 0.0);
    EXPECT_EQ(told.back().fraction, 1.0);
    for (std::size_t i = 0; i < told.size(); ++i) {
        EXPECT_FALSE(told[i].stage.empty());
        EXPECT_GE(told[i].fraction, told[i == 0 ? 0 : i - 1].fraction) << told[i].stage;
    }
}

TEST(Progress, EndsTheWorkWhereTheCallerWantsNoMore) {
    AnalysisOptions options;
    int calls = 0;
    options.progress = [&](double, std::string_view) { return ++calls < 3; };
    EXPECT_THROW(analyze(drilled().frame, options), Cancelled);
    EXPECT_EQ(calls, 3);
    calls = 0;
    EXPECT_THROW(find_vessels(drilled().frame, options), Cancelled);
}

TEST(Progress, ChangesNoNumber) {
    AnalysisOptions options;
    options.progress = [](double, std::string_view) { return true; };
    const Analysis told = analyze(drilled().frame, options), silent = analyze(drilled().frame);
    ASSERT_EQ(told.vessels.size(), silent.vessels.size());
    for (std::size_t i = 0; i < told.vessels.size(); ++i)
        EXPECT_EQ(told.vessels[i].diameter.diameter_px, silent.vessels[i].diameter.diameter_px);
}

}  // namespace
}  // namespace stenometry
