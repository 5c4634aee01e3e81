#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "core/parallel.h"

namespace stenometry {

/// How many blocks of `size_px` an image has; those of the last column and row may be cut by its edge.
inline cv::Size reduced(cv::Size image, int size_px) {
    return {(image.width + size_px - 1) / size_px, (image.height + size_px - 1) / size_px};
}

/// Means over blocks, those cut by the edge filled by repetition: the numbers of `cv::resize` with
/// `cv::INTER_AREA`.
/// \param image of floats
/// \param size_px a power of two
/// \param means written over where it has the size, else replaced
void average(const cv::Mat& image, int size_px, cv::Mat& means);

inline cv::Mat averaged(const cv::Mat& image, int size_px) {
    cv::Mat means;
    average(image, size_px, means);
    return means;
}

/// An image in square blocks, those of the last column and row cut by its edge.
struct Blocks {
    cv::Mat sum;    ///< of the valid values of each block
    cv::Mat count;  ///< of these values
    int size_px = 1;

    /// Where no value is valid, 0.
    cv::Mat mean() const { return sum / cv::max(count, 1e-3F); }
};

/// Sums over blocks that keep their memory.
class BlockSums {
  public:
    /// \param values of floats
    /// \param valid 0 where a value does not count
    /// \param blocks written over where they have the size, else replaced
    void operator()(const cv::Mat& values, const cv::Mat& valid, int size_px, Blocks& blocks);

  private:
    struct Columns {
        std::vector<float> sum, count;
    };
    PerThread<Columns> columns_;
};

inline Blocks sum_blocks(const cv::Mat& values, const cv::Mat& valid, int size_px) {
    Blocks blocks;
    BlockSums()(values, valid, size_px, blocks);
    return blocks;
}

/// One value per block, interpolated linearly between the middles of the blocks.
cv::Mat spread_blocks(const cv::Mat& blocks, int size_px, cv::Size image);

}  // namespace stenometry
