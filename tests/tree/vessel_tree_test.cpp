#include "stenometry/vessel_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "stenometry/error.h"
#include "support/drawn_vessels.h"

namespace stenometry {
namespace {

using drawn::Vessel;
using drawn::worst_distance;

/// What the stages see of a picture of vessels.
struct Scene {
    VesselMask mask;
    Vesselness vesselness;

    Scene(int width, int height, const std::vector<Vessel>& vessels)
        : mask(drawn::mask(width, height, vessels)), vesselness(drawn::ridge(width, height, vessels)) {}

    VesselTree tree(const VesselTreeOptions& options = {}) const {
        return build_vessel_tree(mask, vesselness, options);
    }
    std::vector<TracedVessel> traced(const VesselTreeOptions& options = {}) const {
        return trace_vessels(tree(options), vesselness, options);
    }
    std::vector<Centerline> vessels(const VesselTreeOptions& options = {}) const {
        std::vector<Centerline> lines;
        for (TracedVessel& vessel : traced(options)) lines.push_back(std::move(vessel.centerline));
        return lines;
    }
};

std::size_t count_nodes(const VesselTree& tree, std::size_t branches) {
    return static_cast<std::size_t>(
        std::count_if(tree.nodes.begin(), tree.nodes.end(),
                      [&](const VesselTree::Node& n) { return n.branches.size() == branches; }));
}

void expect_consistent(const VesselTree& tree) {
    std::vector<std::size_t> met(tree.branches.size(), 0);
    for (int n = 0; n < std::ssize(tree.nodes); ++n) {
        for (const int b : tree.nodes[static_cast<std::size_t>(n)].branches) {
            const VesselTree::Branch& branch = tree.branches.at(static_cast<std::size_t>(b));
            EXPECT_TRUE(branch.from == n || branch.to == n);
            ++met[static_cast<std::size_t>(b)];
        }
    }
    for (std::size_t b = 0; b < tree.branches.size(); ++b) {
        const VesselTree::Branch& branch = tree.branches[b];
        EXPECT_EQ(met[b], 2U);
        EXPECT_EQ(branch.points_px.size(), branch.radius_px.size());
        EXPECT_NEAR(branch.length_px, length(branch.points_px), 1e-9);
        EXPECT_LT(distance(branch.points_px.front(), tree.nodes[static_cast<std::size_t>(branch.from)].at_px),
                  1e-9);
        EXPECT_LT(distance(branch.points_px.back(), tree.nodes[static_cast<std::size_t>(branch.to)].at_px),
                  1e-9);
    }
}

class MaskOfTubeAtAngle : public testing::TestWithParam<double> {};

TEST_P(MaskOfTubeAtAngle, HasOneBranchOfTheRightLengthAndRadiusInItsMiddle) {
    const double angle = GetParam() * std::numbers::pi / 180.0;
    const Point half = 60.0 * Point{std::cos(angle), std::sin(angle)};
    const Point centre{80.3, 79.6};
    const Polyline truth = drawn::line(centre - half, centre + half);
    const VesselTree tree = Scene(160, 160, {{truth, 4.0}}).tree();
    expect_consistent(tree);
    ASSERT_EQ(tree.branches.size(), 1U);
    const VesselTree::Branch& branch = tree.branches[0];
    // The mask has round ends of 4 px beyond the truth, and pixels: half a percent of what lies between the
    // ends.
    const double between = length(slice(branch.points_px, 10.0, branch.length_px - 10.0));
    EXPECT_NEAR(distance(branch.points_px[20], branch.points_px[branch.points_px.size() - 21]), between,
                0.005 * between);
    EXPECT_NEAR(branch.length_px, 128.0, 3.5);
    for (std::size_t i = 20; i + 20 < branch.points_px.size(); ++i) {
        EXPECT_LT(nearest_on(truth, branch.points_px[i]).distance, 0.5);  // px
        EXPECT_NEAR(branch.radius_px[i], 4.0, 0.7);
    }
}
INSTANTIATE_TEST_SUITE_P(OnAnySlope, MaskOfTubeAtAngle,
                         testing::Values(0.0, 5.0, 10.0, 20.0, 26.565, 35.0, 45.0, 55.0, 63.435, 80.0, 90.0,
                                         116.565, 150.0));

class RingOfRadius : public testing::TestWithParam<double> {};

TEST_P(RingOfRadius, IsOneBranchAsLongAsItsCircumference) {
    const double radius = GetParam();
    const VesselTree tree = Scene(128, 128, {{drawn::arc({64, 64}, radius, 0.0, 360.0), 3.0}}).tree();
    expect_consistent(tree);
    ASSERT_EQ(tree.branches.size(), 1U);
    EXPECT_EQ(tree.branches[0].from, tree.branches[0].to);
    EXPECT_NEAR(tree.branches[0].length_px, 2.0 * std::numbers::pi * radius,
                0.005 * 2.0 * std::numbers::pi * radius);
}
INSTANTIATE_TEST_SUITE_P(FromTightToWide, RingOfRadius, testing::Values(12.0, 20.0, 35.0, 55.0));

/// A trunk that runs down and parts in two.
std::vector<Vessel> fork() {
    return {{drawn::line({80, 10}, {80, 70}), 4.5},
            {drawn::line({80, 70}, {50, 140}), 4.0},
            {drawn::line({80, 70}, {125, 135}), 2.5}};
}

TEST(VesselTree, AForkHasThreeBranchesAndOneBifurcation) {
    const VesselTree tree = Scene(160, 160, fork()).tree();
    expect_consistent(tree);
    EXPECT_EQ(tree.branches.size(), 3U);
    EXPECT_EQ(count_nodes(tree, 1), 3U);
    ASSERT_EQ(count_nodes(tree, 3), 1U);
    for (const VesselTree::Node& node : tree.nodes)
        EXPECT_TRUE(node.branches.size() != 3 || distance(node.at_px, {80, 70}) < 5.0);  // px; about a radius
}

TEST(VesselTree, ACrossingIsOneNodeOfFourBranches) {
    for (const double angle_deg : {45.0, 60.0, 90.0}) {
        const double a = angle_deg * std::numbers::pi / 180.0;
        const Point half = 60.0 * Point{std::cos(a), std::sin(a)}, middle{80, 80};
        const VesselTree tree =
            Scene(160, 160,
                  {{drawn::line({15, 80}, {145, 80}), 4.0}, {drawn::line(middle - half, middle + half), 3.5}})
                .tree();
        expect_consistent(tree);
        EXPECT_EQ(count_nodes(tree, 4), 1U) << angle_deg;
        EXPECT_EQ(tree.branches.size(), 4U) << angle_deg;
    }
}

TEST(VesselTree, SpursGoAndSideBranchesStay) {
    const Polyline trunk = drawn::line({10, 50}, {150, 50});
    const std::vector<Vessel> with_both{
        {trunk, 4.0}, {drawn::line({60, 50}, {60, 40}), 1.5}, {drawn::line({100, 50}, {115, 20}), 2.0}};
    const VesselTree tree =
        Scene(160, 100, with_both).tree({.min_spur = {.mm = 2.0, .uncalibrated_px = 10.0}});
    expect_consistent(tree);
    EXPECT_EQ(count_nodes(tree, 3), 1U);
    EXPECT_EQ(tree.branches.size(), 3U);
    const VesselTree all = Scene(160, 100, with_both).tree({.min_spur = {.mm = 2.0, .uncalibrated_px = 3.0}});
    EXPECT_EQ(count_nodes(all, 3), 2U);
}

TEST(VesselTree, EndsThatFaceEachOtherAreJoined) {
    const Scene interrupted(
        200, 100, {{drawn::line({10, 20}, {90, 52}), 3.0}, {drawn::line({110, 60}, {190, 92}), 3.0}});
    const VesselTree tree = interrupted.tree();
    expect_consistent(tree);
    ASSERT_EQ(tree.branches.size(), 1U);
    const Polyline& points = tree.branches[0].points_px;
    EXPECT_LT(
        worst_distance(Polyline(points.begin() + 20, points.end() - 20), drawn::line({10, 20}, {190, 92})),
        0.7);
    EXPECT_EQ(interrupted.tree({.max_gap = {.mm = 5.0, .uncalibrated_px = 5.0}}).branches.size(), 2U);
}

TEST(VesselTree, AnInterruptedSideBranchIsLedIntoItsParent) {
    const VesselTree tree =
        Scene(200, 120, {{drawn::line({10, 30}, {190, 30}), 4.0}, {drawn::line({90, 42}, {120, 110}), 2.0}})
            .tree();
    expect_consistent(tree);
    EXPECT_EQ(tree.branches.size(), 3U);
    ASSERT_EQ(count_nodes(tree, 3), 1U);
    for (const VesselTree::Node& node : tree.nodes)
        EXPECT_TRUE(node.branches.size() != 3 || distance(node.at_px, {85, 30}) < 5.0);  // px; about a radius
}

TEST(VesselTree, EndsThatPassEachOtherStayApart) {
    const VesselTree tree =
        Scene(200, 100, {{drawn::line({10, 40}, {100, 40}), 3.0}, {drawn::line({100, 58}, {190, 58}), 3.0}})
            .tree();
    EXPECT_EQ(tree.branches.size(), 2U);
}

TEST(VesselTree, NoiseHolesInTheLumenMakeNoLoops) {
    Scene scene(160, 60, {{drawn::line({10, 30}, {150, 30}), 5.0}});
    for (const int x : {40, 41, 75, 110}) scene.mask.mask(x, 30) = 0;
    EXPECT_EQ(scene.tree().branches.size(), 1U);
}

TEST(VesselTree, AMaskWithoutVesselsHasAnEmptyTree) {
    for (const auto& [width, height] :
         {std::pair{40, 30}, std::pair{1, 1}, std::pair{1, 40}, std::pair{40, 1}}) {
        const Scene nothing(width, height, {});
        EXPECT_TRUE(nothing.tree().branches.empty());
        EXPECT_TRUE(nothing.tree().nodes.empty());
        EXPECT_TRUE(nothing.vessels().empty());
    }
}

TEST(VesselTree, OnePixelIsNoVesselAndALineOnePixelHighIsOne) {
    Scene pixel(30, 30, {});
    pixel.mask.mask(12, 14) = 255;
    EXPECT_TRUE(pixel.tree().branches.empty());

    Scene flat(60, 1, {});
    flat.mask.mask.fill(255);
    const VesselTree tree = flat.tree();
    expect_consistent(tree);
    ASSERT_EQ(tree.branches.size(), 1U);
    EXPECT_NEAR(tree.branches[0].length_px, 59.0, 1.0);
}

TEST(VesselTree, AMaskFullOfVesselDoesNotHang) {
    Scene full(50, 40, {});
    full.mask.mask.fill(255);
    expect_consistent(full.tree());
}

TEST(VesselTree, MirroringThePictureMirrorsTheTree) {
    std::vector<Vessel> mirrored = fork();
    for (Vessel& vessel : mirrored)
        for (Point& p : vessel.curve) p.x = 159.0 - p.x;
    const VesselTree tree = Scene(160, 160, fork()).tree();
    const VesselTree other = Scene(160, 160, mirrored).tree();
    ASSERT_EQ(tree.branches.size(), other.branches.size());
    for (const VesselTree::Branch& branch : tree.branches) {
        double nearest = 1e9;
        for (const VesselTree::Branch& candidate : other.branches) {
            Polyline back = candidate.points_px;
            for (Point& p : back) p.x = 159.0 - p.x;
            nearest = std::min(nearest, worst_distance(branch.points_px, back));
        }
        EXPECT_LT(nearest, 1.0);  // px; peeling one side before the other shifts a node by a pixel at most
    }
}

TEST(VesselTree, ImagesOfDifferentSizesAreTheCallersMistake) {
    const Scene scene(40, 30, {});
    EXPECT_THROW(build_vessel_tree(scene.mask, drawn::ridge(30, 40, {})), InvalidInput);
}

TEST(VesselTree, OptionsOutOfRangeAreNamed) {
    EXPECT_THROW((VesselTreeOptions{.min_spur = {.mm = -1.0, .uncalibrated_px = 8.0}}.validate()),
                 InvalidInput);
    EXPECT_THROW((VesselTreeOptions{.max_gap = {.mm = std::nan(""), .uncalibrated_px = 8.0}}.validate()),
                 InvalidInput);
    const Scene scene(40, 30, {});
    EXPECT_THROW(build_vessel_tree(scene.mask, scene.vesselness, {}, {.step_px = 0.0}), InvalidInput);
    EXPECT_THROW(trace_vessels(scene.tree(), scene.vesselness, {}, {.step_px = 0.0}), InvalidInput);
}

TEST(Vessels, AtAForkTheStraighterAndWiderBranchGoesOn) {
    const std::vector<Centerline> found = Scene(160, 160, fork()).vessels();
    ASSERT_EQ(found.size(), 2U);
    Polyline main = drawn::line({80, 10}, {80, 70});
    const Polyline rest = drawn::line({80, 70}, {50, 140});
    main.insert(main.end(), rest.begin(), rest.end());
    EXPECT_LT(distance(found[0].points_px.front(), {80, 10}),
              6.0);  // px; the round end of the mask is longer
    EXPECT_LT(distance(found[0].points_px.back(), {50, 140}), 6.0);
    EXPECT_LT(distance(found[1].points_px.back(), {125, 135}), 6.0);
    EXPECT_GT(nearest_on(main, found[1].points_px.front()).distance,
              2.5);  // begins outside the parent's middle
    EXPECT_LT(nearest_on(main, found[1].points_px.front()).distance, 7.0);
}

TEST(Vessels, ABranchKnowsWhatItLeavesAndWhere) {
    const Scene scene(160, 160, fork());
    const VesselTree tree = scene.tree();
    const std::vector<TracedVessel> found = trace_vessels(tree, scene.vesselness);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].parent, std::nullopt);
    EXPECT_EQ(found[1].parent, std::optional<std::size_t>(0));
    const Point node = tree.nodes.at(static_cast<std::size_t>(found[1].node)).at_px;
    EXPECT_LT(distance(node, {80, 70}), 4.0);  // px: the skeleton meets within the lumen
}

