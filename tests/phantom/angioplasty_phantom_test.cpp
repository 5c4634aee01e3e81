#include "stenometry/angioplasty_phantom.h"

#include <gmock/gmock.h>

#include <tbb/global_control.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "stenometry/error.h"

namespace stenometry::phantom {
namespace {

using testing::HasSubstr;

constexpr std::array every_neointima{Neointima::none,          Neointima::gap,        Neointima::margin,
                                     Neointima::body,          Neointima::multifocal, Neointima::diffuse,
                                     Neointima::proliferative, Neointima::occluded};

/// A field of 90 mm in a small picture.
constexpr AngioplastyOptions small_picture{.size_px = 256, .mm_per_px = 0.35};

AngioplastyOptions with(Neointima neointima) {
    AngioplastyOptions options = small_picture;
    options.neointima = neointima;
    return options;
}

/// Neither noise, blur, scatter nor chest: what a pixel lacks is what the beam met.
CathLabPhantom quiet(VisitScene visit) {
    Scene& taken = visit.scene.taken;
    taken.detector_blur_mm = taken.focal_spot_mm = taken.motion_mm = 0.0;
    taken.scatter_fraction = taken.quanta_per_px = taken.background = 0.0;
    taken.display = Display::raw;
    return render(visit);
}

double attenuation_at(const CathLabPhantom& frame, Point px) {
    const Image<float>& pixels = frame.phantom.frame.pixels;
    return -std::log(double(pixels(int(std::lround(px.x)), int(std::lround(px.y)))));
}

std::vector<double> lengths_in_space(const VisitScene& visit) {
    std::vector<double> arcs{0.0};
    const std::vector<Point3>& line = visit.scene.tubes.front().centerline_mm;
    for (std::size_t i = 1; i < line.size(); ++i) {
        const Point3 step = line[i] - line[i - 1];
        arcs.push_back(arcs.back() + std::sqrt(dot(step, step)));
    }
    return arcs;
}

std::uint64_t fingerprint(const Image<float>& pixels) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;  // Fowler, Noll and Vo, 64 bits
    for (int y = 0; y < pixels.height(); ++y)
        for (int x = 0; x < pixels.width(); ++x)
            hash = (hash ^ static_cast<std::uint64_t>(pixels(x, y))) * 0x100000001b3ULL;
    return hash;
}

/// The extent of the follow-up's lesion that holds the narrowest place, in mm along the picture.
double narrowed_mm(const VisitScene& visit, double percent) {
    const VesselTruth& artery = visit.artery;
    double length = 0.0;
    for (std::size_t i = 1; i < artery.diameter_mm.size(); ++i)
        if (artery.diameter_mm[i] < (1.0 - percent / 100.0) * artery.reference_mm[i])
            length += visit.truth.arc_mm[i] - visit.truth.arc_mm[i - 1];
    return length;
}

TEST(AngioplastyPhantom, SameSeedGivesTheSameBytesWithAnyNumberOfThreads) {
    const Angioplasty artery = angioplasty(7, small_picture);
    std::vector<std::uint64_t> many, one;
    for (const VisitScene& visit : artery.visits)
        many.push_back(fingerprint(render(visit).phantom.frame.pixels));
    const tbb::global_control alone(tbb::global_control::max_allowed_parallelism, 1);
    for (const VisitScene& visit : angioplasty(7, small_picture).visits)
        one.push_back(fingerprint(render(visit).phantom.frame.pixels));
    EXPECT_EQ(many, one);
    EXPECT_NE(many[0], many[2]);
    EXPECT_NE(many[0], fingerprint(render(angioplasty(8, small_picture).visits[0]).phantom.frame.pixels));
}

TEST(AngioplastyPhantom, BytesAreThoseOfEveryMachine) {
    EXPECT_EQ(fingerprint(render(angioplasty(7, small_picture).at(Visit::after)).phantom.frame.pixels),
              15336875509039179002ULL);
}

TEST(AngioplastyPhantom, APointIsTheSamePlaceOfTheWallInEveryVisit) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const Angioplasty artery = angioplasty(seed, small_picture);
        const std::vector<double> before = lengths_in_space(artery.at(Visit::before));
        for (const VisitScene& visit : artery.visits) {
            const std::vector<double> arcs = lengths_in_space(visit);
            ASSERT_EQ(arcs.size(), before.size());
            ASSERT_EQ(visit.truth.arc_mm.size(), before.size());
            ASSERT_EQ(visit.artery.centerline_px.size(), before.size());
            EXPECT_EQ(visit.truth.stent_from, artery.at(Visit::before).truth.stent_from);
            // A heart that twists by 8 degrees stretches what lies on it by less than 2 %.
            for (std::size_t i = 0; i < arcs.size(); ++i)
                EXPECT_NEAR(arcs[i], before[i], 0.02 * before[i] + 0.01) << seed << ", point " << i;
        }
    }
}

