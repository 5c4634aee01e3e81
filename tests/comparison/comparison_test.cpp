#include "stenometry/comparison.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "comparison/restenosis.h"
#include "stenometry/error.h"
#include "support/drawn_visit.h"

namespace stenometry {
namespace {

using test::cosine_narrowing;
using test::DrawnVisit;

/// Narrowed by 60 % before, by 10 % after, by `again` at follow-up, where the view foreshortens.
std::vector<Visit> three_visits(double again, double noise_mm = 0.02, std::uint32_t seed = 1) {
    DrawnVisit before{.from_mm = 3.0, .scale = 0.95, .noise_mm = noise_mm, .seed = seed},
        after{.noise_mm = noise_mm, .seed = seed + 1},
        follow_up{.from_mm = 6.0, .scale = 1.05, .noise_mm = noise_mm, .seed = seed + 2};
    before.narrowing = cosine_narrowing(40.0, 14.0, 0.6);
    after.narrowing = cosine_narrowing(40.0, 14.0, 0.1);
    follow_up.narrowing = cosine_narrowing(42.0, 9.0, again);
    return {before.draw(), after.draw(), follow_up.draw()};
}

ComparisonOptions stent_from(const std::vector<Visit>& visits, double from, double to) {
    const auto at = [&](double s) {
        return visits[1]
            .vessel.contour.centerline.points_px[static_cast<std::size_t>(s / DrawnVisit::mm_per_px)];
    };
    return {.stents = {{.visit = 1, .proximal_px = at(from), .distal_px = at(to)}}};
}

bool warns(const Comparison& comparison, ComparisonWarningCode code) {
    return std::ranges::count(comparison.warnings, code, &ComparisonWarning::code) > 0;
}

constexpr double reference_at_40 = 3.4 - 0.012 * 40.0, reference_at_42 = 3.4 - 0.012 * 42.0;

TEST(Comparison, GainsAreDifferencesOfMinima) {
    const std::vector<Visit> visits = three_visits(0.55);
    const Comparison comparison = compare(visits, stent_from(visits, 32.0, 48.0));
    // mm: three standard errors of two minima, and what smoothing leaves of a throat.
    EXPECT_NEAR(comparison.in_stent.acute_gain_mm->value, 0.5 * reference_at_40, 0.08);
    EXPECT_NEAR(comparison.in_stent.late_loss_mm->value, 0.9 * reference_at_40 - 0.45 * reference_at_42,
                0.08);
    EXPECT_NEAR(comparison.in_stent.net_gain_mm->value,
                comparison.in_stent.acute_gain_mm->value - comparison.in_stent.late_loss_mm->value, 1e-9);
    EXPECT_NEAR(comparison.in_stent.loss_index->value,
                comparison.in_stent.late_loss_mm->value / comparison.in_stent.acute_gain_mm->value, 1e-9);
    EXPECT_NEAR(comparison.residual_percent_diameter_stenosis->value, 10.0, 2.0);
}

TEST(Comparison, VisitsInTheOtherOrderTurnTheSignOfTheGain) {
    const std::vector<Visit> visits = three_visits(0.55);
    const std::vector<Visit> forth{visits[0], visits[1]}, back{visits[1], visits[0]};
    const ComparisonOptions options = stent_from(visits, 32.0, 48.0);
    ComparisonOptions turned = options;
    turned.stents[0].visit = 0;
    EXPECT_NEAR(compare(forth, options).in_stent.acute_gain_mm->value,
                -compare(back, turned).in_stent.acute_gain_mm->value, 0.02);  // mm: ends move by a sample
}

TEST(Comparison, FindsTheTreatedSegmentByTheChange) {
    const std::vector<Visit> visits = three_visits(0.3);
    const Comparison comparison = compare(visits);
    EXPECT_EQ(comparison.ends_from, TreatedEnds::change);
    ASSERT_TRUE(comparison.treated);
    // The lumen widened by 5 % of the reference from 34.3 to 45.7 mm: 0.5 of a cosine is 5 % 0.8 mm inside.
    EXPECT_NEAR(comparison.treated->from_mm, 34.3, 1.0);
    EXPECT_NEAR(comparison.treated->to_mm, 45.7, 1.0);
}

TEST(Comparison, MapsThePlaceOfTheMinimum) {
    const std::vector<Visit> visits = three_visits(0.55);
    const Comparison comparison = compare(visits, stent_from(visits, 32.0, 48.0));
    EXPECT_NEAR(*comparison.visits[0].region(Region::in_stent).mld_position_mm, 40.0, 1.0);
    EXPECT_NEAR(*comparison.visits[2].region(Region::in_stent).mld_position_mm, 42.0, 1.0);
}

TEST(Comparison, TellsRestenosisFromItsAbsence) {
    for (const auto& [again, expected] : {std::pair{0.65, true}, {0.3, false}}) {
        const std::vector<Visit> visits = three_visits(again);
        const Comparison comparison = compare(visits, stent_from(visits, 32.0, 48.0));
        EXPECT_EQ(comparison.restenosis->binary, expected);
        EXPECT_EQ(*comparison.restenosis->probability > 0.5, expected);
        EXPECT_EQ(comparison.restenosis->pattern, expected ? RestenosisPattern::IC : RestenosisPattern::none);
    }
}

TEST(Comparison, IntervalsOfGainsCoverTheTruth) {
    int covered = 0, all = 0;
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        const std::vector<Visit> visits = three_visits(0.55, 0.05, 10 * seed);
        const Gains gains = compare(visits, stent_from(visits, 32.0, 48.0)).in_stent;
        covered += gains.acute_gain_mm->interval95()->contains(0.5 * reference_at_40) ? 1 : 0;
        covered +=
            gains.net_gain_mm->interval95()->contains(0.45 * reference_at_42 - 0.4 * reference_at_40) ? 1 : 0;
        all += 2;
    }
    EXPECT_GE(covered, 0.8 * all);
}

TEST(Comparison, OneCalibrationIsWrongForBothAndTwoAreNot) {
    std::vector<Visit> visits = three_visits(0.55);
    for (Visit& visit : visits) visit.calibration.relative_sd = 0.05;
    const ComparisonOptions options = stent_from(visits, 32.0, 48.0);
    const double apart = *compare(visits, options).in_stent.late_loss_mm->sd;
    for (Visit& visit : visits) visit.shared_calibration_sd = 0.05;
    const Gains shared = compare(visits, options).in_stent;
    EXPECT_LT(*shared.late_loss_mm->sd, 0.6 * apart);
    // Of an error that both share a gain has the part that it is of the lumen itself.
    EXPECT_NEAR(*shared.late_loss_mm->sd, 0.05 * shared.late_loss_mm->value, 0.03);
}

TEST(Comparison, AnotherVesselIsWarnedOf) {
    std::vector<Visit> visits = three_visits(0.55);
    DrawnVisit other{.seed = 77, .narrowing = cosine_narrowing(35.0, 12.0, 0.5)};
    other.heading = [](double s) { return 0.6 * std::cos(s / 7.0); };
    visits[2] = other.draw();
    EXPECT_TRUE(warns(compare(visits, stent_from(visits, 32.0, 48.0)), ComparisonWarningCode::no_match));
}

TEST(Comparison, AnotherViewIsWarnedOf) {
    std::vector<Visit> visits = three_visits(0.55);
    for (Visit& visit : visits) visit.acquisition = {.primary_angle_deg = -30.0, .secondary_angle_deg = 0.0};
    EXPECT_FALSE(warns(compare(visits), ComparisonWarningCode::view_differs));
    visits[2].acquisition.primary_angle_deg = -18.0;
    const Comparison comparison = compare(visits);
    EXPECT_TRUE(warns(comparison, ComparisonWarningCode::view_differs));
    EXPECT_NEAR(*comparison.visits[2].view_difference_deg, 12.0, 1e-9);
}

TEST(Comparison, WithoutCalibrationThereAreNoGainsButPercentages) {
    std::vector<Visit> visits = three_visits(0.55);
    visits[0].calibration = {};
    const Comparison comparison = compare(visits, stent_from(visits, 32.0, 48.0));
    EXPECT_FALSE(comparison.in_stent.acute_gain_mm);
    EXPECT_TRUE(comparison.in_stent.late_loss_mm);
    EXPECT_NEAR(comparison.visits[0].region(Region::in_stent).percent_diameter_stenosis->value, 60.0, 2.0);
    EXPECT_TRUE(warns(comparison, ComparisonWarningCode::no_calibration));
}

TEST(Comparison, AnOcclusionAtFollowUpIsPatternIV) {
    std::vector<Visit> visits = three_visits(0.7);
    Stenosis& closed = visits[2].vessel.stenoses.front();
    closed.total_occlusion = true, closed.reason = Unmeasurable::total_occlusion;
    closed.mld_px.reset(), closed.percent_diameter_stenosis.reset();
    const Comparison comparison = compare(visits, stent_from(visits, 32.0, 48.0));
    EXPECT_EQ(comparison.restenosis->pattern, RestenosisPattern::IV);
    EXPECT_FALSE(comparison.in_stent.late_loss_mm);
    EXPECT_TRUE(warns(comparison, ComparisonWarningCode::total_occlusion));
}

TEST(Comparison, NamesSizesByItsRule) {
    const std::vector<Visit> visits = three_visits(0.3);
    const Sizing sizing = *compare(visits).sizing;
    EXPECT_NEAR(sizing.mean_reference_mm->value, reference_at_40, 0.05);
    EXPECT_EQ(sizing.nominal_mm, 3.0);
    EXPECT_NEAR(sizing.expected_mld_mm.value, 3.0 * (1.0 - 0.272), 1e-9);
}

TEST(Comparison, RecoilIsBalloonLessLumen) {
    const std::vector<Visit> visits = three_visits(0.3);
    ComparisonOptions options = stent_from(visits, 32.0, 48.0);
    DrawnVisit balloon{.to_mm = 20.0, .seed = 50};
    balloon.reference = [](double) { return 3.1; };
    options.balloon = Balloon{balloon.draw(), 3.25};
    const BalloonResult result = *compare(visits, options).balloon;
    EXPECT_NEAR(result.mld_mm->value, 3.1, 0.05);
    EXPECT_NEAR(result.recoil_mm->value, 3.1 - 0.9 * reference_at_40, 0.08);
    EXPECT_NEAR(result.deficit_mm->value, 0.15, 0.05);
    EXPECT_NEAR(result.balloon_to_artery_ratio->value, 3.1 / reference_at_40, 0.03);
}

TEST(Comparison, RefusesWhatCannotBeCompared) {
    const std::vector<Visit> visits = three_visits(0.3);
    EXPECT_THROW(compare(std::vector<Visit>{visits[0]}), InvalidInput);
    EXPECT_THROW(compare(std::vector<Visit>(2)), InvalidInput);
    EXPECT_THROW(compare(visits, {.lesion = 7}), InvalidInput);
    EXPECT_THROW(compare(visits, {.edge_mm = -1.0}), InvalidInput);
}

struct PatternExample {
    std::vector<AxisStretch> foci;
    std::vector<double> peaks;
    RestenosisPattern expected;
};

TEST(RestenosisPatterns, FollowMehran) {
    const std::vector<AxisStretch> stents{{20.0, 32.0}, {34.0, 46.0}};
    using enum RestenosisPattern;
    for (const PatternExample& example :
         std::vector<PatternExample>{{{}, {}, none},
                                     {{{31.0, 35.0}}, {33.0}, IA},
                                     {{{17.0, 23.0}}, {21.0}, IB},
                                     {{{46.5, 50.0}}, {48.0}, IB},
                                     {{{24.0, 30.0}}, {27.0}, IC},
                                     {{{22.0, 26.0}, {38.0, 43.0}}, {24.0, 40.0}, ID},
                                     {{{22.0, 40.0}}, {30.0}, II},
                                     {{{16.0, 40.0}}, {30.0}, III}})
        EXPECT_EQ(pattern_of(example.foci, example.peaks, stents, {}), example.expected)
            << to_string(example.expected);
}

}  // namespace
}  // namespace stenometry