TEST(Vessels, AVesselThatOnlyCrossesAnotherLeavesNone) {
    const Scene scene(200, 200,
                      {{drawn::line({20, 30}, {180, 160}), 4.0}, {drawn::line({20, 160}, {180, 30}), 4.0}});
    const std::vector<TracedVessel> found = scene.traced();
    ASSERT_EQ(found.size(), 2U);
    for (const TracedVessel& vessel : found) EXPECT_EQ(vessel.parent, std::nullopt);
}

TEST(Vessels, AnArteryThatLeavesTheFieldBelowIsNoCatheter) {
    // Narrow at the lower border, where no catheter comes in, and wide above.
    const Scene scene(100, 240,
                      {{drawn::line({50, 240}, {50, 140}), 2.5}, {drawn::line({50, 140}, {50, 40}), 3.7}});
    const std::vector<Centerline> found = scene.vessels();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_GT(length(found[0].points_px),
              180.0);  // px, of 200 and the rounded end, less what lies at the border
    EXPECT_LT(found[0].points_px.front().y, found[0].points_px.back().y);
}

TEST(Vessels, OfBranchesOfLikeWidthTheStraighterGoesOn) {
    const std::vector<Centerline> found = Scene(160, 170,
                                                {{drawn::line({80, 10}, {80, 70}), 4.5},
                                                 {drawn::line({80, 70}, {84, 155}), 3.0},
                                                 {drawn::line({80, 70}, {140, 120}), 3.3}})
                                              .vessels();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_LT(distance(found[0].points_px.front(), {80, 10}),
              6.0);  // px; the round end of the mask is longer
    EXPECT_LT(distance(found[0].points_px.back(), {84, 155}), 6.0);
}

