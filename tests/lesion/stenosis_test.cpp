#include "stenometry/stenosis.h"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <limits>
#include <sstream>

#include "stenometry/error.h"

namespace stenometry {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const Calibration fifth_of_mm = Calibration::from_user(0.2);

/// A straight vessel of 60 mm with a reference of 3 mm, and its lesions.
std::vector<Stenosis> lesions_of(const std::function<double(double)>& diameter_mm,
                                 const StenosisOptions& options = {}, bool ostial = false,
                                 double sd_px = 0.25) {
    VesselContour contour;
    DiameterProfile profile;
    ReferenceProfile reference;
    for (int i = 0; i <= 600; ++i) {
        contour.centerline.points_px.push_back({10.0 + 0.5 * i, 20.0});
        profile.position_px.push_back(0.5 * i);
        profile.diameter_px.push_back(diameter_mm(0.1 * i) / 0.2);
        profile.sd_px.push_back(sd_px);
        reference.diameter_px.push_back(15.0);
        reference.sd_px.push_back(0.1);
    }
    reference.ostial = ostial;
    return find_stenoses(contour, profile, reference, fifth_of_mm, options);
}

double with_cosine(double s, double at, double length, double percent) {
    const double u = (s - at) / length;
    return std::abs(u) < 0.5 ? 1.0 - 0.01 * percent * (0.5 + 0.5 * std::cos(2.0 * M_PI * u)) : 1.0;
}

class CosineLesion : public ::testing::TestWithParam<double> {};

TEST_P(CosineLesion, HasItsDepthPlaceAndLength) {
    const double percent = GetParam(), length = 12.0;
    const auto found = lesions_of([&](double s) { return 3.0 * with_cosine(s, 25.0, length, percent); });
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NEAR(found[0].mld_at_px.x, 10.0 + 25.0 / 0.2, 0.5);  // px, one sample
    EXPECT_NEAR(*found[0].percent_diameter_stenosis, percent,
                1.0);  // a bowl of the fourth order is not quite a cosine
    EXPECT_NEAR(*found[0].percent_area_stenosis_circular,
                100.0 * (1.0 - std::pow(1.0 - *found[0].percent_diameter_stenosis / 100.0, 2)), 1e-9);
    // The narrowing is 5 % where 0.5 + 0.5 cos(2 pi u) = 5 / percent.
    const double border = length * std::acos(10.0 / percent - 1.0) / (2.0 * M_PI);
    EXPECT_NEAR(0.2 * found[0].length_px, 2.0 * border, 0.05);  // mm
}

INSTANTIATE_TEST_SUITE_P(FromMildToSevere, CosineLesion, ::testing::Values(25.0, 40.0, 60.0, 75.0, 90.0));

TEST(Stenosis, DrilledChannelHasTheDiameterOfItsBore) {
    const auto found = lesions_of([](double s) { return s > 20.0 && s < 28.4 ? 1.0 : 3.0; });
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NEAR(0.2 * *found[0].mld_px, 1.0, 1e-6);
    EXPECT_NEAR(0.2 * found[0].length_px, 8.4, 0.2);  // mm, two samples
}

TEST(Stenosis, HealthyVesselHasNone) {
    EXPECT_TRUE(lesions_of([](double s) { return 3.0 + 0.1 * std::sin(s); }).empty());
}

TEST(Stenosis, EctasiaIsNone) {
    EXPECT_TRUE(lesions_of([](double s) { return 3.0 * with_cosine(s, 25.0, 12.0, -40.0); }).empty());
}

TEST(Stenosis, TwoNarrowingsWithARecoveryBetweenThemAreTwoLesions) {
    const auto found = lesions_of(
        [](double s) { return 3.0 * with_cosine(s, 20.0, 10.0, 60.0) * with_cosine(s, 30.0, 10.0, 45.0); });
    ASSERT_EQ(found.size(), 2U);
    EXPECT_LT(found[0].mld_at_px.x, found[1].mld_at_px.x);
    EXPECT_LE(found[0].distal_index, found[1].proximal_index);
}

TEST(Stenosis, WavyBottomIsOneLesion) {
    const auto found =
        lesions_of([](double s) { return s > 20.0 && s < 30.0 ? 1.2 + 0.1 * std::sin(3.0 * s) : 3.0; });
    EXPECT_EQ(found.size(), 1U);
}

TEST(Stenosis, ContrastThatEndsAndBeginsAgainIsATotalOcclusionAndNotANumber) {
    const auto found = lesions_of(
        [](double s) { return s > 20.0 && s < 26.0 ? std::numeric_limits<double>::quiet_NaN() : 3.0; });
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].total_occlusion);
    EXPECT_EQ(found[0].reason, Unmeasurable::total_occlusion);
    EXPECT_FALSE(found[0].percent_diameter_stenosis.has_value());
    EXPECT_FALSE(found[0].mld_px.has_value());
    EXPECT_NEAR(0.2 * found[0].length_px, 6.0, 0.3);  // mm
    ASSERT_TRUE(found[0].gap.has_value());
    EXPECT_NEAR(0.2 * found[0].gap->length_px, 6.0, 0.3);  // mm
    EXPECT_NEAR(found[0].gap->stump_at_px.x, 10.0 + 20.0 / 0.2, 1.0);
    EXPECT_NEAR(0.2 * found[0].gap->filling_diameter_px, 3.0, 1e-9);
}

