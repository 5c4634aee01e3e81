#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <vector>

#include "kernels/gaussian.h"
#include "kernels/scale_space.h"
#include "stenometry/image.h"

namespace stenometry::vesselness {

/// Closer to invalid pixels than this many sigmas, what was filled in there makes up too much of a response.
inline constexpr double border_sigmas = 2.0;

/// Standard deviation of sigma^2 times the second derivative of white noise: the integral of the squared
/// second derivative of a Gaussian is 3 / (16 pi sigma^6).
inline double noise_response_sd(double noise_sd, double sigma) {
    return noise_sd * std::sqrt(3.0 / (16.0 * std::numbers::pi)) / sigma;
}

/// Takes away the derivatives of the columns from `begin` to before `end` that lie closer to an invalid pixel
/// than `reach_px`.
inline void silence_border(const float* distance_px, double reach_px, int begin, int end,
                           const kernels::SecondDerivatives& h) {
    for (int x = begin; x < end; ++x)
        if (distance_px[x] < static_cast<float>(reach_px)) h.xx[x] = h.xy[x] = h.yy[x] = 0.0f;
}

/// Buffers of one thread, for one row at one scale.
struct RowBuffers {
    std::vector<const float*> rows;
    std::vector<float> columns;  // Gaussian, first and second derivative down the columns, with a margin
    std::vector<float> hessian;  // xx, xy, yy
};

/// An image whose Hessian can be asked for row by row.
class HessianRows {
  public:
    HessianRows(const Image<float>& image, const cv::Mat& border_distance, RowBuffers& buffers)
        : image_(image), border_distance_(border_distance), buffers_(buffers) {
        buffers_.hessian.resize(3 * width());
    }

    std::size_t width() const { return static_cast<std::size_t>(image_.width()); }
    float* xx() { return buffers_.hessian.data(); }
    float* xy() { return xx() + width(); }
    float* yy() { return xy() + width(); }

    /// Second derivatives of row `y` times sigma squared, 0 too close to what is not valid.
    void compute(int y, const kernels::GaussianTaps& taps) { compute(y, taps, 0, image_.width()); }

    /// The same for the columns from `begin` to before `end` only.
    void compute(int y, const kernels::GaussianTaps& taps, int begin, int end) {
        const int margin = static_cast<int>(taps.radius()), width = image_.width();
        const int from = std::max(0, begin - margin), to = std::min(width, end + margin);
        const auto padded = static_cast<std::size_t>(width + 2 * margin),
                   n = static_cast<std::size_t>(to - from);
        buffers_.columns.resize(std::max(buffers_.columns.size(), 3 * padded));
        float* smooth = buffers_.columns.data() + margin;
        float* first = smooth + padded;
        float* second = first + padded;
        kernels::gaussian_columns(rows_around(y, margin, from), taps, n, smooth + from, first + from,
                                  second + from);
        for (float* row : {smooth, first, second}) {
            if (from == 0) std::fill_n(row - margin, margin, row[0]);
            if (to == width) std::fill_n(row + width, margin, row[width - 1]);
        }
        kernels::hessian_row(smooth + begin, first + begin, second + begin, taps,
                             static_cast<std::size_t>(end - begin), xx() + begin, xy() + begin, yy() + begin);
        if (!border_distance_.empty())
            silence_border(border_distance_.ptr<float>(y), border_sigmas * taps.sigma, begin, end,
                           {xx(), xy(), yy()});
    }

  private:
    /// Pointers to the rows y - radius .. y + radius; beyond the image its outermost row again.
    const float* const* rows_around(int y, int radius, int from) {
        buffers_.rows.clear();
        for (int dy = -radius; dy <= radius; ++dy)
            buffers_.rows.push_back(image_.row(std::clamp(y + dy, 0, image_.height() - 1)) + from);
        return buffers_.rows.data();
    }

    const Image<float>& image_;
    const cv::Mat& border_distance_;
    RowBuffers& buffers_;
};

}  // namespace stenometry::vesselness
