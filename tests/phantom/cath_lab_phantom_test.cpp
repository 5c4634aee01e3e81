#include "stenometry/cath_lab_phantom.h"

#include <gmock/gmock.h>

#include <tbb/global_control.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "stenometry/error.h"

namespace stenometry::phantom {
namespace {

using testing::HasSubstr;

double size(Point3 p) { return std::sqrt(dot(p, p)); }

double flow_of(double diameter_mm) { return std::pow(diameter_mm, 7.0 / 3.0); }

/// A straight artery through `middle` that lies `inclination_deg` out of the picture's plane.
SpatialTube straight_artery(double diameter_mm, double angle_deg, double inclination_deg = 0.0,
                            Point3 middle = {}) {
    constexpr double degree = std::numbers::pi / 180.0;
    const double flat = std::cos(inclination_deg * degree);
    const Point3 along{flat * std::cos(angle_deg * degree), flat * std::sin(angle_deg * degree),
                       std::sin(inclination_deg * degree)};
    SpatialTube tube{.name = "artery"};
    for (double arc = -40.0; arc <= 40.0; arc += 0.5) tube.centerline_mm.push_back(middle + arc * along);
    tube.diameter_mm.assign(tube.centerline_mm.size(), diameter_mm);
    tube.medium.assign(tube.centerline_mm.size(), 1.0);
    return tube;
}

/// No noise, blur, scatter or chest, and grey values that follow the attenuation.
CathLabScene quiet_scene(std::vector<SpatialTube> tubes) {
    CathLabScene scene{.taken = {.width_px = 128, .height_px = 128, .mm_per_px = 0.2},
                       .view = {.source_mm = 1e6},
                       .tubes = std::move(tubes),
                       .archive = {.harmonise = 0.0, .window = 2.0, .level = 0.9}};
    scene.taken.detector_blur_mm = scene.taken.focal_spot_mm = 0.0;
    scene.taken.scatter_fraction = scene.taken.quanta_per_px = scene.taken.background = 0.0;
    return scene;
}

/// Attenuation at a pixel, as far as 256 grey levels tell: to 0.004.
double attenuation(const CathLabPhantom& frame, int x, int y) {
    const Image<float>& pixels = frame.phantom.frame.pixels;
    return (double(pixels(1, 1)) - double(pixels(x, y))) / 255.0 * frame.scene.archive.window;
}
constexpr double grey_step = 0.008;

double share(const Image<std::uint8_t>& image, std::uint8_t value) {
    double count = 0.0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) count += image(x, y) == value ? 1.0 : 0.0;
    return count / (double(image.width()) * image.height());
}

bool same(const Image<float>& a, const Image<float>& b) {
    for (int y = 0; y < a.height(); ++y)
        if (!std::equal(a.row(y), a.row(y) + a.width(), b.row(y))) return false;
    return true;
}

/// Of a line, the point nearest to `p`.
std::size_t nearest(const std::vector<Point3>& line, Point3 p) {
    const auto closer = [&](Point3 a, Point3 b) { return size(a - p) < size(b - p); };
    return static_cast<std::size_t>(std::min_element(line.begin(), line.end(), closer) - line.begin());
}

const SpatialTube* catheter_of(const CathLabScene& scene) {
    const auto is_catheter = [](const SpatialTube& tube) { return tube.label == PixelLabel::catheter; };
    const auto found = std::find_if(scene.tubes.begin(), scene.tubes.end(), is_catheter);
    return found == scene.tubes.end() ? nullptr : &*found;
}

TEST(CoronaryTree, DiametersOfMotherAndDaughtersFollowHuoAndKassab) {
    int forks = 0;
    for (const CoronaryArtery artery : {CoronaryArtery::left, CoronaryArtery::right})
        for (std::uint64_t seed = 1; seed <= 8; ++seed) {
            const std::vector<SpatialTube> tree = coronary_tree(seed, artery, 3);
            for (const SpatialTube& daughter : tree) {
                if (daughter.parent < 0) continue;
                const SpatialTube& mother = tree[static_cast<std::size_t>(daughter.parent)];
                const std::size_t at = nearest(mother.centerline_mm, daughter.centerline_mm.front());
                if (at < 2 || at + 2 >= mother.diameter_mm.size()) continue;
                const double before = flow_of(mother.diameter_mm[at - 1]);
                const double after =
                    flow_of(mother.diameter_mm[at + 1]) + flow_of(daughter.diameter_mm.front());
                // 2 % for the mother's taper over a millimetre.
                EXPECT_NEAR(after, before, 0.02 * before) << daughter.name << " of seed " << seed;
                ++forks;
            }
        }
    EXPECT_GT(forks, 150);
}

TEST(CoronaryTree, DaughtersComeAfterTheirMotherAndBeginInHerLumen) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        const std::vector<SpatialTube> tree = coronary_tree(seed, CoronaryArtery::left, 4);
        for (std::size_t i = 0; i < tree.size(); ++i) {
            if (tree[i].parent < 0) continue;
            ASSERT_LT(tree[i].parent, static_cast<int>(i));
            const SpatialTube& mother = tree[static_cast<std::size_t>(tree[i].parent)];
            EXPECT_EQ(tree[i].generation, mother.generation + 1);
            const std::size_t at = nearest(mother.centerline_mm, tree[i].centerline_mm.front());
            constexpr double half_step_mm = 0.4;  // between the points of a centerline that winds
            EXPECT_LT(size(mother.centerline_mm[at] - tree[i].centerline_mm.front()), half_step_mm);
        }
    }
}