TEST(AngioplastyPhantom, VisitsShowTheArteryInAnotherPose) {
    const Angioplasty artery = angioplasty(3, small_picture);
    for (std::size_t i = 1; i < artery.visits.size(); ++i) {
        const VesselTruth &a = artery.visits[i - 1].artery, &b = artery.visits[i].artery;
        EXPECT_GT(distance(a.centerline_px.front(), b.centerline_px.front()), 1.0);
        EXPECT_NE(artery.visits[i - 1].scene.taken.mm_per_px, artery.visits[i].scene.taken.mm_per_px);
        EXPECT_NE(artery.visits[i - 1].scene.taken.quanta_per_px, artery.visits[i].scene.taken.quanta_per_px);
    }
}

/// Direction of the beam in the patient.
Point3 beam_of(const View& view) {
    constexpr double degree = std::numbers::pi / 180.0;
    const double side = view.left_oblique_deg * degree, up = view.cranial_deg * degree;
    return {std::sin(side) * std::cos(up), -std::sin(up), std::cos(side) * std::cos(up)};
}

TEST(AngioplastyPhantom, ViewsDifferByNoMoreThanAsked) {
    double widest = 0.0;
    for (const double turn_deg : {0.0, 10.0, 40.0})
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            AngioplastyOptions options = small_picture;
            options.turn_deg = turn_deg;
            const Angioplasty artery = angioplasty(seed, options);
            for (const VisitScene& a : artery.visits)
                for (const VisitScene& b : artery.visits) {
                    const double cosine = dot(beam_of(a.scene.view), beam_of(b.scene.view));
                    const double angle_deg = std::acos(std::min(1.0, cosine)) * 180.0 / std::numbers::pi;
                    EXPECT_LE(angle_deg, turn_deg + 1e-6);
                    widest = std::max(widest, angle_deg);
                }
        }
    EXPECT_GT(widest, 20.0);
}

TEST(AngioplastyPhantom, GainsAreDifferencesOfDiameters) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const Angioplasty artery = angioplasty(seed, small_picture);
        const auto mld = [&](Visit visit) { return artery.at(visit).truth.in_stent.mld_mm; };
        EXPECT_NEAR(artery.in_stent.acute_gain_mm, mld(Visit::after) - mld(Visit::before), 1e-12);
        EXPECT_NEAR(artery.in_stent.late_loss_mm, mld(Visit::after) - mld(Visit::follow_up), 1e-12);
        EXPECT_NEAR(artery.in_stent.net_gain_mm, artery.in_stent.acute_gain_mm - artery.in_stent.late_loss_mm,
                    1e-12);
        EXPECT_NEAR(artery.in_segment.loss_index,
                    artery.in_segment.late_loss_mm / artery.in_segment.acute_gain_mm, 1e-12);
        EXPECT_NEAR(artery.recoil_mm, mld(Visit::balloon) - mld(Visit::after), 1e-12);
        EXPECT_GT(artery.in_stent.acute_gain_mm, 0.0);
        EXPECT_GE(artery.in_stent.late_loss_mm, 0.0);
        EXPECT_GT(artery.recoil_mm, 0.0);
        EXPECT_LE(artery.balloon_mld_mm, artery.balloon_nominal_mm);
        EXPECT_EQ(artery.restenosis, artery.at(Visit::follow_up).truth.in_segment.percent_diameter >= 50.0);
    }
}

TEST(AngioplastyPhantom, SegmentsHoldTheirNarrowestPlace) {
    for (const VisitScene& visit : angioplasty(5, small_picture).visits) {
        const VisitTruth& truth = visit.truth;
        EXPECT_EQ(truth.proximal_edge.to_mm, truth.in_stent.from_mm);
        EXPECT_EQ(truth.in_stent.to_mm, truth.distal_edge.from_mm);
        EXPECT_EQ(truth.in_segment.mld_mm,
                  std::min({truth.proximal_edge.mld_mm, truth.in_stent.mld_mm, truth.distal_edge.mld_mm}));
        // Foreshortening on a heart of 90 mm radius leaves more than three quarters of the 5 mm.
        EXPECT_GT(truth.proximal_edge.to_mm - truth.proximal_edge.from_mm, 3.75);
        EXPECT_LT(truth.proximal_edge.to_mm - truth.proximal_edge.from_mm, 5.15);
        EXPECT_GE(truth.in_stent.mean_diameter_mm, truth.in_stent.mld_mm);
    }
}

class StentWith : public testing::TestWithParam<Neointima> {};

