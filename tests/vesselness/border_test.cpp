#include "vesselness/border.h"

#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "core/mat.h"

namespace stenometry::vesselness {
namespace {

/// All but a round hole near a corner and one pixel at the right.
Image<std::uint8_t> region_with_holes() {
    Image<std::uint8_t> valid(90, 70, 255);
    for (int y = 0; y < 30; ++y)
        for (int x = 0; x < 30; ++x)
            if (x * x + y * y < 400) valid(x, y) = 0;
    valid(89, 50) = 0;
    return valid;
}

TEST(BorderDistance, IsTheDistanceOfOpenCVsShortSteps) {
    const Image<std::uint8_t> valid = region_with_holes();
    cv::Mat expected, distance;
    cv::distanceTransform(as_mat(valid), expected, cv::DIST_L2, cv::DIST_MASK_3);
    BorderDistance measure;
    measure(valid, distance);
    EXPECT_EQ(cv::norm(distance, expected, cv::NORM_INF), 0.0);
}

TEST(InvalidFiller, KeepsWhatIsValidAndContinuesASlopeBetweenItsValues) {
    const Image<std::uint8_t> valid = region_with_holes();
    Image<float> image(90, 70), filled;
    for (int y = 0; y < 70; ++y)
        for (int x = 0; x < 90; ++x) image(x, y) = valid(x, y) != 0 ? static_cast<float>(x) : -1e6F;
    InvalidFiller fill;
    for (int time = 0; time < 2; ++time) {  // its memory of the first frame does not show in the second
        fill(image, valid, filled);
        for (int y = 0; y < 70; ++y)
            for (int x = 0; x < 90; ++x) {
                if (valid(x, y) != 0) {
                    EXPECT_EQ(filled(x, y), image(x, y));
                } else {
                    EXPECT_GE(filled(x, y), 0.0F);
                    EXPECT_LE(filled(x, y), 89.0F);
                }
            }
    }
}

}  // namespace
}  // namespace stenometry::vesselness