TEST(Vessels, RunFromWideToNarrow) {
    std::vector<Vessel> taper;
    for (int i = 0; i < 10; ++i)
        taper.push_back({drawn::line({150.0 - 14.0 * i, 50}, {136.0 - 14.0 * i, 50}), 5.0 - 0.3 * i});
    const std::vector<Centerline> found = Scene(160, 100, taper).vessels();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_GT(found[0].points_px.front().x, found[0].points_px.back().x);
}

TEST(Vessels, BeginAtTheCatheterWhateverTheirWidth) {
    std::vector<Vessel> widening{{drawn::line({30, 50}, {80, 50}), 3.0},
                                 {drawn::line({80, 50}, {130, 50}), 4.0}};
    Scene scene(160, 100, widening);
    scene.mask.catheter(24, 50) = 255;
    const std::vector<Centerline> found = scene.vessels();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_LT(found[0].points_px.front().x, found[0].points_px.back().x);
}

TEST(Vessels, ACatheterThatComesOverTheBorderIsProximalAndNotPartOfTheVessel) {
    Scene scene(240, 100, {{drawn::line({0, 20}, {60, 50}), 2.5}, {drawn::line({60, 50}, {200, 50}), 3.7}});
    const std::vector<Centerline> found = scene.vessels();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NEAR(found[0].points_px.front().x, 58.0,
                8.0);  // px; the step is round as the end of the wider tube
    EXPECT_NEAR(found[0].points_px.back().x, 203.0, 3.0);
    scene.mask.keep_catheter = true;
    const std::vector<Centerline> whole = scene.vessels();
    ASSERT_EQ(whole.size(), 1U);
    EXPECT_LT(whole[0].points_px.front().x, 15.0);
}

