#include "stenometry/cine_lesions.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

#include "stenometry/error.h"
#include "stenometry/phantom.h"
#include "stenometry/pipeline.h"

namespace stenometry {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

/// The filled frames of a cine of a beating heart with one lesion, as `analyze` sees them.
struct BeatingHeart {
    explicit BeatingHeart(std::uint32_t seed) {
        phantom::CoronaryOptions options;
        options.size_px = 384;
        options.mm_per_px = 0.33;
        const phantom::Scene scene = phantom::coronary_scene(seed, options);
        for (int i = 8; i < 15; ++i) {
            const phantom::Phantom image = phantom::render_frame(scene, {}, i);
            for (const phantom::VesselTruth& vessel : image.vessels)
                for (const phantom::LesionTruth& lesion : vessel.lesions) truth = lesion.percent_diameter;
            frames.push_back(analyze(image.frame));
            lesions.add(i, frames.back());
        }
    }
    std::vector<Analysis> frames;
    CineLesions lesions;
    double truth = 0.0;
};

double squared_error(const Estimate& measured, double truth) { return std::pow(measured.value - truth, 2); }

TEST(CineLesions, AreMoreExactThanTheirFrames) {
    double single = 0.0, cine = 0.0;
    for (const std::uint32_t seed : {104U, 105U, 106U}) {
        const BeatingHeart heart(seed);
        const std::vector<CineLesion> lesions = heart.lesions.find();
        ASSERT_FALSE(lesions.empty());
        const CineLesion& lesion = lesions.front();
        EXPECT_GT(lesion.seen(), 0.6);
        EXPECT_TRUE(lesion.percent_diameter_stenosis->interval95()->contains(heart.truth));
        double of_frames = 0.0;
        int count = 0;
        for (const LesionSighting& sighting : lesion.sightings)
            if (sighting.is_lesion)
                of_frames += squared_error(*sighting.percent_diameter_stenosis, heart.truth), ++count;
        single += of_frames / count;
        cine += squared_error(*lesion.percent_diameter_stenosis, heart.truth);
    }
    EXPECT_LT(std::sqrt(cine / single), 0.7);
}

/// A vessel of 3 mm along a bent line, 0.25 mm a pixel, with a narrowing where there is one.
struct BentVessel {
    Point shift;
    std::optional<double> percent;  ///< of the narrowing in its middle
    bool is_lesion = true;
};

Analysis analysis_of(const BentVessel& drawn) {
    Vessel vessel;
    for (int i = 0; i <= 300; ++i) {
        const double x = i;
        vessel.contour.centerline.points_px.push_back(drawn.shift +
                                                      Point{x, 60.0 + 40.0 * std::sin(x / 60.0)});
        const bool is_narrow = std::abs(i - 150) <= 12;
        vessel.diameter.diameter_px.push_back(
            12.0 * (1.0 - (is_narrow ? drawn.percent.value_or(0.0) : 0.0) / 100.0));
        vessel.diameter.sd_px.push_back(0.2);
        vessel.reference.diameter_px.push_back(12.0);
        vessel.reference.sd_px.push_back(0.1);
    }
    if (drawn.percent)
        vessel.stenoses.push_back({.mld_index = 150,
                                   .mld_at_px = vessel.contour.centerline.points_px[150],
                                   .mld_px = 12.0 * (1.0 - *drawn.percent / 100.0),
                                   .mld_sd_px = 0.2,
                                   .length_px = 24.0,
                                   .percent_diameter_stenosis = drawn.percent,
                                   .percent_diameter_stenosis_sd = 2.0,
                                   .confidence = 0.8,
                                   .is_lesion = drawn.is_lesion});
    Analysis analysis;
    analysis.calibration = Calibration::from_user(0.25);
    analysis.vessels.push_back(std::move(vessel));
    return analysis;
}

TEST(CineLesions, AreOneLesionWhereverTheHeartMovesIt) {
    CineLesions cine;
    cine.add(3, analysis_of({.shift = {50, 50}, .percent = 48.0}));
    cine.add(4, analysis_of({.shift = {62, 41}, .percent = 53.0}));
    cine.add(7, analysis_of({.shift = {80, 60}, .percent = 50.0}));
    const std::vector<CineLesion> lesions = cine.find();
    ASSERT_THAT(lesions, SizeIs(1));
    EXPECT_THAT(lesions[0].sightings, SizeIs(3));
    EXPECT_EQ(lesions[0].sightings[2].frame, 7);
    EXPECT_EQ(lesions[0].seen(), 1.0);
    EXPECT_EQ(lesions[0].percent_diameter_stenosis->value, 50.0);
    EXPECT_NEAR(lesions[0].mld_mm->value, 1.5, 1e-9);
    EXPECT_EQ(lesions[0].confidence, 0.8);
}

TEST(CineLesions, OfOneFrameAreMarkedAndMeasuredInTheOthers) {
    CineLesions cine;
    cine.add(0, analysis_of({.shift = {50, 50}}));
    cine.add(1, analysis_of({.shift = {55, 50}, .percent = 60.0}));
    cine.add(2, analysis_of({.shift = {60, 52}, .percent = 15.0, .is_lesion = false}));
    const std::vector<CineLesion> lesions = cine.find();
    ASSERT_THAT(lesions, SizeIs(1));
    EXPECT_TRUE(lesions[0].in_single_frame());
    ASSERT_THAT(lesions[0].sightings, SizeIs(3));
    EXPECT_FALSE(lesions[0].sightings[0].stenosis);
    EXPECT_EQ(lesions[0].sightings[0].percent_diameter_stenosis->value, 0.0);
    EXPECT_EQ(lesions[0].sightings[2].stenosis, 0U);
    EXPECT_EQ(lesions[0].percent_diameter_stenosis->value, 15.0) << "the median of all three";
}

TEST(CineLesions, AreNotSoughtWhereTheVesselIsNot) {
    CineLesions cine;
    cine.add(0, analysis_of({.shift = {50, 50}, .percent = 60.0}));
    cine.add(1, Analysis{});
    ASSERT_THAT(cine.find(), SizeIs(1));
    EXPECT_THAT(cine.find()[0].sightings, SizeIs(1));
}

TEST(CineLesions, AreLessSureWhereFramesShareAnError) {
    CineLesions cine;
    for (int i = 0; i < 30; ++i) cine.add(i, analysis_of({.shift = {50, 50}, .percent = 50.0}));
    // All frames say the same, and each is sure to 2 %: what is left may be an error of all.
    EXPECT_NEAR(cine.find()[0].percent_diameter_stenosis->sd.value(), 2.0, 1e-9);
}

TEST(CineLesions, FramesOutOfOrderAreTheCallersMistake) {
    CineLesions cine;
    cine.add(4, analysis_of({}));
    EXPECT_THAT([&] { cine.add(4, analysis_of({})); }, ThrowsMessage<InvalidInput>(HasSubstr("frame 4")));
}

TEST(CineLesions, OptionsOutOfRangeAreNamed) {
    CineLesionOptions options;
    options.tolerance.mm = 0.0;
    EXPECT_THAT([&] { CineLesions cine(options); }, ThrowsMessage<InvalidInput>(HasSubstr("cine.tolerance")));
}

}  // namespace
}  // namespace stenometry
