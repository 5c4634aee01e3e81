#include "analysis/tree_registration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace stenometry {
namespace {

/// A main vessel in an arc and three branches, a point every 3 px.
std::vector<TreePoint> branching_tree() {
    std::vector<TreePoint> tree;
    const auto add = [&](std::size_t vessel, Point from, double angle, double turn, int points) {
        Point at = from;
        for (int i = 0; i < points; ++i) {
            const Point along{std::cos(angle), std::sin(angle)};
            tree.push_back({at, along, vessel, static_cast<std::size_t>(i)});
            at = at + 3.0 * along;
            angle += turn;
        }
    };
    add(0, {100, 80}, 0.3, 0.012, 110);
    add(1, tree[30].at, 1.2, -0.004, 50);
    add(2, tree[55].at, -0.2, 0.006, 45);
    add(3, tree[80].at, 2.4, -0.01, 30);
    return tree;
}

std::vector<TreePoint> moved(std::vector<TreePoint> tree, const AffineMap& map) {
    for (TreePoint& point : tree) {
        point.at = map(point.at);
        const Point along = map.direction(point.along);
        point.along = 1.0 / norm(along) * along;
    }
    return tree;
}

/// What a heartbeat does: 5 % shorter, turned by 4 degrees, and shifted by 30 px.
const AffineMap heartbeat{.xx = 0.948, .xy = -0.066, .yx = 0.066, .yy = 0.948, .shift = {38.0, -9.0}};

double worst_distance(const std::vector<TreePoint>& tree, const AffineMap& found, const AffineMap& truth) {
    double worst = 0.0;
    for (const TreePoint& point : tree) worst = std::max(worst, distance(found(point.at), truth(point.at)));
    return worst;
}

TEST(RegisterTrees, FindsTheMotionOfTheHeart) {
    const std::vector<TreePoint> tree = branching_tree();
    const TreeRegistration found = register_trees(tree, moved(tree, heartbeat), {}, {});
    EXPECT_LT(worst_distance(tree, found.map, heartbeat), 3.0) << "px: points are 3 px apart";
    EXPECT_GT(found.covered, 0.95);
}

TEST(RegisterTrees, DoesWithPartOfTheTree) {
    const std::vector<TreePoint> tree = branching_tree();
    std::vector<TreePoint> filling(tree.begin(), tree.begin() + 130);  // the bolus is on its way
    const TreeRegistration found = register_trees(filling, moved(tree, heartbeat), {}, {});
    EXPECT_LT(worst_distance(filling, found.map, heartbeat), 6.0) << "px: half of what counts as one place";
}

TEST(RegisterTrees, SaysHowMuchOfAnotherTreeItCovers) {
    const std::vector<TreePoint> tree = branching_tree();
    const AffineMap upside_down{.yy = -1.0, .shift = {0.0, 500.0}};
    EXPECT_LT(register_trees(tree, moved(tree, upside_down), {}, {}).covered, 0.5);
    EXPECT_EQ(register_trees(tree, {}, {}, {}).covered, 0.0);
}

TEST(AffineMap, GoesBackAgain) {
    const Point at{123.0, -45.0};
    EXPECT_LT(distance(heartbeat.inverse()(heartbeat(at)), at), 1e-9);
}

TEST(NearestAlike, IsNoVesselThatCrosses) {
    const std::vector<TreePoint> crossing{{{10, 10}, {1, 0}, 0, 0}, {{12, 10}, {0, 1}, 1, 0}};
    EXPECT_EQ(nearest_alike(crossing, {12, 10}, {-1, 0.1}, 5.0), &crossing[0]) << "either direction";
    EXPECT_EQ(nearest_alike(crossing, {12, 10}, {0, 2}, 5.0), &crossing[1]);
    EXPECT_EQ(nearest_alike(crossing, {20, 10}, {1, 0}, 5.0), nullptr);
}

}  // namespace
}  // namespace stenometry