TEST(Vessels, AStenosisNearTheBorderIsNoCatheter) {
    const std::vector<Vessel> narrowed{{drawn::line({0, 50}, {30, 50}), 4.5},
                                       {drawn::line({30, 50}, {60, 50}), 2.0},
                                       {drawn::line({60, 50}, {230, 50}), 4.0}};
    const std::vector<Centerline> found = Scene(260, 100, narrowed).vessels();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_LT(found[0].points_px.front().x, 20.0);
}

TEST(Vessels, EndWhereOneWallLeavesThePicture) {
    const std::vector<Centerline> found =
        Scene(200, 100, {{drawn::line({-10, 50}, {210, 50}), 4.0}}).vessels();
    ASSERT_EQ(found.size(), 1U);
    const auto [left, right] = std::minmax(found[0].points_px.front().x, found[0].points_px.back().x);
    EXPECT_GT(left, 6.0);
    EXPECT_LT(left, 14.0);
    EXPECT_GT(right, 185.0);
    EXPECT_LT(right, 193.0);
}

TEST(Vessels, ATightStenosisNeitherEndsNorTurnsAVessel) {
    for (const double tight : {1.0, 0.6}) {
        for (const double place : {40.0, 70.0, 110.0}) {
            const std::vector<Vessel> narrowed{{drawn::line({10, 50}, {place, 50}), 5.0},
                                               {drawn::line({place, 50}, {place + 20, 50}), tight},
                                               {drawn::line({place + 20, 50}, {190, 50}), 4.0}};
            const std::vector<Centerline> found = Scene(200, 100, narrowed).vessels();
            ASSERT_EQ(found.size(), 1U) << place;
            EXPECT_LT(found[0].points_px.front().x, 20.0);
            EXPECT_GT(found[0].points_px.back().x, 180.0);
        }
    }
}