TEST(CoronaryTree, OneGenerationIsWhatLeavesTheAorta) {
    EXPECT_EQ(coronary_tree(3, CoronaryArtery::right, 1).size(), 1U);
    EXPECT_GT(coronary_tree(3, CoronaryArtery::right, 3).size(),
              coronary_tree(3, CoronaryArtery::right, 2).size());
}

TEST(View, LeftObliqueShowsTheSpineToTheRightOfTheHeart) {
    const Point3 spine{0.0, 0.0, -85.0};
    EXPECT_NEAR(project({}, spine).mm.x, 0.0, 1e-6);
    EXPECT_GT(project({.left_oblique_deg = 45.0}, spine).mm.x, 50.0);
    EXPECT_LT(project({.left_oblique_deg = -30.0}, spine).mm.x, -30.0);
    EXPECT_LT(project({.cranial_deg = 30.0}, spine).mm.y, -30.0);
}

TEST(View, WhatIsNearerToTheFocalSpotIsLarger) {
    EXPECT_NEAR(project({}, {10.0, 0.0, -75.0}).magnification, 750.0 / 675.0, 1e-9);
    EXPECT_NEAR(project({}, {10.0, 0.0, 0.0}).mm.x, 10.0, 1e-9);
}

TEST(CathLabPhantom, PathThroughAForeshortenedArteryGrowsWithItsInclination) {
    const double flat = attenuation(render(quiet_scene({straight_artery(2.0, 0.0)})), 64, 64);
    EXPECT_NEAR(flat, 2.0 * 0.11, grey_step);
    for (const double inclination_deg : {30.0, 45.0, 60.0}) {
        const CathLabPhantom frame = render(quiet_scene({straight_artery(2.0, 0.0, inclination_deg)}));
        const double expected = 2.0 * 0.11 / std::cos(inclination_deg * std::numbers::pi / 180.0);
        EXPECT_NEAR(attenuation(frame, 64, 64), expected, grey_step) << inclination_deg << " degrees";
        EXPECT_NEAR(frame.arteries[0].attenuation[80], expected, 1e-3);
    }
}

TEST(CathLabPhantom, ArteriesThatCrossAttenuateAsTheirSum) {
    const SpatialTube front = straight_artery(3.0, 0.0, 0.0, {0.0, 0.0, 20.0});
    const CathLabPhantom frame = render(quiet_scene({straight_artery(2.0, 90.0), front}));
    EXPECT_NEAR(attenuation(frame, 64, 64), 5.0 * 0.11, grey_step);
    EXPECT_EQ(frame.crossing(64, 64), 255);
    EXPECT_EQ(frame.crossing(100, 64), 0);
    EXPECT_EQ(frame.vessel(64, 64), 2) << "the one nearer to the detector";
    EXPECT_EQ(frame.vessel(64, 100), 1);
}

TEST(CathLabPhantom, ArteriesThatMeetAttenuateAsTheWiderOne) {
    const CathLabPhantom frame = render(quiet_scene({straight_artery(2.0, 90.0), straight_artery(3.0, 0.0)}));
    EXPECT_NEAR(attenuation(frame, 64, 64), 3.0 * 0.11, grey_step);
    EXPECT_EQ(frame.crossing(64, 64), 0);
}

