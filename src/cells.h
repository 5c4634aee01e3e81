#pragma once

#include <opencv2/core.hpp>

namespace stenometry {

/// An image in square cells, those of the last column and row cut by its edge.
struct Cells {
    cv::Mat sum;    ///< of the valid values of each cell
    cv::Mat count;  ///< of these values
    int size_px = 1;

    /// Where no value is valid, 0.
    cv::Mat mean() const { return sum / cv::max(count, 1e-3F); }
};

/// \param values of floats
/// \param valid 0 where a value does not count
Cells sum_cells(const cv::Mat& values, const cv::Mat& valid, int size_px);

/// One value per cell, interpolated linearly between the middles of the cells.
cv::Mat spread_cells(const cv::Mat& cells, int size_px, cv::Size image);

}  // namespace stenometry
