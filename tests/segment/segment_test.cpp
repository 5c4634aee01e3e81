#include "stenometry/segment.h"

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "core/distance.h"
#include "stenometry/error.h"
#include "stenometry/interop/opencv.h"
#include "stenometry/phantom.h"
#include "stenometry/valid_region.h"
#include "stenometry/vessel_tree.h"
#include "support/real_angiograms.h"
#include "tree/thinning.h"

namespace stenometry {
namespace {

using interop::as_mat;
using phantom::Phantom;
using phantom::Scene;
using phantom::Tube;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// A frame of 51 mm with vessels of contrast medium over a flat background.
Scene scene_of(std::vector<Tube> tubes) {
    return {.width_px = 256,
            .height_px = 256,
            .tubes = std::move(tubes),
            .quanta_per_px = 1500.0,
            .background = 0.0,
            .display = phantom::Display::raw};
}

VesselMask segment_frame(const Frame& frame, const SegmentOptions& options = {}) {
    const EnhancedFrame enhanced = enhance(find_valid_region(frame));
    return segment(enhanced, compute_vesselness(enhanced), options);
}

VesselMask segment_scene(const Scene& scene) { return segment_frame(phantom::render(scene).frame); }

int count(const cv::Mat& mask) { return cv::countNonZero(mask); }

double dice(const cv::Mat& a, const cv::Mat& b) { return 2.0 * count(a & b) / double(count(a) + count(b)); }

int parts(const Image<std::uint8_t>& mask) {
    cv::Mat labels;
    return cv::connectedComponents(as_mat(mask), labels, 8) - 1;
}

/// Mean width of the mask over the middle half of a straight tube through the middle of the image.
double mean_width_px(const cv::Mat& mask, double angle_deg, double length_px) {
    const double angle = angle_deg * std::numbers::pi / 180;
    int pixels = 0;
    for (int y = 0; y < mask.rows; ++y)
        for (int x = 0; x < mask.cols; ++x) {
            const double along =
                (x - (mask.cols - 1) / 2.0) * std::cos(angle) + (y - (mask.rows - 1) / 2.0) * std::sin(angle);
            pixels += mask.at<std::uint8_t>(y, x) && std::abs(along) < length_px / 4;
        }
    return pixels / (length_px / 2);
}

struct Lumen {
    double diameter_mm;
    double angle_deg;
};

class StraightLumen : public testing::TestWithParam<Lumen> {};

TEST_P(StraightLumen, IsCoveredUpToItsEdge) {
    constexpr double length_mm = 36.0;
    const Lumen lumen = GetParam();
    const Scene scene = scene_of({phantom::straight_tube(lumen.diameter_mm, length_mm, lumen.angle_deg)});
    const VesselMask found = segment_scene(scene);
    const double width_px = mean_width_px(as_mat(found.mask), lumen.angle_deg, length_mm / scene.mm_per_px);
    // Half a pixel at each of the two edges: the grid.
    EXPECT_NEAR(width_px, lumen.diameter_mm / scene.mm_per_px, 1.0);
    EXPECT_EQ(parts(found.mask), 1);
}

INSTANTIATE_TEST_SUITE_P(DiametersAndAngles, StraightLumen,
                         testing::Values(Lumen{1.2, 0.0}, Lumen{1.2, 30.0}, Lumen{2.0, 0.0}, Lumen{2.0, 45.0},
                                         Lumen{2.0, 77.0}, Lumen{3.0, 0.0}, Lumen{3.0, 20.0},
                                         Lumen{3.0, 90.0}, Lumen{3.0, 135.0}, Lumen{4.0, 10.0},
                                         Lumen{4.0, 60.0}));

/// The frame of `scene` by a detector with finer pixels and the same dose; sides are no multiple of anything.
Scene on_finer_detector(Scene scene, double mm_per_px) {
    const double finer = scene.mm_per_px / mm_per_px;
    scene.width_px = static_cast<int>(scene.width_px * finer) + 3;
    scene.height_px = static_cast<int>(scene.height_px * finer) + 1;
    scene.quanta_per_px /= finer * finer;
    scene.mm_per_px = mm_per_px;
    return scene;
}

class FineDetector : public testing::TestWithParam<double> {};

TEST_P(FineDetector, ShowsTheSameLumen) {
    constexpr double length_mm = 36.0, diameter_mm = 2.5, angle_deg = 25.0;
    const Scene scene =
        on_finer_detector(scene_of({phantom::straight_tube(diameter_mm, length_mm, angle_deg)}), GetParam());
    const VesselMask found = segment_scene(scene);
    const double width_mm =
        mean_width_px(as_mat(found.mask), angle_deg, length_mm / scene.mm_per_px) * scene.mm_per_px;
    EXPECT_NEAR(width_mm, diameter_mm, 0.2);  // half a pixel of the usual detector at each edge
    EXPECT_EQ(parts(found.mask), 1);
}

TEST_P(FineDetector, ShowsNoVesselInNoise) {
    EXPECT_EQ(count(as_mat(segment_scene(on_finer_detector(scene_of({}), GetParam())).mask)), 0);
}

TEST_P(FineDetector, ShowsTheSameMiddle) {
    const Scene scene = on_finer_detector(scene_of({phantom::straight_tube(2.5, 36.0, 25.0)}), GetParam());
    const EnhancedFrame enhanced = enhance(find_valid_region(phantom::render(scene).frame));
    const Vesselness vesselness = compute_vesselness(enhanced);
    const VesselTree tree = build_vessel_tree(segment(enhanced, vesselness), vesselness);
    ASSERT_EQ(tree.branches.size(), 1u);
    const double angle = 25.0 * std::numbers::pi / 180;
    for (const Point p : tree.branches[0].points_px) {
        const double x = p.x - (scene.width_px - 1) / 2.0, y = p.y - (scene.height_px - 1) / 2.0;
        if (std::abs(x * std::cos(angle) + y * std::sin(angle)) * scene.mm_per_px > 15.0)
            continue;  // the ends
        // A quarter of a pixel of the usual detector.
        EXPECT_NEAR((y * std::cos(angle) - x * std::sin(angle)) * scene.mm_per_px, 0.0, 0.05);
    }
}

INSTANTIATE_TEST_SUITE_P(PixelsInMm, FineDetector, testing::Values(0.2, 0.14, 0.1, 0.05));

TEST(Segment, ProbabilityGrowsWithContrast) {
    double last = 0;
    for (const double attenuation_per_mm : {0.01, 0.02, 0.04, 0.08}) {
        Scene scene = scene_of({phantom::straight_tube(2.0, 36.0, 30.0)});
        scene.attenuation_per_mm = attenuation_per_mm;
        const Phantom image = phantom::render(scene);
        const double mean = cv::mean(as_mat(segment_frame(image.frame).probability), as_mat(image.mask))[0];
        EXPECT_GT(mean, last) << attenuation_per_mm;
        last = mean;
    }
    EXPECT_GT(last, 0.8);  // experts do not agree on the outermost pixels
}

TEST(Segment, ProbabilityIsAboveOneHalfExactlyOnTheMask) {
    const VesselMask found = segment_scene(scene_of({phantom::straight_tube(3.0, 36.0, 20.0)}));
    const cv::Mat likely = as_mat(found.probability) > 0.5;
    EXPECT_EQ(count(likely != as_mat(found.mask)), 0);
    double least = 0, most = 0;
    cv::minMaxLoc(as_mat(found.probability), &least, &most);
    EXPECT_GE(least, 0.0);
    EXPECT_LE(most, 1.0);
}

class VesselFreeFrame : public testing::TestWithParam<std::uint64_t> {};

TEST_P(VesselFreeFrame, HasAnEmptyMask) {
    Scene scene = scene_of({});
    scene.seed = GetParam();
    EXPECT_EQ(count(as_mat(segment_scene(scene).mask)), 0);
}

INSTANTIATE_TEST_SUITE_P(Noise, VesselFreeFrame, testing::Range(std::uint64_t{1}, std::uint64_t{7}));

class FlatFrame : public testing::TestWithParam<int> {};

TEST_P(FlatFrame, HasAnEmptyMaskAndProbability) {
    for (const float level : {0.0F, 1000.0F}) {
        Frame frame;
        frame.pixels = Image<float>(GetParam(), GetParam(), level);
        const VesselMask found = segment_frame(frame);
        EXPECT_EQ(count(as_mat(found.mask)), 0);
        EXPECT_EQ(count(as_mat(found.probability)), 0);
        EXPECT_EQ(count(as_mat(found.catheter)), 0);
    }
}

INSTANTIATE_TEST_SUITE_P(Sizes, FlatFrame, testing::Values(1, 2, 7, 64));

/// The two halves of a straight vessel with a gap in the contrast between them.
std::vector<Tube> interrupted_vessel(double gap_mm) {
    constexpr double half_mm = 18.0;
    const double away = (half_mm + gap_mm) / 2;
    return {phantom::straight_tube(2.4, half_mm, 30.0, {-away * std::cos(std::numbers::pi / 6), -away * 0.5}),
            phantom::straight_tube(2.4, half_mm, 30.0, {away * std::cos(std::numbers::pi / 6), away * 0.5})};
}

TEST(Segment, KeepsBothPiecesOfAnInterruptedVessel) {
    const Phantom image = phantom::render(scene_of(interrupted_vessel(4.4)));  // 2 mm between the round ends
    // Longer than one piece, shorter than both: they count as one vessel.
    SegmentOptions options;
    options.min_length.mm = 25.0;
    const VesselMask found = segment_frame(image.frame, options);
    EXPECT_GE(count(as_mat(found.mask) & as_mat(image.mask)), 0.9 * count(as_mat(image.mask)));
    options.max_gap.mm = 0.0;
    EXPECT_EQ(count(as_mat(segment_frame(image.frame, options).mask)), 0);
}

/// Part of the catheter's middle line, outside of the lumens, that the mask takes for a vessel.
double catheter_share(const Phantom& image) {
    const Image<std::uint8_t> line = thin(image.catheter, distance_to_background(image.catheter));
    const cv::Mat outside = as_mat(line) & ~as_mat(image.mask);
    return count(outside & as_mat(segment_frame(image.frame).mask)) / double(count(outside));
}

TEST(Segment, TakesHardlyAnyCatheterForAVessel) {
    double sum = 0;
    constexpr int scenes = 6;
    for (std::uint64_t seed = 1; seed <= scenes; ++seed)
        for (const auto artery : {phantom::CoronaryArtery::left, phantom::CoronaryArtery::right})
            sum += catheter_share(phantom::render(phantom::coronary_scene(seed, {.artery = artery})));
    EXPECT_LE(sum / (2 * scenes), 0.1);  // of its length
}

class TightStenosis : public testing::TestWithParam<double> {};

TEST_P(TightStenosis, BelongsToItsVessel) {
    Tube tube = phantom::straight_tube(3.0, 30.0, GetParam());
    tube.lesions = {
        {.at_mm = 15.0, .length_mm = 8.0, .percent_diameter = 83.0, .shape = phantom::LesionShape::drilled}};
    const Phantom image = phantom::render(scene_of({tube}));
    EXPECT_EQ(parts(segment_frame(image.frame).mask), 1);
}

INSTANTIATE_TEST_SUITE_P(Angles, TightStenosis, testing::Values(0.0, 20.0, 45.0, 100.0, 160.0));

TEST(Segment, DropsWhatIsShorterThanAsked) {
    const Phantom image = phantom::render(scene_of({phantom::straight_tube(2.4, 18.0, 30.0)}));
    SegmentOptions options;
    EXPECT_GT(count(as_mat(segment_frame(image.frame, options).mask)), 0);
    options.min_length.mm = 25.0;
    EXPECT_EQ(count(as_mat(segment_frame(image.frame, options).mask)), 0);
}

/// A bend with a side branch, as no symmetry of the grid leaves it unchanged.
Scene forked_vessel() {
    Tube main = phantom::straight_tube(3.0, 34.0, 15.0);
    Tube side{.centerline_mm = {{0.0, 0.0}, {5.0, 6.0}, {7.0, 16.0}}, .proximal_diameter_mm = 2.0};
    return scene_of({main, side});
}

TEST(Segment, FollowsTheImageWhenItIsFlippedOrTurned) {
    const Frame upright = phantom::render(forked_vessel()).frame;
    const cv::Mat expected = as_mat(segment_frame(upright).mask).clone();
    const auto changed = [&](const auto& change) {
        cv::Mat pixels, mask;
        change(as_mat(upright.pixels), pixels);
        change(expected, mask);
        Frame frame = upright;
        frame.pixels = interop::from_mat<float>(pixels);
        return dice(as_mat(segment_frame(frame).mask), mask);
    };
    // Sampling and ties at pixel centres differ, which moves single pixels of the edge: 1 % of the mask.
    EXPECT_GT(changed([](const cv::Mat& from, cv::Mat& to) { cv::flip(from, to, 0); }), 0.99);
    EXPECT_GT(changed([](const cv::Mat& from, cv::Mat& to) { cv::flip(from, to, 1); }), 0.99);
    EXPECT_GT(
        changed([](const cv::Mat& from, cv::Mat& to) { cv::rotate(from, to, cv::ROTATE_90_CLOCKWISE); }),
        0.99);
}

TEST(Segment, CoversBothBranchesOfABifurcation) {
    const Phantom image = phantom::render(forked_vessel());
    const VesselMask found = segment_frame(image.frame);
    EXPECT_GT(dice(as_mat(found.mask), as_mat(image.mask)), 0.9);
    EXPECT_EQ(parts(found.mask), 1);
}

TEST(Segment, GivesTheSameBytesEveryTime) {
    const Frame frame = phantom::render(forked_vessel()).frame;
    const VesselMask first = segment_frame(frame);
    const VesselMask second = segment_frame(frame);
    EXPECT_EQ(count(as_mat(first.mask) != as_mat(second.mask)), 0);
    EXPECT_EQ(count(as_mat(first.probability) != as_mat(second.probability)), 0);
}

class FieldStop : public testing::TestWithParam<phantom::FieldStop> {};

TEST_P(FieldStop, IsNoVessel) {
    Scene scene = scene_of({});
    scene.field_stop = GetParam();
    EXPECT_EQ(count(as_mat(segment_scene(scene).mask)), 0);
    scene.tubes = {phantom::straight_tube(3.0, 30.0, 20.0)};
    const Phantom image = phantom::render(scene);
    EXPECT_GT(dice(as_mat(segment_frame(image.frame).mask), as_mat(image.mask)), 0.9);
}

INSTANTIATE_TEST_SUITE_P(Shapes, FieldStop,
                         testing::Values(phantom::FieldStop::blades, phantom::FieldStop::circle));

/// A guide catheter of 6 French from the upper border to the mouth of an artery.
Scene engaged_artery() {
    Tube artery{.centerline_mm = {{-8.0, -8.0}, {0.0, -3.0}, {6.0, 4.0}, {9.0, 18.0}},
                .proximal_diameter_mm = 3.6};
    Scene scene = scene_of({artery});
    scene.catheter.emplace();
    scene.catheter->centerline_mm = {{-13.0, -30.0}, {-12.0, -18.0}, {-8.0, -8.0}};
    return scene;
}

TEST(Segment, LeavesTheCatheterOutUnlessAskedToKeepIt) {
    const Phantom image = phantom::render(engaged_artery());
    const cv::Mat catheter = as_mat(image.catheter) & ~as_mat(image.mask);
    const cv::Mat artery = as_mat(image.mask) & ~as_mat(image.catheter);
    const VesselMask found = segment_frame(image.frame);
    EXPECT_LT(count(as_mat(found.mask) & catheter), 0.2 * count(catheter));
    EXPECT_GT(count(as_mat(found.catheter) & catheter), 0.7 * count(catheter));
    EXPECT_GT(count(as_mat(found.mask) & artery), 0.85 * count(artery));
    SegmentOptions options;
    options.keep_catheter = true;
    const VesselMask kept = segment_frame(image.frame, options);
    EXPECT_GT(count(as_mat(kept.mask) & catheter), 0.8 * count(catheter));
    // What follows the mask knows that it is a vessel there.
    EXPECT_TRUE(kept.keep_catheter);
    EXPECT_FALSE(found.keep_catheter);
}

TEST(Segment, TakesNoVesselForACatheter) {
    // Leaves the field below, as distal vessels do, and one that runs through the whole field.
    Tube distal{.centerline_mm = {{-15.0, -12.0}, {0.0, 0.0}, {8.0, 30.0}},
                .proximal_diameter_mm = 3.0,
                .taper_mm_per_mm = 0.03};
    for (const Tube& tube : {distal, phantom::straight_tube(2.0, 80.0, 70.0)})
        EXPECT_EQ(count(as_mat(segment_scene(scene_of({tube})).catheter)), 0);
}

TEST(Segment, SaysWhichOptionIsWrong) {
    const EnhancedFrame frame = enhance(phantom::render(scene_of({})).frame);
    const Vesselness vesselness = compute_vesselness(frame);
    const auto run = [&](const SegmentOptions& options) {
        return [&, options] { segment(frame, vesselness, options); };
    };
    EXPECT_THAT(run({.low_probability = -0.1}),
                ThrowsMessage<InvalidInput>(HasSubstr("segment.low_probability")));
    EXPECT_THAT(run({.high_probability = 0.1}),
                ThrowsMessage<InvalidInput>(HasSubstr("segment.high_probability")));
    EXPECT_THAT(run({.min_length = {.mm = -1.0, .uncalibrated_px = 1.0}}),
                ThrowsMessage<InvalidInput>(HasSubstr("segment.min_length")));
    EXPECT_THAT(run({.max_gap = {.mm = 1.0, .uncalibrated_px = std::nan("")}}),
                ThrowsMessage<InvalidInput>(HasSubstr("segment.max_gap")));
}

/// The same everywhere: arteries as likely as told, nothing else but background.
LearnedProbabilities even_evidence(int width, int height, float artery) {
    return {.artery = Image<float>(width, height, artery),
            .catheter = Image<float>(width, height),
            .device = Image<float>(width, height),
            .background = Image<float>(width, height, 1.0F - artery)};
}

/// Learned evidence that is sure of what it is told, and as sure that there is nothing else.
LearnedProbabilities sure_of(const Image<std::uint8_t>& arteries) {
    LearnedProbabilities learned = even_evidence(arteries.width(), arteries.height(), 0.001F);
    as_mat(learned.artery).setTo(0.999F, as_mat(arteries));
    return learned;
}

TEST(SegmentByLearnedEvidence, LeavesOutTheVesselThatTheNetworkDoesNotSee) {
    const Tube seen = phantom::straight_tube(2.5, 36.0, 20.0);
    Tube unseen = seen;
    for (Point& p : unseen.centerline_mm) p.y += 12.0;
    const cv::Mat alone = as_mat(segment_scene(scene_of({seen})).mask).clone();
    const EnhancedFrame frame = enhance(phantom::render(scene_of({seen, unseen})).frame);
    const Vesselness vesselness = compute_vesselness(frame);
    const LearnedProbabilities learned = sure_of(interop::from_mat<std::uint8_t>(alone));
    EXPECT_LT(dice(as_mat(segment(frame, vesselness).mask), alone), 0.7);
    for (const Evidence evidence : {Evidence::learned, Evidence::fused})
        EXPECT_GT(dice(as_mat(segment(frame, vesselness, learned, {.evidence = evidence}).mask), alone), 0.9)
            << to_string(evidence);
}

TEST(SegmentByLearnedEvidence, OfNoUseChangesNothing) {
    // Nearly even odds add nothing to the others but halve their logarithm: the same ridges at other
    // thresholds.
    const EnhancedFrame frame =
        enhance(phantom::render(scene_of({phantom::straight_tube(2.5, 36.0, 20.0)})).frame);
    const Vesselness vesselness = compute_vesselness(frame);
    const LearnedProbabilities undecided = even_evidence(frame.valid.width(), frame.valid.height(), 0.501F);
    const auto halved = [](double p) { return std::sqrt(p) / (std::sqrt(p) + std::sqrt(1 - p)); };
    SegmentOptions options;
    const VesselMask classical = segment(frame, vesselness, undecided, options);
    options.evidence = Evidence::fused;
    options.low_probability = halved(options.low_probability);
    options.high_probability = halved(options.high_probability);
    EXPECT_GT(dice(as_mat(segment(frame, vesselness, undecided, options).mask), as_mat(classical.mask)), 0.9);
}

TEST(SegmentByLearnedEvidence, IsLookedAtOnTheGridOfVessels) {
    const Scene scene = on_finer_detector(scene_of({phantom::straight_tube(2.5, 36.0, 20.0)}), 0.09);
    const EnhancedFrame frame = enhance(phantom::render(scene).frame);
    const Vesselness vesselness = compute_vesselness(frame);
    const VesselMask classical = segment(frame, vesselness);
    const VesselMask learned =
        segment(frame, vesselness, sure_of(classical.mask), {.evidence = Evidence::learned});
    EXPECT_GT(dice(as_mat(learned.mask), as_mat(classical.mask)), 0.9);
}

TEST(SegmentByLearnedEvidence, CallsNothingAnArteryWhereTheNetworkSeesNone) {
    const EnhancedFrame frame =
        enhance(phantom::render(scene_of({phantom::straight_tube(2.5, 36.0, 20.0)})).frame);
    const Vesselness vesselness = compute_vesselness(frame);
    const LearnedProbabilities none = even_evidence(frame.valid.width(), frame.valid.height(), 0.2F);
    EXPECT_FALSE(segment(frame, vesselness, none).blank());  // classical evidence alone
    EXPECT_TRUE(segment(frame, vesselness, none, {.evidence = Evidence::fused}).blank());
}

TEST(SegmentByLearnedEvidence, TellsCatheterFromArteryAlongARidge) {
    const Phantom image = phantom::render(engaged_artery());
    const cv::Mat catheter = as_mat(image.catheter) & ~as_mat(image.mask);
    LearnedProbabilities learned = sure_of(image.mask);
    as_mat(learned.artery).setTo(0.3F, catheter);  // as an artery at single places
    as_mat(learned.catheter).setTo(0.6F, catheter);
    const EnhancedFrame frame = enhance(image.frame);
    const VesselMask found =
        segment(frame, compute_vesselness(frame), learned, {.evidence = Evidence::fused});
    EXPECT_LT(count(as_mat(found.mask) & catheter), 0.1 * count(catheter));
    EXPECT_GT(count(as_mat(found.catheter) & catheter), 0.7 * count(catheter));
    EXPECT_GT(count(as_mat(found.mask) & as_mat(image.mask)), 0.85 * count(as_mat(image.mask)));
}

TEST(SegmentByLearnedEvidence, WithoutItIsRefused) {
    const EnhancedFrame frame = enhance(phantom::render(scene_of({})).frame);
    const Vesselness vesselness = compute_vesselness(frame);
    const auto run = [&](const LearnedProbabilities& learned) {
        return [&, learned] { segment(frame, vesselness, learned, {.evidence = Evidence::fused}); };
    };
    EXPECT_THAT(run({}), ThrowsMessage<InvalidInput>(HasSubstr("segment.evidence is fused")));
    EXPECT_THAT(run({.artery = Image<float>(9, 9)}),
                ThrowsMessage<InvalidInput>(HasSubstr("the learned evidence")));
    EXPECT_THROW(segment(frame, vesselness, {.evidence = Evidence::learned}), InvalidInput);
    for (const float no_probability : {-0.1F, 1.5F, std::numeric_limits<float>::quiet_NaN()})
        EXPECT_THAT(run(even_evidence(frame.valid.width(), frame.valid.height(), no_probability)),
                    ThrowsMessage<InvalidInput>(HasSubstr("no probability")));
    const LearnedProbabilities sure = even_evidence(frame.valid.width(), frame.valid.height(), 1.0F);
    EXPECT_NO_THROW(segment(frame, vesselness, sure, {.evidence = Evidence::fused}));
}

TEST(Segment, RejectsImagesOfDifferentSize) {
    const EnhancedFrame frame = enhance(phantom::render(scene_of({})).frame);
    Vesselness vesselness = compute_vesselness(frame);
    vesselness.response = Image<float>(10, 10);
    EXPECT_THROW(segment(frame, vesselness), InvalidInput);
}

TEST(Segment, RejectsPixelsThatAreNoNumbers) {
    EnhancedFrame frame = enhance(phantom::render(scene_of({})).frame);
    const Vesselness vesselness = compute_vesselness(frame);
    frame.attenuation(7, 9) = std::numeric_limits<float>::quiet_NaN();
    EXPECT_THROW(segment(frame, vesselness), InvalidInput);
}

TEST(SegmentOfRealAngiograms, AgreesWithTheExpert) {
    SKIP_WITHOUT_ANGIOGRAMS();
    double sum = 0;
    for (int n = 1; n <= 40; ++n) {
        const std::string base = (test::data_folder() / "dca1_train" / std::to_string(n)).string();
        const Frame frame = io::read_image(base + ".png");
        sum += dice(as_mat(segment_frame(frame).mask), test::drawn_vessels_of(base + "_gt.png"));
    }
    EXPECT_GT(sum / 40, 0.70);
}

}  // namespace
}  // namespace stenometry
