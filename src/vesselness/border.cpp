#include "vesselness/border.h"

#include <algorithm>

#include "core/blocks.h"
#include "core/mat.h"
#include "core/parallel.h"

namespace stenometry::vesselness {
namespace {

// Lengths of a step along the grid and across it, in 65536ths of a pixel.
constexpr int fraction_bits = 16;
constexpr std::uint32_t in_fractions(double px) {
    return static_cast<std::uint32_t>(px * (1 << fraction_bits) + 0.5);
}
constexpr std::uint32_t along = in_fractions(0.955F), across = in_fractions(1.3693F);
constexpr std::uint32_t far_away = 0x7FFFFFFF - across;

/// The picture times the weights, and these, with zeros beyond an odd last row or column.
void weigh(const cv::Mat& image, const cv::Mat& weight, cv::Mat& even_image, cv::Mat& even_weight) {
    const cv::Size even(image.cols + image.cols % 2, image.rows + image.rows % 2);
    even_image.create(even, CV_32F);
    even_weight.create(even, CV_32F);
    parallel_for(0, even.height, [&](int y) {
        auto *of_image = even_image.ptr<float>(y), *of_weight = even_weight.ptr<float>(y);
        std::fill_n(of_image, even.width, 0.0F);
        std::fill_n(of_weight, even.width, 0.0F);
        if (y >= image.rows) return;
        const auto *value = image.ptr<float>(y), *share = weight.ptr<float>(y);
        for (int x = 0; x < image.cols; ++x) {
            of_image[x] = value[x] * share[x];
            of_weight[x] = share[x];
        }
    });
}

}  // namespace

void BorderDistance::operator()(const Image<std::uint8_t>& valid, cv::Mat& distance) {
    const int width = valid.width(), height = valid.height();
    const std::ptrdiff_t stride = width + 2;
    steps_.resize(static_cast<std::size_t>(stride) * static_cast<std::size_t>(height + 2));
    std::uint32_t* const first = steps_.data() + stride + 1;
    std::fill_n(steps_.data(), stride, far_away);
    std::fill_n(first + height * stride - 1, stride, far_away);
    for (int y = 0; y < height; ++y) {
        std::uint32_t* row = first + y * stride;
        row[-1] = row[width] = far_away;
        const std::uint8_t* seen = valid.row(y);
        for (int x = 0; x < width; ++x) {
            const std::uint32_t* above = row + x - stride;
            row[x] = seen[x] == 0 ? 0
                                  : std::min({above[-1] + across, above[0] + along, above[1] + across,
                                              row[x - 1] + along, far_away});
        }
    }
    distance.create(height, width, CV_32F);
    constexpr float px = 1.0F / (1 << fraction_bits);
    for (int y = height - 1; y >= 0; --y) {
        std::uint32_t* row = first + y * stride;
        auto* out = distance.ptr<float>(y);
        for (int x = width - 1; x >= 0; --x) {
            const std::uint32_t* below = row + x + stride;
            row[x] = std::min(
                {row[x], below[1] + across, below[0] + along, below[-1] + across, row[x + 1] + along});
            out[x] = static_cast<float>(row[x]) * px;
        }
    }
}

void InvalidFiller::operator()(const Image<float>& image, const Image<std::uint8_t>& valid,
                               Image<float>& filled) {
    if (!same_size(filled, image)) filled = Image<float>::unfilled(image.width(), image.height());
    Level& finest = level(0);
    finest.image = as_mat(filled);
    finest.weight.create(image.height(), image.width(), CV_32F);
    parallel_for(0, image.height(), [&](int y) {
        const std::uint8_t* seen = valid.row(y);
        auto* weight = finest.weight.ptr<float>(y);
        for (int x = 0; x < image.width(); ++x) {
            weight[x] = seen[x] != 0 ? 1.0F : 0.0F;
            filled(x, y) = seen[x] != 0 ? image(x, y) : 0.0F;
        }
    });
    fill(0);
}

InvalidFiller::Level& InvalidFiller::level(std::size_t i) {
    if (i == levels_.size()) levels_.push_back(std::make_unique<Level>());
    return *levels_[i];
}

void InvalidFiller::fill(std::size_t i) {
    Level& fine = level(i);
    if (fine.image.rows <= 1 && fine.image.cols <= 1) return;
    Level& coarse = level(i + 1);
    weigh(fine.image, fine.weight, fine.even_image, fine.even_weight);
    average(fine.even_image, 2, coarse.image);
    average(fine.even_weight, 2, fine.half_weight);
    coarse.weight.create(coarse.image.size(), CV_32F);
    for (int y = 0; y < coarse.image.rows; ++y) {
        auto *value = coarse.image.ptr<float>(y), *weight = coarse.weight.ptr<float>(y);
        const auto* share = fine.half_weight.ptr<float>(y);
        for (int x = 0; x < coarse.image.cols; ++x) {
            value[x] /= std::max(share[x], 1e-6F);
            weight[x] = std::min(4.0F * share[x], 1.0F);  // one valid pixel of four is enough
        }
    }
    fill(i + 1);
    fine.enlarger(coarse.image, 2, fine.image.size(), Enlarger::Interpolation::linear,
                  [&](int y, const float* smooth) {
                      auto* value = fine.image.ptr<float>(y);
                      const auto* weight = fine.weight.ptr<float>(y);
                      for (int x = 0; x < fine.image.cols; ++x)
                          value[x] = smooth[x] + weight[x] * (value[x] - smooth[x]);
                  });
}

}  // namespace stenometry::vesselness
