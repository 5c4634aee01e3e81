#include "core/gaussian_blur.h"

#include <algorithm>
#include <cassert>
#include <opencv2/imgproc.hpp>

#include "kernels/scale_space.h"
#include "kernels/weighted_sum.h"

namespace stenometry {

void GaussianBlur::operator()(const cv::Mat& in, cv::Mat& out, double sigma, Beyond beyond) {
    assert(in.type() == CV_32F && sigma > 0.0);
    prepare(sigma, in.cols, in.rows);
    blur_rows(in, beyond);
    out.create(in.size(), CV_32F);
    blur_columns(out, beyond);
}

void GaussianBlur::prepare(double sigma, int width, int height) {
    if (sigma != sigma_) {
        constexpr double reach_sigmas = 4.0;  // as OpenCV samples floats
        const cv::Mat taps =
            cv::getGaussianKernel(cvRound(2.0 * reach_sigmas * sigma + 1.0) | 1, sigma, CV_32F);
        taps_.assign(taps.begin<float>(), taps.end<float>());
        half_.assign(taps_.begin() + std::ssize(taps_) / 2, taps_.end());
        sigma_ = sigma;
    }
    // Whole vectors of every kind of CPU, so that no row ends in a part of one.
    constexpr std::size_t widest_vector = 16;
    stride_ = (static_cast<std::size_t>(width) + widest_vector - 1) / widest_vector * widest_vector;
    padded_.resize(std::max(padded_.size(), stride_ + taps_.size()));
    rows_.resize(std::max(rows_.size(), stride_ * static_cast<std::size_t>(height + 1)));
}

void GaussianBlur::blur_rows(const cv::Mat& in, Beyond beyond) {
    around_.clear();
    for (std::size_t k = 0; k < taps_.size(); ++k) around_.push_back(padded_.data() + k);
    float* const begin = padded_.data() + radius();
    for (int y = 0; y < in.rows; ++y) {
        const float* from = in.ptr<float>(y);
        const bool repeats = beyond == Beyond::edge;
        std::fill(padded_.data(), begin, repeats ? from[0] : 0.0F);
        std::copy_n(from, in.cols, begin);
        std::fill(begin + in.cols, padded_.data() + padded_.size(), repeats ? from[in.cols - 1] : 0.0F);
        kernels::weighted_sum_row(around_.data(), taps_.data(), taps_.size(), stride_,
                                  rows_.data() + static_cast<std::size_t>(y) * stride_);
    }
    std::fill_n(rows_.data() + static_cast<std::size_t>(in.rows) * stride_, stride_, 0.0F);
}

void GaussianBlur::blur_columns(cv::Mat& out, Beyond beyond) {
    const int last = out.rows - 1, zero = out.rows;  // a row of zeros follows the last one
    for (int y = 0; y < out.rows; ++y) {
        around_.clear();
        for (int at = y - radius(); at <= y + radius(); ++at)
            around_.push_back(beyond == Beyond::zero && (at < 0 || at > last) ? row(zero)
                                                                              : row(std::clamp(at, 0, last)));
        kernels::smooth_columns(around_.data(), half_, stride_, padded_.data());
        std::copy_n(padded_.data(), out.cols, out.ptr<float>(y));
    }
}

}  // namespace stenometry