TEST(CathLabPhantom, WireAttenuatesByItsOwnMaterial) {
    SpatialTube wire = straight_artery(1.0, 0.0);
    wire.label = PixelLabel::device;
    wire.medium.clear();
    wire.bore = 0.0;
    wire.wall_attenuation_per_mm = 0.5;
    const CathLabPhantom frame = render(quiet_scene({wire}));
    EXPECT_NEAR(attenuation(frame, 64, 64), 0.5, 0.02);  // 0.2 mm pixels on a 1 mm wire
    EXPECT_EQ(frame.labels(64, 64), static_cast<std::uint8_t>(PixelLabel::device));
    EXPECT_EQ(frame.phantom.mask(64, 64), 0);
}

TEST(CathLabPhantom, LesionTruthIsWhatTheSceneAsksFor) {
    SpatialTube artery = straight_artery(3.0, 20.0);
    artery.lesions = {{.at_mm = 40.0, .length_mm = 12.0, .percent_diameter = 60.0}};
    const CathLabPhantom frame = render(quiet_scene({artery}));
    ASSERT_EQ(frame.phantom.vessels[0].lesions.size(), 1U);
    const LesionTruth& lesion = frame.phantom.vessels[0].lesions[0];
    EXPECT_NEAR(lesion.percent_diameter, 60.0, 0.1);
    EXPECT_NEAR(lesion.mld_mm, 1.2, 0.01);
    EXPECT_NEAR(distance(lesion.at_px, {63.5, 63.5}), 0.0, 0.1);
    EXPECT_NEAR(attenuation(frame, 64, 64), 1.2 * 0.11, 2.0 * grey_step);
}

TEST(CathLabScene, LabelsAgreeWithTheMask) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const CathLabPhantom frame =
            render(cath_lab_scene(seed, {.min_mm_per_px = 0.4, .filling = Filling::full}));
        for (int y = 0; y < 256; ++y)
            for (int x = 0; x < 256; ++x) {
                const bool artery = frame.labels(x, y) == static_cast<std::uint8_t>(PixelLabel::artery);
                ASSERT_TRUE(!artery || frame.phantom.mask(x, y) == 255);
                ASSERT_EQ(frame.vessel(x, y) > 0, frame.phantom.mask(x, y) == 255);
                ASSERT_TRUE(frame.crossing(x, y) == 0 || frame.phantom.mask(x, y) == 255);
            }
        EXPECT_GT(share(frame.labels, 1), 0.01) << "seed " << seed;
    }
}

TEST(CathLabScene, CatheterIsOfFourToEightFrenchAndItsTipLiesInTheOstium) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        const CathLabScene scene = cath_lab_scene(seed, {.catheter = 1.0});
        const SpatialTube* catheter = catheter_of(scene);
        ASSERT_NE(catheter, nullptr);
        const auto [least, most] =
            std::minmax_element(catheter->diameter_mm.begin(), catheter->diameter_mm.end());
        EXPECT_EQ(*least, *most) << "even width";
        EXPECT_GE(*least, 4.0 / 3.0 - 1e-9);
        EXPECT_LE(*most, 8.0 / 3.0 + 1e-9);
        const SpatialTube& artery = scene.tubes.front();
        const std::size_t at = nearest(artery.centerline_mm, catheter->centerline_mm.back());
        EXPECT_LT(size(artery.centerline_mm[at] - catheter->centerline_mm.back()),
                  0.5 * artery.diameter_mm[at]);
        EXPECT_LT(at, 10U) << "not further than 6 mm into the artery";
    }
}

TEST(CathLabScene, EmptyOneShowsNoArtery) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const CathLabPhantom frame = render(cath_lab_scene(seed, {.filling = Filling::empty}));
        EXPECT_EQ(share(frame.labels, static_cast<std::uint8_t>(PixelLabel::artery)), 0.0);
        for (const ArteryTruth& artery : frame.arteries) EXPECT_THAT(artery.attenuation, testing::Each(0.0));
    }
}

TEST(CathLabScene, PartlyFilledOneHasContrastInSomeOfItsArteries) {
    int partly = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const CathLabScene scene = cath_lab_scene(seed, {.filling = Filling::partial});
        double least = 1e9, most = 0.0;
        for (const SpatialTube& tube : scene.tubes)
            if (tube.label == PixelLabel::artery)
                for (const double medium : tube.medium) {
                    least = std::min(least, medium);
                    most = std::max(most, medium);
                }
        partly += least < 0.02 && most > 0.3 ? 1 : 0;
    }
    EXPECT_GE(partly, 9);
}

