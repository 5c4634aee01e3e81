#pragma once

#include <opencv2/core.hpp>
#include <vector>

namespace stenometry {

/// What a filter takes for the pixels beyond the edge of an image.
enum class Beyond {
    zero,  ///< 0
    edge,  ///< the outermost pixel again
};

/// Gaussian blur that keeps its memory: the same numbers as `cv::GaussianBlur`, which takes its buffers anew
/// for every image.
class GaussianBlur {
  public:
    /// \param in floats; may be `out`
    /// \param out written over where it has the size of `in`, else replaced
    void operator()(const cv::Mat& in, cv::Mat& out, double sigma, Beyond beyond);

  private:
    void prepare(double sigma, int width, int height);
    void blur_rows(const cv::Mat& in, Beyond beyond);
    void blur_columns(cv::Mat& out, Beyond beyond);
    int radius() const { return static_cast<int>(half_.size()) - 1; }
    const float* row(int y) const { return rows_.data() + static_cast<std::size_t>(y) * stride_; }

    double sigma_ = 0.0;
    std::vector<float> taps_;  ///< of the whole width of the Gaussian
    std::vector<float> half_;  ///< from its middle on
    std::vector<float> padded_, rows_;
    std::vector<const float*> around_;
    std::size_t stride_ = 0;
};

}  // namespace stenometry
