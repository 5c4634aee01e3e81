#include "stenometry/reference.h"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <random>

#include "stenometry/error.h"

namespace stenometry {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const Calibration calibration = Calibration::from_user(0.2);

/// A vessel of 60 mm at 0.2 mm per pixel whose diameter in mm is a function of the position in mm.
DiameterProfile vessel(const std::function<double(double)>& diameter_mm, double noise_mm = 0.0) {
    std::mt19937_64 random(7);
    std::normal_distribution<double> normal(0.0, noise_mm > 0.0 ? noise_mm : 1.0);
    DiameterProfile profile;
    for (int i = 0; i <= 600; ++i) {
        const double noise = noise_mm > 0.0 ? normal(random) : 0.0;
        profile.position_px.push_back(0.5 * i);
        profile.diameter_px.push_back((diameter_mm(0.1 * i) + noise) / 0.2);
        profile.sd_px.push_back(noise_mm / 0.2);
    }
    return profile;
}

double healthy(double s) { return 3.2 - 0.015 * s; }

double cosine_dip(double s, double at, double length) {
    const double u = (s - at) / length;
    return std::abs(u) < 0.5 ? 0.5 + 0.5 * std::cos(2.0 * M_PI * u) : 0.0;
}

void expect_healthy(const ReferenceProfile& reference, double tolerance_mm) {
    ASSERT_EQ(reference.reason, Unmeasurable::none);
    ASSERT_EQ(reference.diameter_px.size(), 601U);
    for (int i = 0; i <= 600; ++i)
        EXPECT_NEAR(0.2 * reference.diameter_px[static_cast<std::size_t>(i)], healthy(0.1 * i), tolerance_mm)
            << i;
}

TEST(Reference, IsTheTaperOfAHealthyVessel) {
    expect_healthy(estimate_reference(vessel(healthy), calibration), 0.01);
}

TEST(Reference, IsTheSameFromEitherEndWhereTheDirectionIsUnknown) {
    const auto narrowed = [](double s) { return healthy(s) * (1.0 - 0.6 * cosine_dip(s, 22.0, 12.0)); };
    const auto profile = vessel(narrowed), reversed = vessel([&](double s) { return narrowed(60.0 - s); });
    const ReferenceOptions either_way{.direction_known = false};
    const ReferenceProfile forwards = estimate_reference(profile, calibration, either_way),
                           backwards = estimate_reference(reversed, calibration, either_way);
    expect_healthy(forwards, 0.06);
    for (std::size_t i = 0; i <= 600; ++i)
        EXPECT_NEAR(forwards.diameter_px[i], backwards.diameter_px[600 - i], 0.01) << i;  // px
    // Told that it runs towards its distal end, a vessel does not widen.
    const ReferenceProfile wrong_way = estimate_reference(reversed, calibration);
    EXPECT_GE(wrong_way.diameter_px.front(), wrong_way.diameter_px.back());
}

TEST(Reference, LesionsDoNotPullIt) {
    const auto profile = vessel([](double s) {
        return healthy(s) * (1.0 - 0.7 * cosine_dip(s, 18.0, 10.0) - 0.4 * cosine_dip(s, 42.0, 14.0));
    });
    expect_healthy(estimate_reference(profile, calibration), 0.06);
}

TEST(Reference, EctasiaAndSideBranchesDoNotPullIt) {
    const auto profile = vessel([](double s) {
        return healthy(s) * (1.0 + 0.5 * cosine_dip(s, 15.0, 12.0) + 0.3 * cosine_dip(s, 45.0, 4.0));
    });
    expect_healthy(estimate_reference(profile, calibration), 0.06);
}

TEST(Reference, NoiseOfADiameterMovesItByLessThanItsStandardErrorTimesThree) {
    const ReferenceProfile reference = estimate_reference(vessel(healthy, 0.1), calibration);
    for (const std::size_t i : {0U, 300U, 600U})
        EXPECT_NEAR(0.2 * reference.diameter_px[i], healthy(0.1 * static_cast<double>(i)),
                    3.0 * 0.2 * reference.sd_px[i]);
}

TEST(Reference, DoesNotWidenDownstream) {
    const ReferenceProfile reference =
        estimate_reference(vessel([](double s) { return 2.5 + 0.02 * s; }), calibration);
    EXPECT_LE(reference.diameter_px.back(), reference.diameter_px.front());
}

TEST(Reference, LongStenosisOfHalfTheVesselIsStillALesion) {
    const auto profile =
        vessel([](double s) { return s > 20.0 && s < 44.0 ? 0.5 * healthy(s) : healthy(s); });
    expect_healthy(estimate_reference(profile, calibration), 0.03);
}

TEST(Reference, ScalesWithTheVessel) {
    DiameterProfile profile = vessel(healthy, 0.05);
    const ReferenceProfile once = estimate_reference(profile, calibration);
    for (double& diameter : profile.diameter_px) diameter *= 1.5;
    const ReferenceProfile larger = estimate_reference(profile, calibration);
    for (std::size_t i = 0; i < once.diameter_px.size(); i += 50)
        EXPECT_NEAR(larger.diameter_px[i], 1.5 * once.diameter_px[i], 0.02 * once.diameter_px[i]);
}

TEST(Reference, InterpolatedLocalIsTheLineThroughTheTwoPlaces) {
    ReferenceOptions options;
    options.method = ReferenceMethod::interpolated_local;
    expect_healthy(estimate_reference(vessel(healthy), calibration, options), 1e-6);
}

TEST(Reference, MeanLocalIsTheMeanOfTheTwoPlaces) {
    ReferenceOptions options;
    options.method = ReferenceMethod::mean_local;
    const ReferenceProfile reference = estimate_reference(vessel(healthy), calibration, options);
    for (const double diameter : reference.diameter_px)
        EXPECT_NEAR(0.2 * diameter, 0.5 * (healthy(3.0) + healthy(57.0)), 1e-6);
}

TEST(Reference, GivenDiameterIsTakenAsItIs) {
    ReferenceOptions options;
    options.method = ReferenceMethod::given;
    options.given_mm = 3.0;
    const ReferenceProfile reference = estimate_reference(vessel(healthy), calibration, options);
    for (const double diameter : reference.diameter_px) EXPECT_DOUBLE_EQ(0.2 * diameter, 3.0);
}

TEST(Reference, GivenWithoutADiameterIsTheCallersMistake) {
    ReferenceOptions options;
    options.method = ReferenceMethod::given;
    EXPECT_THAT([&] { estimate_reference(vessel(healthy), calibration, options); },
                ThrowsMessage<InvalidInput>(HasSubstr("given_mm")));
}

TEST(Reference, AFewSamplesAreTooShortAVessel) {
    DiameterProfile profile = vessel(healthy);
    for (auto* values : {&profile.position_px, &profile.diameter_px, &profile.sd_px}) values->resize(10);
    EXPECT_EQ(estimate_reference(profile, calibration).reason, Unmeasurable::vessel_too_short);
}

// What the user excludes.

ArcRange range_mm(double from, double to) {
    return {{.mm = from, .uncalibrated_px = from}, {.mm = to, .uncalibrated_px = to}};
}

ReferenceOptions by(ReferenceMethod method) {
    ReferenceOptions options;
    options.method = method;
    return options;
}

class EstimatingMethod : public ::testing::TestWithParam<ReferenceMethod> {};

INSTANTIATE_TEST_SUITE_P(Reference, EstimatingMethod,
                         ::testing::Values(ReferenceMethod::curve_fitted, ReferenceMethod::interpolated_local,
                                           ReferenceMethod::mean_local));

TEST_P(EstimatingMethod, DoesNotLookWhereTheUserExcludes) {
    ReferenceOptions options = by(GetParam());
    options.exclude = {range_mm(0.0, 2.9), range_mm(33.0, 56.0)};
    const auto spoilt = vessel([](double s) { return s < 2.9 || (s > 33.0 && s < 56.0) ? 4.6 : healthy(s); });
    const ReferenceProfile expected = estimate_reference(vessel(healthy), calibration, options);
    const ReferenceProfile found = estimate_reference(spoilt, calibration, options);
    ASSERT_EQ(found.reason, Unmeasurable::none);
    EXPECT_EQ(found.diameter_px, expected.diameter_px);
    EXPECT_EQ(found.sd_px, expected.sd_px);
}

TEST_P(EstimatingMethod, HasNothingLeftWhenAllIsExcluded) {
    ReferenceOptions options = by(GetParam());
    options.exclude = {range_mm(0.0, 60.0)};
    EXPECT_EQ(estimate_reference(vessel(healthy), calibration, options).reason,
              Unmeasurable::no_healthy_segment);
}

TEST(Reference, EctasiaOfHalfTheVesselIsHealthyOnlyUntilItIsExcluded) {
    const auto profile =
        vessel([](double s) { return s > 20.0 && s < 52.0 ? 1.4 * healthy(s) : healthy(s); });
    EXPECT_GT(0.2 * estimate_reference(profile, calibration).diameter_px[300], 1.2 * healthy(30.0));
    ReferenceOptions options;
    options.exclude = {range_mm(19.9, 52.1)};
    expect_healthy(estimate_reference(profile, calibration, options), 0.02);
}

TEST(Reference, EctasiaOfMostOfTheVesselDoesNotPullItWhereBothEndsAreHealthy) {
    for (const double ratio : {1.5, 2.0, 3.0}) {
        const auto profile = vessel(
            [&](double s) { return healthy(s) * (1.0 + (ratio - 1.0) * cosine_dip(s, 30.0, 46.0)); }, 0.02);
        expect_healthy(estimate_reference(profile, calibration), 0.1);
        const auto even =
            vessel([&](double s) { return s > 12.0 && s < 49.0 ? ratio * healthy(s) : healthy(s); });
        expect_healthy(estimate_reference(even, calibration), 0.05);
    }
}

TEST(Reference, NarrowEndsOfUnlikeWidthAreLesionsAndNoHealthyNeighboursOfAnEctasia) {
    const auto profile = vessel([](double s) {
        return healthy(s) * (s < 12.0 ? 0.45 : s > 49.0 ? 0.75 : 1.0);
    });
    expect_healthy(estimate_reference(profile, calibration), 0.05);
}

TEST(Reference, ExcludedSamplesAreThoseOfTheirArcLength) {
    const ArcRange range = arc_range(vessel(healthy), calibration, 100, 250);
    EXPECT_NEAR(range.from.mm, 10.0, 1e-9);
    EXPECT_NEAR(range.to.mm, 25.0, 1e-9);
    EXPECT_NEAR(range.from.in_px({}), 50.0, 1e-9);
    EXPECT_THAT([] { arc_range(vessel(healthy), calibration, 5, 601); },
                ThrowsMessage<InvalidInput>(HasSubstr("601")));
}

TEST(Reference, RangeThatEndsBeforeItBeginsIsTheCallersMistake) {
    ReferenceOptions options;
    options.exclude = {range_mm(12.0, 8.0)};
    EXPECT_THAT([&] { estimate_reference(vessel(healthy), calibration, options); },
                ThrowsMessage<InvalidInput>(HasSubstr("12.0")));
}

// Lesions at the origin of the vessel.

double ostial_lesion(double s) { return healthy(s) * (1.0 - 0.6 * cosine_dip(s, 1.0, 14.0)); }

TEST_P(EstimatingMethod, OstialReferenceKnowsNothingOfWhatIsProximal) {
    ReferenceOptions options = by(GetParam());
    options.ostial = true;
    const ReferenceProfile expected = estimate_reference(vessel(ostial_lesion), calibration, options);
    const ReferenceProfile found = estimate_reference(
        vessel([](double s) { return s < 1.0 ? 6.0 : ostial_lesion(s); }), calibration, options);
    ASSERT_EQ(found.reason, Unmeasurable::none);
    EXPECT_TRUE(found.ostial);
    for (std::size_t i = 0; i < found.diameter_px.size(); i += 50)
        EXPECT_NEAR(found.diameter_px[i], expected.diameter_px[i], 0.01 * expected.diameter_px[i]);
}

TEST(Reference, OstialReferenceContinuesTheTaperToTheOrigin) {
    ReferenceOptions options;
    options.ostial = true;
    expect_healthy(estimate_reference(vessel(ostial_lesion), calibration, options), 0.06);
}

TEST(Reference, OstialReferenceOfAVesselThatNeverWidensIsNone) {
    ReferenceOptions options;
    options.ostial = true;
    options.exclude = {range_mm(4.0, 59.5)};
    EXPECT_EQ(estimate_reference(vessel(ostial_lesion), calibration, options).reason,
              Unmeasurable::no_healthy_segment);
}

// Bifurcations.

/// A vessel that loses a side branch of 2.2 mm at 25 mm and one of 1.6 mm at 42 mm.
double stepping_down(double s, BranchingLaw law) {
    double diameter = 3.6 - 0.005 * s, at_first = 3.6 - 0.005 * 25.0, at_second = 3.6 - 0.005 * 42.0;
    const double first = *daughter_diameter(at_first, 2.2, law) / at_first;
    const double second =
        daughter_diameter(at_second * first, 1.6, law).value_or(at_second * first) / (at_second * first);
    return diameter * (s >= 25.0 ? first : 1.0) * (s >= 42.0 ? second : 1.0);
}

const std::vector<SideBranch> two_branches{
    {{.mm = 42.0, .uncalibrated_px = 210.0}, {.mm = 1.6, .uncalibrated_px = 8.0}},
    {{.mm = 25.0, .uncalibrated_px = 125.0}, {.mm = 2.2, .uncalibrated_px = 11.0}}};

class SteppingDown : public ::testing::TestWithParam<BranchingLaw> {};

INSTANTIATE_TEST_SUITE_P(Reference, SteppingDown,
                         ::testing::Values(BranchingLaw::murray, BranchingLaw::huo_kassab,
                                           BranchingLaw::finet));

TEST_P(SteppingDown, ReferenceFollowsTheLawOverABifurcationBesideALesion) {
    const auto diseased = [&](double s) {
        return stepping_down(s, GetParam()) * (1.0 - 0.6 * cosine_dip(s, 30.0, 10.0));
    };
    ReferenceOptions options;
    options.side_branches = two_branches;
    options.branching_law = GetParam();
    const ReferenceProfile reference = estimate_reference(vessel(diseased), calibration, options);
    ASSERT_EQ(reference.reason, Unmeasurable::none);
    for (int i = 0; i <= 600; i += 7)
        EXPECT_NEAR(0.2 * reference.diameter_px[static_cast<std::size_t>(i)],
                    stepping_down(0.1 * i, GetParam()), 0.05)  // mm, as without steps
            << i;
}

TEST(Reference, LineWithoutStepsMistakesABifurcationForATaper) {
    const ReferenceProfile reference = estimate_reference(
        vessel([](double s) { return stepping_down(s, BranchingLaw::huo_kassab); }), calibration);
    EXPECT_GT(std::abs(0.2 * reference.diameter_px[230] - stepping_down(23.0, BranchingLaw::huo_kassab)),
              0.1);
}

TEST(Reference, SideBranchBeyondTheEndMakesNoStep) {
    ReferenceOptions options;
    options.side_branches = {{{.mm = 70.0, .uncalibrated_px = 350.0}, {.mm = 2.0, .uncalibrated_px = 10.0}}};
    EXPECT_EQ(estimate_reference(vessel(healthy), calibration, options).diameter_px,
              estimate_reference(vessel(healthy), calibration).diameter_px);
}

TEST(Reference, SideBranchWithoutDiameterIsTheCallersMistake) {
    ReferenceOptions options;
    options.side_branches = {{{.mm = 20.0, .uncalibrated_px = 100.0}, {}}};
    EXPECT_THAT([&] { estimate_reference(vessel(healthy), calibration, options); },
                ThrowsMessage<InvalidInput>(HasSubstr("side_branches.diameter")));
}

// Diffuse disease.

TEST(Reference, FocalLesionsAreNoDiffuseDisease) {
    const ReferenceProfile reference = estimate_reference(
        vessel([](double s) { return healthy(s) * (1.0 - 0.7 * cosine_dip(s, 18.0, 10.0)); }, 0.05),
        calibration);
    EXPECT_FALSE(reference.diffuse);
    EXPECT_NEAR(0.2 * reference.healthy_px, 52.5, 1.5);  // mm: the lesion is deeper than 15 % on 7.5 of 10 mm
}

TEST(Reference, VesselThatIsNarrowAlongMostOfItsWayIsDiffuselyDiseased) {
    const auto profile = vessel([](double s) {
        double narrowing = 0.0;
        for (int k = 0; k < 5; ++k) narrowing += (0.45 + 0.05 * k) * cosine_dip(s, 6.0 + 12.0 * k, 11.9);
        return healthy(s) * (1.0 - narrowing);
    });
    EXPECT_TRUE(estimate_reference(profile, calibration).diffuse);
}

TEST(Reference, FewMillimetresBesideALesionAreTooLittle) {
    const auto of_length = [](int samples) {
        DiameterProfile profile =
            vessel([](double s) { return healthy(s) * (1.0 - 0.6 * cosine_dip(s, 0.0, 4.0)); });
        for (auto* values : {&profile.position_px, &profile.diameter_px, &profile.sd_px})
            values->resize(static_cast<std::size_t>(samples));
        return estimate_reference(profile, calibration);
    };
    EXPECT_TRUE(of_length(50).diffuse);    // 5 mm of vessel, 3.5 mm of them healthy
    EXPECT_FALSE(of_length(120).diffuse);  // 12 mm, 10.5 of them healthy
}

TEST(Reference, UnsteadyVesselIsTooUncertain) {
    std::mt19937_64 random(3);
    std::uniform_real_distribution<double> uniform(0.55, 1.0);
    std::vector<double> levels;
    for (int k = 0; k < 8; ++k) levels.push_back(uniform(random));
    const auto profile =
        vessel([&](double s) { return healthy(s) * levels[static_cast<std::size_t>(s / 8.0)]; });
    EXPECT_TRUE(estimate_reference(profile, calibration).diffuse);
}

// Its standard error.

/// Noise that a Gaussian average of `sigma_mm` has tied together along the vessel.
std::vector<double> irregularity(std::mt19937_64& random, double sd_mm, double sigma_mm) {
    std::normal_distribution<double> normal(0.0, 1.0);
    std::vector<double> white(1001), result(601);
    for (double& value : white) value = normal(random);
    double power = 0.0;
    for (int k = -200; k <= 200; ++k) power += std::exp(-std::pow(0.1 * k / sigma_mm, 2));
    for (int i = 0; i <= 600; ++i)
        for (int k = -200; k <= 200; ++k)
            result[static_cast<std::size_t>(i)] += sd_mm / std::sqrt(power) *
                                                   std::exp(-0.5 * std::pow(0.1 * k / sigma_mm, 2)) *
                                                   white[static_cast<std::size_t>(i + k + 200)];
    return result;
}

class IrregularWall : public ::testing::TestWithParam<double> {};

/// mm: no longer than what the smoothing ties together, and the undulation of a wall.
INSTANTIATE_TEST_SUITE_P(Reference, IrregularWall, ::testing::Values(0.6, 1.5));

TEST_P(IrregularWall, TrueReferenceLiesWithinTwoStandardErrorsNineteenTimesInTwenty) {
    std::mt19937_64 random(11);
    double inside = 0.0, squares = 0.0, claimed = 0.0, count = 0.0;
    for (int run = 0; run < 120; ++run) {
        const std::vector<double> noise = irregularity(random, 0.12, GetParam());
        const auto profile = vessel([&](double s) {
            return healthy(s) * (1.0 - 0.6 * cosine_dip(s, 24.0, 12.0)) +
                   noise[static_cast<std::size_t>(std::lround(10.0 * s))];
        });
        const ReferenceProfile reference = estimate_reference(profile, calibration);
        for (const std::size_t i : {0U, 240U, 600U}) {
            const double error = 0.2 * reference.diameter_px[i] - healthy(0.1 * static_cast<double>(i));
            const double sd = 0.2 * reference.sd_px[i];
            inside += std::abs(error) < 1.96 * sd ? 1.0 : 0.0;
            squares += error * error, claimed += sd * sd, count += 1.0;
        }
    }
    // 95 of 100 where many independent pieces of wall tell the irregularity; few have the tails of Student's
    // t
    EXPECT_GT(inside / count, 0.85);
    EXPECT_NEAR(std::sqrt(claimed / squares), 1.0, 0.35);  // neither boast nor modesty
}

TEST(Reference, StandardErrorGrowsAwayFromTheHealthyPart) {
    const ReferenceProfile reference = estimate_reference(
        vessel([](double s) { return s < 25.0 ? 0.4 * healthy(s) : healthy(s); }, 0.08), calibration);
    EXPECT_GT(reference.sd_px[0], 2.0 * reference.sd_px[420]);
}

TEST(Reference, SmoothingDoesNotMakeItMoreCertain) {
    DiameterProfile profile = vessel(healthy, 0.1);
    const ReferenceProfile sharp = estimate_reference(profile, calibration);
    profile.along_px = 10.0;
    const ReferenceProfile smooth = estimate_reference(profile, calibration);
    EXPECT_GT(smooth.sd_px[300], 5.0 * sharp.sd_px[300]);  // 35 px are correlated, 0.5 px were
}

}  // namespace
}  // namespace stenometry
