#include "segment/ridge_graph.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace stenometry {
namespace {

constexpr int reach_px = 5;
const cv::Size size(100, 40);

/// Level ridges from `begin` to before `end`.
std::vector<RidgePoint> level_ridge(int y, int begin, int end) {
    std::vector<RidgePoint> ridge;
    for (int x = begin; x < end; ++x)
        ridge.push_back({.x = x, .y = y, .dx = 1.0F, .dy = 0.0F, .scale_px = 2.0F, .strength = 1.0F});
    return ridge;
}

std::vector<RidgePoint> operator+(std::vector<RidgePoint> a, const std::vector<RidgePoint>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

TEST(LabelSegments, OneNumberPerUnbrokenLine) {
    const std::vector<int> label =
        label_segments(level_ridge(10, 5, 30) + level_ridge(10, 60, 80) + level_ridge(20, 5, 30), size);
    EXPECT_EQ(label.front(), label[24]);
    EXPECT_EQ(label[25], label[44]);
    EXPECT_NE(label[0], label[25]);
    EXPECT_NE(label[0], label[45]);
}

TEST(FindNarrows, FillsTheWayBetweenTwoPartsOfAVessel) {
    const auto vessels = level_ridge(10, 5, 30) + level_ridge(10, 60, 90);
    const auto narrows = find_narrows(vessels, vessels + level_ridge(10, 33, 57), size, reach_px);
    for (int x = 30; x < 60; ++x)
        EXPECT_TRUE(std::any_of(narrows.begin(), narrows.end(), [x](const RidgePoint& r) {
            return r.x == x && r.y == 10;
        })) << x;
}

TEST(FindNarrows, LeavesOutWhatEndsInNothing) {
    const auto vessels = level_ridge(10, 5, 30) + level_ridge(10, 60, 90);
    EXPECT_TRUE(find_narrows(vessels, level_ridge(10, 33, 50), size, reach_px).empty());
}

TEST(FindNarrows, LeavesOutWhatRunsBesideOneVessel) {
    EXPECT_TRUE(find_narrows(level_ridge(10, 5, 90), level_ridge(15, 10, 80), size, reach_px).empty());
}

TEST(FindNarrows, DoesNotReachFurtherThanAsked) {
    const auto vessels = level_ridge(10, 5, 30) + level_ridge(10, 60, 90);
    EXPECT_TRUE(find_narrows(vessels, level_ridge(10, 40, 50), size, reach_px).empty());
    EXPECT_TRUE(find_narrows(vessels, level_ridge(10, 33, 57), size, 0).empty());
}

}  // namespace
}  // namespace stenometry
