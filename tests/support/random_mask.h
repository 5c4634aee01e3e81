#pragma once

#include <opencv2/imgproc.hpp>
#include <random>

#include "stenometry/image.h"

namespace stenometry {

/// Blobs and holes of every kind.
inline Image<std::uint8_t> random_mask(unsigned seed, int size) {
    std::mt19937 random(seed);
    cv::Mat noise(size, size, CV_32F);
    for (int y = 0; y < size; ++y)
        for (int x = 0; x < size; ++x) noise.at<float>(y, x) = static_cast<float>(random() % 1000U) - 500.0F;
    cv::GaussianBlur(noise, noise, {}, 0.5 + 0.3 * (seed % 7));
    Image<std::uint8_t> mask(size, size);
    for (int y = 0; y < size; ++y)
        for (int x = 0; x < size; ++x) mask(x, y) = noise.at<float>(y, x) > 0.0F ? 255 : 0;
    return mask;
}

}  // namespace stenometry