TEST(Stenosis, LumenThatIsSeenHasNoGap) {
    const auto found = lesions_of([](double s) { return 3.0 * with_cosine(s, 25.0, 12.0, 60.0); });
    ASSERT_EQ(found.size(), 1U);
    EXPECT_FALSE(found[0].gap.has_value());
}

TEST(Stenosis, VesselThatIsLostAtItsEndIsNoOcclusion) {
    EXPECT_TRUE(lesions_of([](double s) {
                    return s > 50.0 ? std::numeric_limits<double>::quiet_NaN() : 3.0;
                }).empty());
}

TEST(Stenosis, NarrowingThatReachesTheFirstPointIsALesionOfAnOriginOnly) {
    const auto diameter = [](double s) { return 3.0 * with_cosine(s, 1.0, 12.0, 60.0); };
    EXPECT_TRUE(lesions_of(diameter).empty());
    const auto found = lesions_of(diameter, {}, true);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].ostial);
    EXPECT_EQ(found[0].proximal_index, 0U);
    EXPECT_NEAR(*found[0].percent_diameter_stenosis, 60.0, 1.0);  // as for every cosine
}

TEST(Stenosis, NarrowDistalEndIsNoLesionOfAnOriginEither) {
    EXPECT_TRUE(
        lesions_of([](double s) { return 3.0 * with_cosine(s, 59.0, 12.0, 60.0); }, {}, true).empty());
}

TEST(Stenosis, LesionThatBeginsWithTheVesselIsFlagged) {
    const auto at = [](double mm) {
        return lesions_of([mm](double s) { return 3.0 * with_cosine(s, mm, 12.0, 60.0); });
    };
    EXPECT_TRUE(at(4.5).at(0).ostial);  // 12 % at the first point, more than half recovered
    EXPECT_FALSE(at(20.0).at(0).ostial);
}

TEST(Stenosis, MilderOnesThanAskedForAreLeftOut) {
    const auto diameter = [](double s) { return 3.0 * with_cosine(s, 25.0, 12.0, 40.0); };
    EXPECT_EQ(lesions_of(diameter, {.min_percent_diameter = 50.0}).size(), 0U);
    EXPECT_EQ(lesions_of(diameter, {.min_percent_diameter = 30.0}).size(), 1U);
}

/// A bore of 30 % whose diameter is known to 3 px of 15: 30 +- 20 %.
std::vector<Stenosis> uncertain_lesions(const StenosisOptions& options) {
    return lesions_of([](double s) { return s > 20.0 && s < 30.0 ? 2.1 : 3.0; }, options, false, 3.0);
}

TEST(Stenosis, NarrowingWithinItsOwnErrorIsNone) {
    EXPECT_TRUE(uncertain_lesions({}).empty());
    const auto found = uncertain_lesions({.min_standard_errors = 1.0});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NEAR(*found[0].percent_diameter_stenosis_sd, 20.0,
                0.5);  // % of the reference, whose own error adds
}

TEST(Stenosis, LumenOfLessThanItsOwnErrorIsAReasonAndNotANumber) {
    const auto nearly_closed = [](double s) { return s > 20.0 && s < 30.0 ? 0.1 : 3.0; };  // 0.5 px
    const auto seen = lesions_of(nearly_closed, {}, false, 0.25);
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_NEAR(*seen[0].mld_px, 0.5, 1e-6);
    const auto unseen = lesions_of(nearly_closed, {}, false, 1.0);
    ASSERT_EQ(unseen.size(), 1U);
    EXPECT_EQ(unseen[0].reason, Unmeasurable::lumen_not_seen);
    EXPECT_FALSE(unseen[0].total_occlusion);
    for (const std::optional<double>& number :
         {unseen[0].mld_px, unseen[0].mld_sd_px, unseen[0].percent_diameter_stenosis,
          unseen[0].percent_area_stenosis_circular})
        EXPECT_EQ(number, std::nullopt);
    EXPECT_TRUE(unseen[0].reference_px);
}

TEST(Stenosis, WhatIsReportedIsAsDeepAsAskedFor) {
    // One sample of a ripple is 21 % narrower, the throat around it 19 %.
    const auto rippled = [](double s) {
        return s > 20.0 && s < 30.0 ? 3.0 * (0.81 - (std::abs(s - 25.0) < 0.05 ? 0.02 : 0.0)) : 3.0;
    };
    for (const Stenosis& stenosis : lesions_of(rippled)) EXPECT_GE(*stenosis.percent_diameter_stenosis, 20.0);
}

