#include "stenometry/external_mask.h"

#include <gmock/gmock.h>

#include <limits>
#include <opencv2/imgproc.hpp>

#include "stenometry/error.h"
#include "stenometry/interop/opencv.h"
#include "stenometry/phantom.h"
#include "stenometry/pipeline.h"
#include "support/drawn_vessels.h"

namespace stenometry {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

Frame frame_of(int width, int height) {
    Frame frame;
    frame.pixels = Image<float>(width, height, 100.0F);
    return frame;
}

template <class T>
Image<T> row(const std::vector<T>& values) {
    Image<T> image(static_cast<int>(values.size()), 1);
    std::copy(values.begin(), values.end(), image.row(0));
    return image;
}
Image<float> probabilities(const std::vector<float>& values) { return row(values); }

template <class T>
std::vector<T> values(const Image<T>& row) {
    return {row.row(0), row.row(0) + row.width()};
}

TEST(ExternalMask, MaskAloneIsCertain) {
    const VesselMask vessels = external_mask(frame_of(3, 1), row<std::uint8_t>({0, 1, 255}));
    EXPECT_EQ(values(vessels.mask), (std::vector<std::uint8_t>{0, 255, 255}));
    EXPECT_EQ(values(vessels.probability), (std::vector<float>{0.0F, 1.0F, 1.0F}));
    EXPECT_EQ(values(vessels.catheter), (std::vector<std::uint8_t>{0, 0, 0}));
}

TEST(ExternalMask, ProbabilityAloneIsVesselAboveOneHalf) {
    const VesselMask vessels = external_mask(frame_of(4, 1), {}, probabilities({0.0F, 0.5F, 0.51F, 1.0F}));
    EXPECT_EQ(values(vessels.mask), (std::vector<std::uint8_t>{0, 0, 255, 255}));
    EXPECT_EQ(values(vessels.probability), (std::vector<float>{0.0F, 0.5F, 0.51F, 1.0F}));
}

TEST(ExternalMask, BesideAProbabilityTheMaskDecides) {
    const VesselMask vessels = external_mask(frame_of(4, 1), row<std::uint8_t>({0, 255, 0, 255}),
                                             probabilities({0.25F, 0.25F, 1.0F, 1.0F}));
    EXPECT_EQ(values(vessels.mask), (std::vector<std::uint8_t>{0, 255, 0, 255}));
    EXPECT_EQ(values(vessels.probability), (std::vector<float>{0.125F, 0.625F, 0.5F, 1.0F}));
}

TEST(ExternalMask, DoesNotShareThePixelsThatItWasMadeOf) {
    Image<float> probability = probabilities({0.0F, 1.0F});
    const VesselMask vessels = external_mask(frame_of(2, 1), {}, probability);
    probability(0, 0) = 1.0F;
    EXPECT_EQ(vessels.probability(0, 0), 0.0F);
}

TEST(ExternalMask, WrongSizeIsNamedWithBothSizes) {
    EXPECT_THAT(
        [] { external_mask(frame_of(40, 30), Image<std::uint8_t>(30, 40)); },
        ThrowsMessage<InvalidInput>(AllOf(HasSubstr("mask"), HasSubstr("30 x 40"), HasSubstr("40 x 30"))));
    EXPECT_THAT([] { external_mask(frame_of(40, 30), {}, Image<float>(40, 31)); },
                ThrowsMessage<InvalidInput>(AllOf(HasSubstr("probability"), HasSubstr("40 x 31"))));
}

TEST(ExternalMask, WhatIsNoProbabilityIsNamed) {
    for (const float value : {-0.1F, 1.5F, std::numeric_limits<float>::quiet_NaN()})
        EXPECT_THAT(
            [&] {
                external_mask(frame_of(2, 1), {}, probabilities({0.0F, value}));
            },
            ThrowsMessage<InvalidInput>(AllOf(HasSubstr("0..1"), HasSubstr("1,0"))));
    EXPECT_THAT([] { external_mask(frame_of(2, 1), {}); }, ThrowsMessage<InvalidInput>(HasSubstr("neither")));
}

TEST(ExternalMask, ResponseOfAMaskRunsInItsMiddleAndKnowsItsWidth) {
    const drawn::Vessel straight{.curve = drawn::line({0.0, 40.0}, {159.0, 40.0}), .radius_px = 4.0};
    const VesselMask vessels = drawn::mask(160, 80, {straight});
    const Vesselness response = compute_vesselness(vessels, {});
    const Centerline line = trace_centerline(response, {20.0, 42.0}, {140.0, 38.0});
    ASSERT_EQ(line.reason, Unmeasurable::none);
    EXPECT_LT(drawn::worst_distance(line.points_px, straight.curve), 0.2);  // px, of a grid of pixels
    // The chord through a cylinder answers best at 0.42 times its diameter; a strip is a little wider than
    // that.
    EXPECT_NEAR(static_cast<double>(response.scale_px(80, 40)), 0.42 * 8.0, 2.0);
    EXPECT_LT(response.response(80, 75), 1e-5F);  // what rounding leaves
}

TEST(ExternalMask, ImagesOfSeveralSizesAreRefused) {
    VesselMask vessels = drawn::mask(16, 8, {});
    EXPECT_THAT([&] { compute_vesselness(vessels, Image<std::uint8_t>(8, 8)); },
                ThrowsMessage<InvalidInput>(HasSubstr("8 x 8")));
    EXPECT_THAT([] { compute_vesselness(VesselMask{}, {}); },
                ThrowsMessage<InvalidInput>(HasSubstr("no pixels")));
}

/// Two vessels of 3 mm with lesions of 60 and of 40 %, one above the other and both aslant, as no collimator
/// is; 0.2 mm per pixel.
const phantom::Phantom& two_vessels() {
    static const phantom::Phantom image = [] {
        phantom::Scene scene{.width_px = 320, .height_px = 200};
        for (const double y : {-10.0, 10.0}) {
            phantom::Tube tube{.centerline_mm = {{-28.0, y - 4.0}, {28.0, y + 4.0}},
                               .proximal_diameter_mm = 3.0};
            tube.lesions = {{.at_mm = 28.0, .length_mm = 10.0, .percent_diameter = y < 0.0 ? 60.0 : 40.0}};
            scene.tubes.push_back(tube);
        }
        scene.quanta_per_px = 4000.0;
        return phantom::render(scene);
    }();
    return image;
}

/// 255 on one of them: what a segmentation that missed the other would say.
Image<std::uint8_t> mask_of(std::size_t vessel) {
    const phantom::Phantom& image = two_vessels();
    const auto [width, height] = std::pair(image.frame.width(), image.frame.height());
    return drawn::mask(width, height, {{.curve = image.vessels[vessel].centerline_px, .radius_px = 7.0}})
        .mask;
}

TEST(AnalyzeWithMask, MeasuresWhatTheMaskHoldsInTheUntouchedFrame) {
    const Frame& frame = two_vessels().frame;
    for (const std::size_t vessel : {0U, 1U}) {
        const Analysis analysis = analyze(frame, external_mask(frame, mask_of(vessel)));
        ASSERT_THAT(analysis.vessels, SizeIs(1));
        ASSERT_THAT(analysis.vessels[0].stenoses, SizeIs(1));
        const Stenosis& lesion = analysis.vessels[0].stenoses[0];
        const phantom::LesionTruth& truth = two_vessels().vessels[vessel].lesions[0];
        // The mask is 2.8 mm wide all along: its own width would say that there is no lesion. Points: as
        // where the library finds the vessels itself.
        EXPECT_NEAR(lesion.percent_diameter_stenosis.value(), truth.percent_diameter, 8.0);
        EXPECT_LT(0.2 * distance(lesion.mld_at_px, truth.at_px), 3.0);  // mm
    }
}

TEST(AnalyzeWithMask, MaskWithoutVesselIsNothingToMeasure) {
    const Frame& frame = two_vessels().frame;
    const VesselMask none = external_mask(frame, Image<std::uint8_t>(frame.width(), frame.height()));
    const Analysis analysis = analyze(frame, none);
    EXPECT_THAT(analysis.vessels, IsEmpty());
    EXPECT_EQ(analysis.reason, Unmeasurable::no_vessel);
    EXPECT_EQ(measure(frame, none, {20.0, 50.0}, {300.0, 50.0}).reason, Unmeasurable::no_vessel);
}

TEST(AnalyzeWithMask, WhatTheDetectorDidNotSeeIsNoVessel) {
    Frame frame = two_vessels().frame;
    frame.valid = Image<std::uint8_t>(frame.width(), frame.height(), 255);
    for (int y = 0; y < frame.height() / 2; ++y) std::fill_n(frame.valid.row(y), frame.width(), 0);
    EXPECT_EQ(analyze(frame, external_mask(frame, mask_of(0))).reason, Unmeasurable::no_vessel);
    EXPECT_THAT(analyze(frame, external_mask(frame, mask_of(1))).vessels, SizeIs(1));
}

TEST(AnalyzeWithMask, MaskFollowsAFrameWhosePixelsAreMadeSquare) {
    const Frame& square = two_vessels().frame;
    Frame tall = square;
    tall.pixels = Image<float>(square.width(), 2 * square.height());
    cv::Mat target = interop::as_mat(tall.pixels);
    cv::resize(interop::as_mat(square.pixels), target, target.size(), 0, 0, cv::INTER_CUBIC);
    tall.calibration.mm_per_px_y = 0.5 * *square.calibration.mm_per_px_y;
    Image<std::uint8_t> mask(tall.width(), tall.height());
    cv::Mat stretched = interop::as_mat(mask);
    const Image<std::uint8_t> drawn = mask_of(0);
    cv::resize(interop::as_mat(drawn), stretched, stretched.size(), 0, 0, cv::INTER_NEAREST);

    const Analysis analysis = analyze(tall, external_mask(tall, mask));
    ASSERT_THAT(analysis.vessels, SizeIs(1));
    ASSERT_THAT(analysis.vessels[0].stenoses, SizeIs(1));
    const Stenosis& lesion = analysis.vessels[0].stenoses[0];
    EXPECT_NEAR(lesion.percent_diameter_stenosis.value(), 60.0, 8.0);  // points, as above
    EXPECT_NEAR(lesion.mld_at_px.y, 2.0 * two_vessels().vessels[0].lesions[0].at_px.y, 3.0);  // px
    EXPECT_TRUE(same_size(analysis.mask.mask, tall.pixels));
}

TEST(AnalyzeWithMask, MaskOfAnotherSizeIsTheCallersMistake) {
    const Frame& frame = two_vessels().frame;
    const VesselMask small = external_mask(frame_of(32, 20), Image<std::uint8_t>(32, 20));
    EXPECT_THAT([&] { analyze(frame, small); },
                ThrowsMessage<InvalidInput>(AllOf(HasSubstr("32 x 20"), HasSubstr("320 x 200"))));
    EXPECT_THAT(
        [&] {
            measure(frame, small, {20.0, 50.0}, {300.0, 50.0});
        },
        ThrowsMessage<InvalidInput>(HasSubstr("32 x 20")));
}

TEST(MeasureWithMask, PathFollowsTheProbabilityAndNotThePicture) {
    const Frame& frame = two_vessels().frame;
    const VesselMask first = external_mask(frame, mask_of(0));
    const auto end_of = [](std::size_t vessel, bool last) {
        const Polyline& line = two_vessels().vessels[vessel].centerline_px;
        return last ? line[line.size() - 10] : line[10];
    };
    const Analysis along = measure(frame, first, end_of(0, false), end_of(0, true));
    ASSERT_THAT(along.vessels, SizeIs(1));
    ASSERT_THAT(along.vessels[0].stenoses, SizeIs(1));
    EXPECT_NEAR(along.vessels[0].stenoses[0].percent_diameter_stenosis.value(), 60.0,
                8.0);  // points, as above
    // The other vessel is in the picture, but the mask does not know it.
    EXPECT_EQ(measure(frame, first, end_of(1, false), end_of(1, true)).reason,
              Unmeasurable::point_off_vessel);
    EXPECT_EQ(measure(frame, end_of(1, false), end_of(1, true)).reason, Unmeasurable::none);
}

}  // namespace
}  // namespace stenometry
