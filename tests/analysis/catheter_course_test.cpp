#include "analysis/catheter_course.h"

#include <gmock/gmock.h>

#include <opencv2/imgproc.hpp>

#include "stenometry/external_mask.h"
#include "stenometry/interop/opencv.h"

namespace stenometry {
namespace {

constexpr int side = 200;

/// A mask without vessels, in which a catheter of 9 px was recognised along the points.
VesselMask with_catheter(const std::vector<cv::Point>& points) {
    VesselMask mask{.mask = Image<std::uint8_t>(side, side),
                    .probability = Image<float>(side, side),
                    .catheter = Image<std::uint8_t>(side, side)};
    cv::Mat catheter = interop::as_mat(mask.catheter);
    for (std::size_t i = 1; i < points.size(); ++i)
        cv::line(catheter, points[i - 1], points[i], cv::Scalar(255), 9);
    return mask;
}

std::optional<Catheter> course_of(const VesselMask& mask) {
    const Image<std::uint8_t> valid(side, side, 255);
    return catheter_course(mask, compute_vesselness(mask, valid), {});
}

TEST(CatheterCourse, RunsFromTheBorderToTheTip) {
    const auto catheter = course_of(with_catheter({{60, 0}, {60, 80}, {110, 120}}));
    ASSERT_TRUE(catheter);
    const Polyline& line = catheter->centerline_px;
    EXPECT_LT(distance(line.front(), {60.0, 0.0}), 12.0);  // px: the ends of a skeleton lie within the mask
    EXPECT_LT(distance(line.back(), {110.0, 120.0}), 12.0);
    EXPECT_NEAR(length(line), 80.0 + std::hypot(50.0, 40.0), 24.0);
    EXPECT_NEAR(catheter->diameter_px.value_or(0.0), 9.0, 1.5);  // px: of a mask in whole pixels
}

TEST(CatheterCourse, IsTheSameDrawnFromTheTip) {
    const auto catheter = course_of(with_catheter({{110, 120}, {60, 80}, {60, 0}}));
    ASSERT_TRUE(catheter);
    EXPECT_LT(catheter->centerline_px.front().y, catheter->centerline_px.back().y);
}

TEST(CatheterCourse, IsNotThereWithoutACatheter) {
    EXPECT_FALSE(course_of(with_catheter({})));
    EXPECT_FALSE(catheter_course({}, {}, {})) << "a mask from elsewhere may have none";
}

TEST(CatheterCourse, IsNotASpeck) { EXPECT_FALSE(course_of(with_catheter({{60, 0}, {60, 9}}))); }

}  // namespace
}  // namespace stenometry