TEST(Vessels, CrossingVesselsAreFollowedStraightOn) {
    const Polyline level = drawn::line({15, 70}, {185, 100}), steep = drawn::line({120, 10}, {70, 165});
    const std::vector<Centerline> found = Scene(200, 180, {{level, 4.5}, {steep, 4.0}}).vessels();
    ASSERT_EQ(found.size(), 2U);
    for (const Centerline& line : found) {
        const Polyline inner = slice(line.points_px, 8.0, length(line.points_px) - 8.0);
        EXPECT_LT(std::min(worst_distance(inner, level), worst_distance(inner, steep)), 1.0);  // px
        EXPECT_GT(length(line.points_px), 150.0);
    }
}

TEST(Vessels, ShortPiecesAreNotListed) {
    const Scene scene(160, 100,
                      {{drawn::line({10, 30}, {150, 30}), 3.0}, {drawn::line({60, 80}, {80, 80}), 3.0}});
    EXPECT_EQ(scene.vessels().size(), 1U);
    EXPECT_EQ(scene.vessels({.min_vessel = {.mm = 10.0, .uncalibrated_px = 10.0}}).size(), 2U);
}

TEST(Vessels, LongestAndWidestComesFirst) {
    const Scene scene(160, 120,
                      {{drawn::line({10, 30}, {90, 30}), 2.0}, {drawn::line({10, 80}, {150, 80}), 5.0}});
    const std::vector<Centerline> found = scene.vessels();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_NEAR(found[0].points_px[found[0].points_px.size() / 2].y, 80.0, 1.0);
}

}  // namespace
}  // namespace stenometry