TEST(CathLabScene, HoldsTheDevicesThatAreAskedFor) {
    const CathLabScene bare = cath_lab_scene(5, {.catheter = 0.0,
                                                 .guide_wire = 0.0,
                                                 .leads = 0.0,
                                                 .sternal_wires = 0.0,
                                                 .clips = 0.0,
                                                 .electrodes = 0.0});
    for (const SpatialTube& tube : bare.tubes)
        EXPECT_TRUE(tube.label == PixelLabel::artery || tube.label == PixelLabel::background) << tube.name;
    const CathLabScene full = cath_lab_scene(5, {.catheter = 1.0,
                                                 .guide_wire = 1.0,
                                                 .leads = 1.0,
                                                 .sternal_wires = 1.0,
                                                 .clips = 1.0,
                                                 .electrodes = 1.0});
    for (const std::string name :
         {"catheter", "guide wire", "lead", "sternal wire", "clip", "electrode", "cable"})
        EXPECT_TRUE(std::any_of(full.tubes.begin(), full.tubes.end(), [&](const SpatialTube& tube) {
            return tube.name == name;
        })) << name;
}

TEST(CathLabScene, HasTheSameBytesOnOneAndOnTwoThreads) {
    for (std::uint64_t seed = 11; seed <= 14; ++seed) {
        const CathLabScene scene = cath_lab_scene(seed);
        const auto rendered_on = [&](std::size_t threads) {
            const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
            return render(scene);
        };
        const CathLabPhantom one = rendered_on(1), two = rendered_on(2);
        EXPECT_TRUE(same(one.phantom.frame.pixels, two.phantom.frame.pixels)) << "seed " << seed;
        EXPECT_FALSE(same(one.phantom.frame.pixels, render(cath_lab_scene(seed + 100)).phantom.frame.pixels));
    }
}

TEST(CathLabScene, GreyValuesAreWholeBytes) {
    for (std::uint64_t seed = 21; seed <= 26; ++seed) {
        const CathLabPhantom frame = render(cath_lab_scene(seed));
        for (int y = 0; y < 256; ++y)
            for (int x = 0; x < 256; ++x) {
                const float value = frame.phantom.frame.pixels(x, y);
                ASSERT_TRUE(value >= 0.0F && value <= 255.0F && value == std::floor(value)) << value;
            }
    }
}

TEST(Archive, LowerJpegQualityLosesMore) {
    CathLabScene scene = cath_lab_scene(3);
    scene.archive.jpeg_quality = 0;
    const Image<float> kept = render(scene).phantom.frame.pixels;
    const auto loss = [&](int quality) {
        scene.archive.jpeg_quality = quality;
        const Image<float> pixels = render(scene).phantom.frame.pixels;
        double sum = 0.0;
        for (int y = 0; y < 256; ++y)
            for (int x = 0; x < 256; ++x) sum += std::abs(double(pixels(x, y)) - double(kept(x, y)));
        return sum / (256.0 * 256.0);
    };
    EXPECT_LT(loss(100), 0.6) << "grey levels: steps of one";
    EXPECT_LT(loss(90), loss(30));
}

TEST(CathLabScene, ValueOutOfRangeIsRefusedByName) {
    const auto refusal = [](const CathLabOptions& options) -> std::string {
        try {
            cath_lab_scene(1, options);
        } catch (const InvalidInput& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_THAT(refusal({.size_px = 4}), HasSubstr("size_px"));
    EXPECT_THAT(refusal({.min_mm_per_px = 0.0}), HasSubstr("min_mm_per_px"));
    EXPECT_THAT(refusal({.catheter = 1.5}), HasSubstr("catheter"));
    EXPECT_THAT(refusal({.max_lesions = 9}), HasSubstr("max_lesions"));
    EXPECT_THROW(coronary_tree(1, CoronaryArtery::left, 0), InvalidInput);
    CathLabScene scene = quiet_scene({straight_artery(2.0, 0.0)});
    scene.tubes[0].diameter_mm.pop_back();
    EXPECT_THROW(render(scene), InvalidInput);
    scene = quiet_scene({straight_artery(2.0, 0.0)});
    scene.tubes[0].parent = 0;
    EXPECT_THROW(render(scene), InvalidInput) << "no artery is its own mother";
    scene = quiet_scene({straight_artery(2.0, 0.0)});
    scene.archive.window = 0.0;
    EXPECT_THROW(render(scene), InvalidInput);
}

}  // namespace
}  // namespace stenometry::phantom
