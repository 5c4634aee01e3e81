#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

namespace stenometry {

/// Every n-th valid value of every n-th row, about 8000 of them: enough for quantiles, and quick.
/// \param sample whose memory is used again
inline void sparse_sample(const cv::Mat& values, const cv::Mat& valid, std::vector<float>& sample) {
    constexpr double enough = 8192;
    const int step = std::max(1, static_cast<int>(std::sqrt(static_cast<double>(values.total()) / enough)));
    sample.clear();
    sample.reserve(2 * static_cast<std::size_t>(enough));
    for (int y = step / 2; y < values.rows; y += step) {
        const float* value = values.ptr<float>(y);
        const std::uint8_t* seen = valid.ptr<std::uint8_t>(y);
        for (int x = step / 2; x < values.cols; x += step)
            if (seen[x]) sample.push_back(value[x]);
    }
}

inline std::vector<float> sparse_sample(const cv::Mat& values, const cv::Mat& valid) {
    std::vector<float> sample;
    sparse_sample(values, valid, sample);
    return sample;
}

}  // namespace stenometry
