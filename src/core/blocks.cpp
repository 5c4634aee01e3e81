#include "core/blocks.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace stenometry {
namespace {

/// Adds up every `size` neighbours.
void add_groups(const std::vector<float>& values, int size, float* sums) {
    const int n = static_cast<int>(values.size());
    for (int begin = 0; begin < n; begin += size)
        for (int x = begin; x < std::min(n, begin + size); ++x)
            sums[begin / size] += values[static_cast<std::size_t>(x)];
}

}  // namespace

cv::Mat averaged(const cv::Mat& image, int size_px) {
    const cv::Size size = reduced(image.size(), size_px);
    cv::Mat whole = image, means;
    if (size * size_px != image.size())
        cv::copyMakeBorder(image, whole, 0, size.height * size_px - image.rows, 0,
                           size.width * size_px - image.cols, cv::BORDER_REPLICATE);
    cv::resize(whole, means, size, 0, 0, cv::INTER_AREA);
    return means;
}

Blocks sum_blocks(const cv::Mat& values, const cv::Mat& valid, int size_px) {
    const cv::Size size = reduced(values.size(), size_px);
    Blocks blocks{cv::Mat::zeros(size, CV_32F), cv::Mat::zeros(size, CV_32F), size_px};
    const auto width = static_cast<std::size_t>(values.cols);
    tbb::parallel_for(0, size.height, [&](int row) {
        std::vector<float> sum(width), count(width);
        for (int y = row * size_px; y < std::min(values.rows, (row + 1) * size_px); ++y) {
            const float* value = values.ptr<float>(y);
            const std::uint8_t* seen = valid.ptr<std::uint8_t>(y);
            for (std::size_t x = 0; x < width; ++x) {
                sum[x] += seen[x] ? value[x] : 0.0F;
                count[x] += seen[x] ? 1.0F : 0.0F;
            }
        }
        add_groups(sum, size_px, blocks.sum.ptr<float>(row));
        add_groups(count, size_px, blocks.count.ptr<float>(row));
    });
    return blocks;
}

cv::Mat spread_blocks(const cv::Mat& blocks, int size_px, cv::Size image) {
    cv::Mat spread;
    cv::resize(blocks, spread, blocks.size() * size_px, 0, 0, cv::INTER_LINEAR);
    return spread(cv::Rect({}, image));
}

}  // namespace stenometry
