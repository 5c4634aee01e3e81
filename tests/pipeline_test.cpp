#include "stenometry/pipeline.h"

#include <gmock/gmock.h>

#include <cmath>
#include <opencv2/imgproc.hpp>

#include "stenometry/error.h"
#include "stenometry/interop/opencv.h"
#include "stenometry/phantom.h"

namespace stenometry {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

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

const Stenosis& only_lesion(const Analysis& analysis) {
    EXPECT_THAT(analysis.vessels, SizeIs(1));
    EXPECT_THAT(analysis.vessels.at(0).stenoses, SizeIs(1));
    return analysis.vessels.at(0).stenoses.at(0);
}

TEST(Measure, FindsTheDrilledChannelBetweenTwoPoints) {
    const TwoPoints points(drilled());
    const Analysis analysis = measure(drilled().frame, points.from, points.to);
    const Stenosis& lesion = only_lesion(analysis);
    const phantom::LesionTruth& truth = drilled().vessels.front().lesions.front();
    const double mm = analysis.calibration.mm_per_px();
    // mm: what contour methods reach on drilled phantoms, 0.09 to 0.14 mm, and one sigma of the noise at this
    // dose
    EXPECT_NEAR(mm * *lesion.mld_px, truth.mld_mm, 0.2);
    EXPECT_NEAR(mm * *lesion.reference_px, truth.reference_mm, 0.15);
    EXPECT_LT(mm * distance(lesion.mld_at_px, truth.at_px), 0.6 * truth.length_mm);
}

TEST(Measure, SwappedPointsGiveTheSameLesion) {
    const TwoPoints points(drilled());
    const Stenosis there = only_lesion(measure(drilled().frame, points.from, points.to));
    const Stenosis back = only_lesion(measure(drilled().frame, points.to, points.from));
    EXPECT_NEAR(*there.percent_diameter, *back.percent_diameter,
                3.0);  // points: the path is sampled from the other end
}

TEST(Measure, WithoutCalibrationGivesPercentDiameterAllTheSame) {
    const TwoPoints points(drilled());
    Frame frame = drilled().frame;
    frame.calibration = {};
    const Analysis analysis = measure(frame, points.from, points.to);
    const phantom::LesionTruth& truth = drilled().vessels.front().lesions.front();
    EXPECT_NEAR(*only_lesion(analysis).percent_diameter, truth.percent_diameter, 8.0);
    EXPECT_THAT(analysis.warnings, ::testing::Contains(::testing::Field(&Warning::code, "no_calibration")));
}

TEST(Measure, PixelsThatAreNotSquareGiveTheSameMillimetres) {
    const TwoPoints points(drilled());
    const Frame& square = drilled().frame;
    Frame wide = square;
    wide.pixels = Image<float>(square.width(), square.height() * 2);
    cv::Mat target = interop::as_mat(wide.pixels);
    cv::resize(interop::as_mat(square.pixels), target, target.size(), 0, 0, cv::INTER_CUBIC);
    wide.valid = {};
    wide.calibration.mm_per_px_y = 0.5 * *square.calibration.mm_per_px_y;
    const auto stretched = [](Point p) { return Point{p.x, 2.0 * p.y + 0.5}; };

    const Analysis of_square = measure(square, points.from, points.to);
    const Analysis of_wide = measure(wide, stretched(points.from), stretched(points.to));
    const double mm = of_square.calibration.mm_per_px(), mm_wide = of_wide.calibration.mm_per_px();
    EXPECT_NEAR(mm_wide * *only_lesion(of_wide).mld_px, mm * *only_lesion(of_square).mld_px, 0.1);
    EXPECT_NEAR(only_lesion(of_wide).mld_at_px.y, 2.0 * only_lesion(of_square).mld_at_px.y, 0.5 * 8.4 / 0.1);
    EXPECT_GT(of_wide.vessels[0].contour.centerline.points_px.back().y, 1.5 * points.to.y);
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
    EXPECT_NE(analysis.reason, Unmeasurable::none);
    EXPECT_THAT(analysis.warnings, ::testing::Not(::testing::IsEmpty()));
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
                found = std::max(found, lesion.percent_diameter.value_or(0.0));
    EXPECT_NEAR(found, truth.percent_diameter, 15.0);  // points: automatic, small dose, chest behind it
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

TEST(Analyze, NamesTheOptionThatIsOutOfRange) {
    AnalysisOptions options;
    options.stenosis.border_percent = 60.0;
    EXPECT_THAT([&] { analyze(drilled().frame, options); },
                ThrowsMessage<InvalidInput>(HasSubstr("border_percent")));
}

}  // namespace
}  // namespace stenometry
