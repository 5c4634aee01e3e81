#include "segment/ridge_kinds.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace stenometry {
namespace {

const cv::Size picture(120, 60);
constexpr double kind_reach_px = 12.0;

/// A level ridge through the whole picture.
std::vector<RidgePoint> level_ridge(int y) {
    std::vector<RidgePoint> ridge;
    for (int x = 0; x < picture.width; ++x)
        ridge.push_back({.x = x, .y = y, .dx = 1.0F, .dy = 0.0F, .scale_px = 2.0F, .strength = 1.0F});
    return ridge;
}

LearnedMaps nothing() {
    return {cv::Mat::zeros(picture, CV_32F), cv::Mat::zeros(picture, CV_32F),
            cv::Mat::zeros(picture, CV_32F)};
}

cv::Mat columns(cv::Mat& map, int begin, int end) { return map.colRange(begin, end); }

std::ptrdiff_t count(const std::vector<RidgeKind>& kinds, RidgeKind kind) {
    return std::ranges::count(kinds, kind);
}

const cv::Mat everywhere(picture, CV_8U, cv::Scalar(255));

TEST(RidgeKinds, GoesByTheRidgeAndNotByThePixel) {
    LearnedMaps learned = nothing();
    columns(learned.artery, 0, picture.width) = 0.2F;
    columns(learned.catheter, 0, picture.width) = 0.8F;
    for (int x = 3; x < picture.width; x += 4) {  // one pixel of four says otherwise
        columns(learned.artery, x, x + 1) = 0.9F;
        columns(learned.catheter, x, x + 1) = 0.1F;
    }
    const std::vector<RidgeKind> kinds = kinds_of(level_ridge(30), learned, everywhere, kind_reach_px);
    EXPECT_EQ(count(kinds, RidgeKind::catheter), picture.width);
}

TEST(RidgeKinds, ChangesWhereTheCatheterEnds) {
    LearnedMaps learned = nothing();
    columns(learned.catheter, 0, 50) = 0.9F;
    columns(learned.artery, 50, picture.width) = 0.9F;
    const std::vector<RidgeKind> kinds = kinds_of(level_ridge(30), learned, everywhere, kind_reach_px);
    EXPECT_NEAR(double(count(kinds, RidgeKind::catheter)), 50.0, 1.0);  // points
    EXPECT_EQ(kinds.front(), RidgeKind::catheter);
    EXPECT_EQ(kinds.back(), RidgeKind::artery);
}

TEST(RidgeKinds, TakesNothingForACatheterThatDoesNotComeOverTheBorder) {
    LearnedMaps learned = nothing();
    columns(learned.artery, 0, picture.width) = 0.9F;
    columns(learned.catheter, 45, 75) = 1.0F;
    columns(learned.artery, 45, 75) = 0.0F;
    EXPECT_EQ(count(kinds_of(level_ridge(30), learned, everywhere, kind_reach_px), RidgeKind::catheter), 0);
    // Where the field is narrower, the same comes in over its border.
    cv::Mat field = everywhere.clone();
    columns(field, 0, 42) = 0;
    EXPECT_GT(count(kinds_of(level_ridge(30), learned, field, kind_reach_px), RidgeKind::catheter), 20);
}

TEST(RidgeKinds, LeavesAPacingLeadADevice) {
    LearnedMaps learned = nothing();
    columns(learned.device, 0, picture.width) = 0.7F;
    columns(learned.artery, 0, picture.width) = 0.2F;
    EXPECT_EQ(count(kinds_of(level_ridge(30), learned, everywhere, kind_reach_px), RidgeKind::device),
              picture.width);
}

TEST(LargestArteryPart, IsThatOfOneConnectedPieceInTheField) {
    LearnedMaps learned = nothing();
    EXPECT_EQ(largest_artery_part(learned.artery, everywhere), 0.0);
    learned.artery(cv::Rect(5, 5, 5, 5)) = 0.9F;
    EXPECT_LT(largest_artery_part(learned.artery, everywhere), least_artery_part) << "a clip's size";
    learned.artery(cv::Rect(5, 30, 100, 6)) = 0.9F;
    EXPECT_EQ(largest_artery_part(learned.artery, everywhere), 600.0 / picture.area());
    EXPECT_EQ(largest_artery_part(learned.artery, cv::Mat::zeros(picture, CV_8U)), 0.0)
        << "nothing is seen there";
}

}  // namespace
}  // namespace stenometry
