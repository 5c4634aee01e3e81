#pragma once

#include <opencv2/core.hpp>

namespace stenometry {

/// How many blocks of `size_px` an image has; those of the last column and row may be cut by its edge.
inline cv::Size reduced(cv::Size image, int size_px) {
    return {(image.width + size_px - 1) / size_px, (image.height + size_px - 1) / size_px};
}

/// Means over blocks, those cut by the edge filled by repetition.
cv::Mat averaged(const cv::Mat& image, int size_px);

/// An image in square blocks, those of the last column and row cut by its edge.
struct Blocks {
    cv::Mat sum;    ///< of the valid values of each block
    cv::Mat count;  ///< of these values
    int size_px = 1;

    /// Where no value is valid, 0.
    cv::Mat mean() const { return sum / cv::max(count, 1e-3F); }
};

/// \param values of floats
/// \param valid 0 where a value does not count
Blocks sum_blocks(const cv::Mat& values, const cv::Mat& valid, int size_px);

/// One value per block, interpolated linearly between the middles of the blocks.
cv::Mat spread_blocks(const cv::Mat& blocks, int size_px, cv::Size image);

}  // namespace stenometry
