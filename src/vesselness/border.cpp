#include "vesselness/border.h"

#include <opencv2/imgproc.hpp>

namespace stenometry::vesselness {
namespace {

/// With one more row or column of 0 where their number is odd.
cv::Mat made_even(const cv::Mat& image) {
    if (image.cols % 2 == 0 && image.rows % 2 == 0) return image;
    cv::Mat even;
    cv::copyMakeBorder(image, even, 0, image.rows % 2, 0, image.cols % 2, cv::BORDER_CONSTANT, 0.0);
    return even;
}

}  // namespace

void fill_invalid(cv::Mat& image, const cv::Mat& weight) {
    if (image.rows <= 1 && image.cols <= 1) return;
    const cv::Mat weighted = made_even(image.mul(weight)), even_weight = made_even(weight);
    const cv::Size half(weighted.cols / 2, weighted.rows / 2);
    cv::Mat small_image, small_weight, coarse;
    cv::resize(weighted, small_image, half, 0, 0, cv::INTER_AREA);
    cv::resize(even_weight, small_weight, half, 0, 0, cv::INTER_AREA);
    cv::divide(small_image, cv::max(small_weight, 1e-6), small_image);
    // One valid pixel of four is enough to be believed.
    fill_invalid(small_image, cv::min(4.0 * small_weight, 1.0));
    cv::resize(small_image, coarse, weighted.size(), 0, 0, cv::INTER_LINEAR);
    coarse = coarse(cv::Rect(0, 0, image.cols, image.rows));
    image = coarse + weight.mul(image - coarse);
}

}  // namespace stenometry::vesselness
