#include "core/blocks.h"

#include <algorithm>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "core/parallel.h"

namespace stenometry {
namespace {

/// Adds up every `size` neighbours.
void add_groups(const std::vector<float>& values, int size, float* sums) {
    const int n = static_cast<int>(values.size());
    std::fill_n(sums, (n + size - 1) / size, 0.0F);
    for (int begin = 0; begin < n; begin += size)
        for (int x = begin; x < std::min(n, begin + size); ++x)
            sums[begin / size] += values[static_cast<std::size_t>(x)];
}

/// Adds up four pixels at a time, as OpenCV does.
float sum_of(const cv::Mat& image, int left, int top, int size_px) {
    const auto pixel = [&](int x, int y) {
        return image.ptr<float>(std::min(y, image.rows - 1))[std::min(x, image.cols - 1)];
    };
    if (size_px == 2)
        return pixel(left, top) + pixel(left + 1, top) + pixel(left, top + 1) + pixel(left + 1, top + 1);
    float sum = 0.0F;
    for (int y = top; y < top + size_px; ++y)
        for (int x = left; x < left + size_px; x += 4)
            sum += pixel(x, y) + pixel(x + 1, y) + pixel(x + 2, y) + pixel(x + 3, y);
    return sum;
}

/// The means of 2 x 2 pixels, of which OpenCV adds up the rows first where it takes four blocks at a time.
void average_pairs(const float* above, const float* below, int blocks, float* means) {
    for (int x = 0; x < blocks; ++x)
        means[x] = ((above[2 * x] + above[2 * x + 1]) + (below[2 * x] + below[2 * x + 1])) * 0.25F;
}

/// The sum of one such block whose second column may lie beyond the edge.
float pair_at_edge(const float* above, const float* below, int left, int width) {
    const int right = std::min(left + 1, width - 1);
    return (above[left] + above[right]) + (below[left] + below[right]);
}

}  // namespace

void average(const cv::Mat& image, int size_px, cv::Mat& means) {
    const cv::Size size = reduced(image.size(), size_px);
    means.create(size, CV_32F);
    if (size_px == 1) return image.copyTo(means);
    const float share = 1.0F / static_cast<float>(size_px * size_px);
    // Blocks that are whole, in fours.
    const int in_pairs = size_px == 2 ? std::min(image.cols / 2, size.width / 4 * 4) : 0;
    parallel_for(0, size.height, [&](int row) {
        const int top = row * size_px;
        auto* out = means.ptr<float>(row);
        const float* below = image.ptr<float>(std::min(top + 1, image.rows - 1));
        average_pairs(image.ptr<float>(top), below, in_pairs, out);
        for (int x = in_pairs; x < size.width; ++x)
            out[x] = share * (x < size.width / 4 * 4 && size_px == 2
                                  ? pair_at_edge(image.ptr<float>(top), below, 2 * x, image.cols)
                                  : sum_of(image, x * size_px, top, size_px));
    });
}

void BlockSums::operator()(const cv::Mat& values, const cv::Mat& valid, int size_px, Blocks& blocks) {
    const cv::Size size = reduced(values.size(), size_px);
    blocks.sum.create(size, CV_32F);
    blocks.count.create(size, CV_32F);
    blocks.size_px = size_px;
    const auto width = static_cast<std::size_t>(values.cols);
    parallel_for(0, size.height, [&](int row) {
        auto& [sum, count] = columns_.local();
        sum.assign(width, 0.0F);
        count.assign(width, 0.0F);
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
}

cv::Mat spread_blocks(const cv::Mat& blocks, int size_px, cv::Size image) {
    cv::Mat spread;
    cv::resize(blocks, spread, blocks.size() * size_px, 0, 0, cv::INTER_LINEAR);
    return spread(cv::Rect({}, image));
}

}  // namespace stenometry