TEST(Stenosis, SwappingTheEndsOfTheVesselSwapsTheBordersOnly) {
    const auto diameter = [](double s) { return 3.0 * with_cosine(s, 25.0, 12.0, 55.0); };
    const auto there = lesions_of(diameter);
    const auto back = lesions_of([&](double s) { return diameter(60.0 - s); });
    ASSERT_EQ(there.size(), 1U);
    ASSERT_EQ(back.size(), 1U);
    EXPECT_NEAR(*there[0].percent_diameter_stenosis, *back[0].percent_diameter_stenosis, 1e-6);
    EXPECT_NEAR(there[0].length_px, back[0].length_px, 1e-6);
    EXPECT_EQ(there[0].proximal_index, 600U - back[0].distal_index);
}

TEST(Stenosis, ProfilesOfOtherLengthsAreTheCallersMistake) {
    VesselContour contour;
    contour.centerline.points_px = {{0.0, 0.0}, {1.0, 0.0}};
    EXPECT_THAT([&] { find_stenoses(contour, {}, {}, fifth_of_mm); },
                ThrowsMessage<InvalidInput>(HasSubstr("the centerline has 2 points")));
}

TEST(Stenosis, AnswersInMillimetresWithTheErrorOfTheCalibration) {
    Stenosis stenosis{.mld_px = 6.0,
                      .mld_sd_px = 0.3,
                      .reference_px = 12.0,
                      .reference_sd_px = 0.1,
                      .length_px = 28.0,
                      .percent_diameter_stenosis = 50.0,
                      .percent_diameter_stenosis_sd = 5.0};
    EXPECT_FALSE(stenosis.mld_estimate_mm());  // the size of a pixel is unknown
    EXPECT_FALSE(stenosis.length_mm());
    EXPECT_DOUBLE_EQ(stenosis.mld_estimate_px()->interval95()->high, 6.0 + 1.959963984540054 * 0.3);

    stenosis.calibration = Calibration::from_user(0.25, 0.01);  // 4 %
    EXPECT_DOUBLE_EQ(stenosis.mld_estimate_mm()->value, 1.5);
    EXPECT_DOUBLE_EQ(stenosis.mld_estimate_mm()->sd.value(), std::hypot(0.25 * 0.3, 0.04 * 1.5));
    EXPECT_DOUBLE_EQ(stenosis.reference_estimate_mm()->value, 3.0);
    EXPECT_DOUBLE_EQ(stenosis.length_mm().value(), 7.0);
    // Neither percentages nor what is likely of them depend on the size of a pixel.
    EXPECT_DOUBLE_EQ(stenosis.percent_diameter_stenosis_estimate()->sd.value(), 5.0);
    EXPECT_DOUBLE_EQ(stenosis.probability_at_least(50.0).value(), 0.5);
    EXPECT_FALSE(Stenosis{}.probability_at_least(50.0));
}

TEST(Stenosis, KnowsItsNumberAndTheCalibrationOfItsImage) {
    const auto found = lesions_of(
        [](double s) { return 3.0 * with_cosine(s, 15.0, 10.0, 60.0) * with_cosine(s, 40.0, 10.0, 45.0); });
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].id, 0);
    EXPECT_EQ(found[1].id, 1);
    EXPECT_DOUBLE_EQ(found[1].mld_estimate_mm()->value, 0.2 * *found[1].mld_px);
}

TEST(Stenosis, ReadsInMillimetresOrElseInPixels) {
    const auto line = [](const Stenosis& stenosis) {
        std::ostringstream out;
        out << stenosis;
        return out.str();
    };
    Stenosis stenosis{.mld_at_px = {60.0, 40.0},
                      .mld_px = 6.0,
                      .mld_sd_px = 0.3,
                      .reference_px = 12.0,
                      .length_px = 28.0,
                      .percent_diameter_stenosis = 50.0,
                      .percent_diameter_stenosis_sd = 5.0};
    EXPECT_EQ(
        line(stenosis),
        "at (60.0, 40.0) px: 50 %DS (95 %: 40 to 60), MLD 6.0 px (95 %: 5.4 to 6.6), reference 12.0 px, "
        "length 28.0 px");
    stenosis.calibration = Calibration::from_user(0.25);
    EXPECT_EQ(
        line(stenosis),
        "at (60.0, 40.0) px: 50 %DS (95 %: 40 to 60), MLD 1.50 mm (95 %: 1.35 to 1.65), reference 3.00 mm, "
        "length 7.0 mm");
    const Stenosis occluded{.reference_px = 12.0, .length_px = 28.0, .reason = Unmeasurable::total_occlusion};
    EXPECT_THAT(line(occluded), ::testing::AllOf(HasSubstr("no lumen"), HasSubstr("length 28.0 px")));
}

}  // namespace
}  // namespace stenometry