TEST_P(StentWith, IsNarrowedWhereItsClassSays) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        const Angioplasty artery = angioplasty(seed, with(GetParam()));
        const VisitScene& last = artery.at(Visit::follow_up);
        const VisitTruth& truth = last.truth;
        const double percent = truth.in_segment.percent_diameter;
        EXPECT_EQ(artery.neointima, GetParam());
        EXPECT_EQ(artery.restenosis, GetParam() != Neointima::none) << seed;
        const bool is_edge = truth.in_stent.mld_mm > truth.in_segment.mld_mm;
        const double from_end = std::min(truth.in_segment.mld_at_mm - truth.in_stent.from_mm,
                                         truth.in_stent.to_mm - truth.in_segment.mld_at_mm);
        switch (GetParam()) {
            case Neointima::none:
                EXPECT_LT(percent, 40.0) << seed;
                break;
            case Neointima::gap:
            case Neointima::body:
            case Neointima::multifocal:
                EXPECT_GT(from_end, 2.0) << seed;
                EXPECT_LE(narrowed_mm(last, 50.0), 10.0) << seed;
                break;
            case Neointima::margin:
                EXPECT_LT(std::abs(from_end), 1.5) << seed;
                EXPECT_LE(narrowed_mm(last, 50.0), 10.0) << seed;
                break;
            case Neointima::diffuse:
                EXPECT_FALSE(is_edge) << seed;
                EXPECT_GT(narrowed_mm(last, 30.0), 10.0) << seed;
                EXPECT_LT(std::max(truth.proximal_edge.percent_diameter, truth.distal_edge.percent_diameter),
                          20.0)
                    << seed;
                break;
            case Neointima::proliferative:
                EXPECT_GT(narrowed_mm(last, 30.0), 10.0) << seed;
                EXPECT_GT(std::max(truth.proximal_edge.percent_diameter, truth.distal_edge.percent_diameter),
                          30.0)
                    << seed;
                break;
            case Neointima::occluded:
                EXPECT_EQ(truth.in_stent.mld_mm, 0.0) << seed;
                EXPECT_EQ(percent, 100.0) << seed;
                break;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(OfEveryClass, StentWith, testing::ValuesIn(every_neointima),
                         [](const auto& one) { return std::string(mehran_class(one.param)); });

TEST(AngioplastyPhantom, BeamMeetsTheDiameterOfTheTruth) {
    const VisitScene visit = angioplasty(2, small_picture).at(Visit::before);
    const CathLabPhantom frame = quiet(visit);
    for (const std::size_t i :
         {visit.truth.stent_from - 60, visit.truth.stent_from, visit.truth.stent_to + 30}) {
        const double path_mm = attenuation_at(frame, visit.artery.centerline_px[i]) /
                               visit.scene.taken.attenuation_per_mm / frame.arteries[0].stretch[i];
        // The ray lies within half a pixel's diagonal, 0.25 mm, of the middle.
        EXPECT_NEAR(path_mm, visit.artery.diameter_mm[i], 0.06 * visit.artery.diameter_mm[i]);
    }
}

TEST(AngioplastyPhantom, StrutsAbsorbALittle) {
    Angioplasty artery = angioplasty(4, with(Neointima::body));
    VisitScene visit = artery.at(Visit::after);
    const CathLabPhantom filled = quiet(visit);
    std::erase_if(visit.scene.tubes,
                  [](const SpatialTube& tube) { return tube.label == PixelLabel::device; });
    const CathLabPhantom bare = quiet(visit);
    double sum = 0.0, count = 0.0;
    for (std::size_t i = visit.truth.stent_from; i <= visit.truth.stent_to; ++i, count += 1.0)
        sum += attenuation_at(filled, visit.artery.centerline_px[i]) -
               attenuation_at(bare, visit.artery.centerline_px[i]);
    // Round struts of 0.06 to 0.09 mm and 0.35 to 0.65 per mm over an eighth of the wall, seen twice.
    EXPECT_GT(sum / count, 0.003);
    EXPECT_LT(sum / count, 0.015);
    const Point before_stent = visit.artery.centerline_px[visit.truth.stent_from - 40];
    EXPECT_NEAR(attenuation_at(filled, before_stent), attenuation_at(bare, before_stent), 1e-6);
}

TEST(AngioplastyPhantom, BalloonIsFilledBetweenItsMarkersAndTheArteryIsNot) {
    const Angioplasty artery = angioplasty(4, small_picture);
    const VisitScene& visit = artery.at(Visit::balloon);
    const CathLabPhantom frame = quiet(visit);
    const VisitTruth& truth = visit.truth;
    const auto at = [&](std::size_t i) { return attenuation_at(frame, visit.artery.centerline_px[i]); };
    const std::size_t middle = (truth.stent_from + truth.stent_to) / 2;
    const double inside = at(middle + 20), marker = std::max(at(truth.stent_from), at(truth.stent_to));
    EXPECT_GT(inside, 0.4 * visit.scene.taken.attenuation_per_mm * artery.balloon_mld_mm);
    EXPECT_GT(marker, 1.5 * inside);
    // Behind the balloon the beam meets the wire alone.
    EXPECT_LT(at(truth.stent_to + 90), 0.25);
    EXPECT_GT(truth.in_stent.mld_mm, artery.at(Visit::before).truth.in_stent.mld_mm);
}

TEST(AngioplastyPhantom, NoContrastPassesAnInflatedBalloon) {
    AngioplastyOptions options = small_picture;
    options.contrast_around_balloon = true;
    const VisitScene visit = angioplasty(4, options).at(Visit::balloon);
    const SpatialTube& main = visit.scene.tubes.front();
    EXPECT_EQ(main.medium[visit.truth.stent_from - 50], 1.0);
    EXPECT_EQ(main.medium[visit.truth.stent_to + 50], 0.0);
}

TEST(AngioplastyPhantom, NoContrastIsInAnOccludedStent) {
    const VisitScene visit = angioplasty(6, with(Neointima::occluded)).at(Visit::follow_up);
    const CathLabPhantom frame = quiet(visit);
    for (std::size_t i = 0; i < visit.artery.diameter_mm.size(); ++i)
        EXPECT_TRUE(visit.artery.diameter_mm[i] > 0.0 || visit.scene.tubes.front().medium[i] == 0.0);
    // What is left are struts.
    EXPECT_LT(attenuation_at(frame, visit.truth.in_stent.mld_px), 0.35);
}

TEST(AngioplastyPhantom, StentMarkersLieAtTheStentsEnds) {
    AngioplastyOptions options = small_picture;
    options.stent_markers = true;
    const VisitScene visit = angioplasty(4, options).at(Visit::follow_up);
    const auto is_marker = [](const SpatialTube& tube) { return tube.name == "marker"; };
    EXPECT_EQ(std::count_if(visit.scene.tubes.begin(), visit.scene.tubes.end(), is_marker), 2);
}

TEST(AngioplastyPhantom, TruthTellsVisitsGainsAndPlaces) {
    const Angioplasty artery = angioplasty(9, with(Neointima::diffuse));
    std::array<CathLabPhantom, 4> frames;
    for (std::size_t i = 0; i < 4; ++i) frames[i] = render(artery.visits[i]);
    const auto truth = nlohmann::json::parse(truth_json(artery, frames, {"a", "b", "c", "d"}, "case"));
    EXPECT_EQ(truth["mehran_class"], "II");
    EXPECT_EQ(truth["restenosis"], true);
    EXPECT_NEAR(truth["in_stent"]["acute_gain_mm"].get<double>(), artery.in_stent.acute_gain_mm, 1e-4);
    ASSERT_EQ(truth["visits"].size(), 4U);
    EXPECT_EQ(truth["visits"][3]["visit"], "follow-up");
    EXPECT_EQ(truth["visits"][3]["name"], "d");
    EXPECT_EQ(truth["visits"][0]["arc_mm"].size(), truth["visits"][3]["arc_mm"].size());
    EXPECT_EQ(truth["visits"][0]["vessels"][0]["centerline_px"].size(), truth["visits"][0]["arc_mm"].size());
    EXPECT_NEAR(truth["visits"][2]["in_stent"]["mld_mm"].get<double>(),
                artery.at(Visit::after).truth.in_stent.mld_mm, 1e-4);
}

TEST(AngioplastyPhantom, FramesTellTheAnglesOfTheCArm) {
    const VisitScene visit = angioplasty(1, small_picture).at(Visit::after);
    const Acquisition& taken = render(visit).phantom.frame.acquisition;
    EXPECT_EQ(taken.primary_angle_deg, visit.scene.view.left_oblique_deg);
    EXPECT_EQ(taken.secondary_angle_deg, visit.scene.view.cranial_deg);
}

TEST(AngioplastyPhantom, RefusesOptionsOutOfRangeByName) {
    const auto message = [](const AngioplastyOptions& options) -> std::string {
        try {
            angioplasty(1, options);
        } catch (const InvalidInput& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_THAT(message({.size_px = 10}), HasSubstr("size_px"));
    EXPECT_THAT(message({.mm_per_px = 0.1}), HasSubstr("mm_per_px"));
    EXPECT_THAT(message({.max_percent_diameter = 100.0}), HasSubstr("max_percent_diameter"));
    EXPECT_THAT(message({.turn_deg = 91.0}), HasSubstr("turn_deg"));
}

}  // namespace
}  // namespace stenometry::phantom
