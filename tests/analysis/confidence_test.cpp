#include "analysis/confidence.h"

#include <gmock/gmock.h>

#include "stenometry/phantom.h"
#include "stenometry/pipeline.h"
#include "support/analysis_example.h"

namespace stenometry {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing_examples::example_stenosis;
using testing_examples::example_vessel;
using testing_examples::VesselExample;

VesselMask certain_mask() {
    return {.mask = Image<std::uint8_t>(120, 80, 255), .probability = Image<float>(120, 80, 0.9F)};
}

/// How sure it is of the lesion of the example vessel, after `change` has changed both.
template <class Change>
double confidence_after(Change change, const VesselMask& mask = certain_mask()) {
    Vessel vessel = example_vessel();
    Stenosis lesion = example_stenosis();
    change(vessel, lesion);
    return confidence_of(terms_of(lesion, vessel, mask));
}

double usual() {
    return confidence_after([](Vessel&, Stenosis&) {});
}

void scale(Vessel& vessel, Stenosis& lesion, double factor) {
    for (std::vector<double>* values : {&vessel.diameter.position_px, &vessel.diameter.diameter_px,
                                        &vessel.diameter.sd_px, &vessel.reference.diameter_px})
        for (double& value : *values) value *= factor;
    *lesion.reference_px *= factor;
    *lesion.mld_px *= factor;
}

TEST(Confidence, IsMoreInALargerVessel) {
    EXPECT_GT(confidence_after([](Vessel& v, Stenosis& s) { scale(v, s, 2.0); }), usual());
}

TEST(Confidence, IsLessNearTheEndOfTheVessel) {
    EXPECT_LT(
        confidence_after([](Vessel& vessel, Stenosis& lesion) {
            const auto end = static_cast<std::ptrdiff_t>(lesion.distal_index + 3);
            vessel.contour.centerline.points_px.resize(lesion.distal_index + 3);
            for (std::vector<double>* values : {&vessel.diameter.position_px, &vessel.diameter.diameter_px,
                                                &vessel.diameter.sd_px, &vessel.reference.diameter_px})
                values->erase(values->begin() + end, values->end());
        }),
        usual());
}

TEST(Confidence, IsLessWhereNothingElseIsHealthy) {
    EXPECT_LT(confidence_after([](Vessel& vessel, Stenosis&) {
                  for (double& diameter : vessel.diameter.diameter_px) diameter = std::min(diameter, 8.0);
              }),
              usual());
}

TEST(Confidence, IsLessWhereTheNarrowingMayBeNoise) {
    EXPECT_LT(confidence_after([](Vessel&, Stenosis& s) { s.percent_diameter_stenosis_sd = 20.0; }), usual());
}

TEST(Confidence, IsLessWhereDarknessDeniesTheNarrowing) {
    const auto with_area = [](double percent) {
        return confidence_after(
            [percent](Vessel&, Stenosis& s) { s.geometry.percent_area_stenosis_densitometric = percent; });
    };
    EXPECT_LT(with_area(0.0), with_area(75.0)) << "a lumen of half the width has a quarter of the area";
}

TEST(Confidence, IsLessWhereTheVesselIsFaint) {
    VesselMask faint = certain_mask();
    faint.probability = Image<float>(120, 80, 0.5F);
    EXPECT_LT(confidence_after([](Vessel&, Stenosis&) {}, faint), usual());
}

TEST(Confidence, HasAnAnswerWhereTheLumenIsClosedOrNotSeen) {
    const double confidence = confidence_after([](Vessel& vessel, Stenosis& lesion) {
        for (std::size_t i = lesion.proximal_index; i <= lesion.distal_index; ++i)
            vessel.diameter.diameter_px[i] = std::numeric_limits<double>::quiet_NaN();
        lesion.mld_px.reset();
        lesion.percent_diameter_stenosis.reset();
        lesion.percent_diameter_stenosis_sd.reset();
    });
    EXPECT_GT(confidence, 0.0);
    EXPECT_LT(confidence, 1.0);
}

const phantom::Phantom& noise_free() {
    static const phantom::Phantom image = phantom::render(phantom::drilled_phantom(1.4));
    return image;
}

std::size_t lesion_count(const Analysis& analysis) {
    std::size_t count = 0;
    for (const Vessel& vessel : analysis.vessels)
        count += lesions(vessel).size();
    return count;
}

TEST(Analyze, IsSureOfADrilledChannel) {
    const Analysis analysis = analyze(noise_free().frame);
    ASSERT_THAT(analysis.vessels, SizeIs(1));
    ASSERT_THAT(analysis.vessels[0].stenoses, SizeIs(1));
    EXPECT_TRUE(analysis.vessels[0].stenoses[0].is_lesion);
    EXPECT_GT(analysis.vessels[0].stenoses[0].confidence, 0.5);
}

TEST(Analyze, KeepsANarrowingThatDoesNotCount) {
    AnalysisOptions options;
    options.stenosis.min_confidence = 1.0;
    const Analysis unsure = analyze(noise_free().frame, options);
    EXPECT_EQ(lesion_count(unsure), 0U);
    EXPECT_THAT(unsure.vessels.at(0).stenoses, SizeIs(1));

    options.stenosis.min_confidence = 0.0;
    EXPECT_EQ(lesion_count(analyze(noise_free().frame, options)), 1U);
    options.stenosis.min_reference.mm = 3.5;  // the lumen has 3 mm
    EXPECT_EQ(lesion_count(analyze(noise_free().frame, options)), 0U);
}

}  // namespace
}  // namespace stenometry
