#include "stenometry/vessel_match.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <random>
#include <utility>
#include <vector>

#include "stenometry/error.h"
#include "support/drawn_visit.h"

namespace stenometry {
namespace {

using test::DrawnVisit;

/// Largest error of the map in mm over a stretch of the artery.
double worst_error(const VesselMatch& match, const DrawnVisit& first, const DrawnVisit& second, double from,
                   double to) {
    double worst = 0.0;
    for (double s = from; s <= to; s += 1.0) {
        const auto place = match.to_second(first.arc_of(s));
        worst = std::max(worst, place ? std::abs(*place - second.arc_of(s)) : 99.0);
    }
    return worst;
}

TEST(VesselMatch, FindsAVesselAgainThatBeginsElsewhere) {
    const DrawnVisit first, second{.from_mm = 11.0, .to_mm = 90.0, .seed = 2};
    const VesselMatch match = match_vessels(first.draw(), second.draw());
    EXPECT_TRUE(match.matched());
    // mm: the standard error that the map gives itself there.
    EXPECT_LT(worst_error(match, first, second, 15.0, 75.0), 0.8);
    EXPECT_NEAR(match.overlap_mm, 69.0, 1.5);
}

TEST(VesselMatch, FollowsForeshortening) {
    for (const double scale : {0.85, 0.93, 1.07, 1.15}) {
        const DrawnVisit first, second{.scale = scale, .seed = 3};
        const VesselMatch match = match_vessels(first.draw(), second.draw());
        EXPECT_TRUE(match.matched()) << scale;
        EXPECT_NEAR(match.scale, scale, 0.03);
        EXPECT_LT(worst_error(match, first, second, 5.0, 75.0), 1.0) << scale;
    }
}

TEST(VesselMatch, IsNotDrivenByWhatWasTreated) {
    const DrawnVisit first{.narrowing = test::cosine_narrowing(40.0, 14.0, 0.7)},
        second{.seed = 4, .narrowing = test::cosine_narrowing(48.0, 10.0, 0.6)};
    const VesselMatch match = match_vessels(first.draw(), second.draw());
    EXPECT_TRUE(match.matched());
    EXPECT_LT(worst_error(match, first, second, 5.0, 75.0), 0.5);
}

TEST(VesselMatch, TheOtherWayRoundIsTheInverse) {
    const DrawnVisit first, second{.from_mm = 8.0, .scale = 0.94, .seed = 5};
    const VesselMatch there = match_vessels(first.draw(), second.draw()),
                      back = match_vessels(second.draw(), first.draw());
    for (const double at : {20.0, 40.0, 60.0})
        EXPECT_NEAR(*back.to_second(*there.to_second(at)), at, 0.7) << at;  // mm, both maps have an error
}

TEST(VesselMatch, NeverFallsAlongTheVessel) {
    const DrawnVisit first{.noise_mm = 0.2}, second{.from_mm = 20.0, .noise_mm = 0.2, .seed = 6};
    const VesselMatch match = match_vessels(first.draw(), second.draw());
    std::vector<double> places;
    std::ranges::copy_if(match.second_mm, std::back_inserter(places),
                         [](double s) { return std::isfinite(s); });
    ASSERT_GT(places.size(), 20U);
    EXPECT_TRUE(std::ranges::is_sorted(places));
}

/// The course of some artery: three bends of chance lengths.
std::function<double(double)> chance_heading(std::uint32_t seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> phase(0.0, 6.28), length_mm(5.0, 20.0);
    std::vector<std::pair<double, double>> bends;
    for (int k = 0; k < 3; ++k) bends.emplace_back(length_mm(random), phase(random));
    return [bends](double s) {
        double sum = 0.0;
        for (const auto& [length, start] : bends) sum += 0.35 * std::sin(s / length + start);
        return sum;
    };
}

TEST(VesselMatch, AnotherVesselIsRefusedUnlessItBendsAlike) {
    int silently_wrong = 0, refused = 0;
    for (std::uint32_t seed = 1; seed <= 12; ++seed) {
        DrawnVisit one, other{.seed = 7};
        one.heading = chance_heading(seed), other.heading = chance_heading(100 + seed);
        const VesselMatch match = match_vessels(one.draw(), other.draw());
        refused += match.matched() ? 0 : 1;
        // The error from which on a comparison warns, in mm.
        silently_wrong += match.matched() && match.sd_at(40.0).value_or(0.0) < 1.0 ? 1 : 0;
    }
    // Two of these pairs bend alike by chance, within 3 degrees all along: one view cannot tell them apart.
    EXPECT_LE(silently_wrong, 2);
    EXPECT_GE(refused, 10);
}

TEST(VesselMatch, SaysThatStraightTubesMayLieAnywhere) {
    DrawnVisit first, second{.seed = 8};
    first.heading = second.heading = [](double) { return 0.3; };
    const VesselMatch match = match_vessels(first.draw(), second.draw());
    EXPECT_TRUE(!match.matched() || *match.sd_at(40.0) > 1.0);
}

TEST(VesselMatch, APointOfTheUserDecides) {
    DrawnVisit first, second{.from_mm = 6.0, .seed = 9};
    first.heading = second.heading = [](double) { return 0.3; };
    const Visit one = first.draw(), other = second.draw();
    const auto place = [](const Visit& visit, double arc) {
        return visit.vessel.contour.centerline
            .points_px[static_cast<std::size_t>(arc / DrawnVisit::mm_per_px)];
    };
    VesselMatchOptions options;
    for (const double s : {30.0, 50.0})
        options.points.push_back({place(one, first.arc_of(s)), place(other, second.arc_of(s))});
    const VesselMatch match = match_vessels(one, other, options);
    EXPECT_LT(worst_error(match, first, second, 28.0, 52.0), 0.7);  // mm: the points have 0.5
    EXPECT_LT(*match.sd_at(first.arc_of(40.0)), 1.0);
}

TEST(VesselMatch, ItsErrorCoversTheTruth) {
    int covered = 0, all = 0;
    for (std::uint32_t seed = 20; seed < 30; ++seed) {
        const DrawnVisit first{.noise_mm = 0.05, .seed = seed},
            second{.from_mm = 7.0, .scale = 1.03, .noise_mm = 0.05, .seed = 100 + seed};
        const VesselMatch match = match_vessels(first.draw(), second.draw());
        for (const double s : {20.0, 40.0, 60.0}) {
            const double at = first.arc_of(s);
            covered += std::abs(*match.to_second(at) - second.arc_of(s)) <= 1.96 * *match.sd_at(at) ? 1 : 0;
            ++all;
        }
    }
    EXPECT_GE(covered, 0.9 * all);
}

TEST(VesselMatch, ChoosesTheVesselAmongSeveral) {
    DrawnVisit other{.seed = 11};
    other.heading = [](double s) { return 0.6 * std::cos(s / 7.0); };
    const std::vector<Visit> candidates{other.draw(), DrawnVisit{.from_mm = 5.0, .seed = 12}.draw()};
    const auto choice = choose_vessel(DrawnVisit{}.draw(), candidates);
    ASSERT_TRUE(choice);
    EXPECT_EQ(choice->index, 1U);
    EXPECT_GT(choice->lead, 3.0);
}

TEST(VesselMatch, RefusesOptionsOutOfRange) {
    EXPECT_THROW(match_vessels({}, {}, {.scale_sd = 0.0}), InvalidInput);
    EXPECT_EQ(match_vessels({}, {}).failure, MatchFailure::too_short);
}

}  // namespace
}  // namespace stenometry
