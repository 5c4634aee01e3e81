#include "vesselness/border.h"

#include <opencv2/imgproc.hpp>

namespace stenometry::vesselness {

/// way.
void fill_invalid(cv::Mat& image, const cv::Mat& weight) {
    if (image.rows <= 1 && image.cols <= 1) return;
    cv::Mat small_weight, small_image;
    cv::Mat weighted = image.mul(weight);
    cv::Mat even_weight = weight;
    if (image.cols % 2 || image.rows % 2) {
        cv::copyMakeBorder(weighted, weighted, 0, image.rows % 2, 0, image.cols % 2, cv::BORDER_CONSTANT,
                           0.0);
        cv::copyMakeBorder(weight, even_weight, 0, image.rows % 2, 0, image.cols % 2, cv::BORDER_CONSTANT,
                           0.0);
    }
    const cv::Size half(weighted.cols / 2, weighted.rows / 2);
    cv::resize(weighted, small_image, half, 0, 0, cv::INTER_AREA);
    cv::resize(even_weight, small_weight, half, 0, 0, cv::INTER_AREA);
    cv::divide(small_image, cv::max(small_weight, 1e-6), small_image);
    fill_invalid(small_image, cv::min(4.0 * small_weight, 1.0));
    cv::Mat coarse;
    cv::resize(small_image, coarse, even_weight.size(), 0, 0, cv::INTER_LINEAR);
    coarse = coarse(cv::Rect(0, 0, image.cols, image.rows));
    image = image.mul(weight) + coarse.mul(1.0 - weight);
}

}  // namespace stenometry::vesselness
