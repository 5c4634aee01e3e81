#include "segment/vessel_evidence.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "core/blocks.h"
#include "core/mat.h"
#include "core/parallel.h"
#include "core/sparse_sample.h"
#include "core/statistics.h"
#include "segment/ridge_point.h"

namespace stenometry {
namespace {

std::vector<float> positive_sample(const cv::Mat& values, const cv::Mat& valid) {
    std::vector<float> sample = sparse_sample(values, valid);
    std::erase_if(sample, [](float v) { return !(v > 0); });
    return sample;
}

// Quantiles of the clutter: nine tenths of a frame are no vessel.
constexpr double clutter_middle = 0.6;
constexpr double clutter_top = 0.9;
// How far the two are apart for a response that is linear in contrast. Measures that are a power of it are
// brought back by comparing their spread with this, so that one threshold serves all.
constexpr double linear_spread = 2.5;

/// What clutter answers, and the power of a response that is linear in contrast.
struct Clutter {
    double middle = 0;  ///< 0 if nothing stands out
    double power = 1;
};

Clutter clutter_of(const cv::Mat& response, const cv::Mat& valid) {
    std::vector<float> sample = positive_sample(response, valid);
    const double middle = ranked(sample, clutter_middle, 0.0);
    const double top = ranked(sample, clutter_top, 0.0);
    if (!(middle > 0) || !(top > middle)) return {};
    return {middle, std::clamp(std::log(linear_spread) / std::log(top / middle), 0.3, 1.5)};
}

/// Erodes and dilates by a disc, in steps of small ones: their sum is as good a disc, and has fewer pixels.
void open_by_disc(cv::Mat& image, int radius) {
    constexpr int widest_step = 3;
    const auto in_steps = [&](auto&& operation) {
        for (int left = radius; left > 0; left -= widest_step) {
            const int step = 2 * std::min(left, widest_step) + 1;
            operation(image, image, cv::getStructuringElement(cv::MORPH_ELLIPSE, {step, step}));
        }
    };
    in_steps([](const cv::Mat& in, cv::Mat& out, const cv::Mat& disc) { cv::erode(in, out, disc); });
    in_steps([](const cv::Mat& in, cv::Mat& out, const cv::Mat& disc) { cv::dilate(in, out, disc); });
}

/// What is narrower than `width_px`, in attenuation: a white top-hat, whose opening is taken on a picture so
/// small that its disc has a few pixels only.
cv::Mat top_hat(const cv::Mat& attenuation, double width_px) {
    constexpr double fewest_radius = 7.0;
    cv::Mat smooth, small, ground;
    cv::GaussianBlur(attenuation, smooth, {}, 1.0);

    const int reduction = std::max(2, static_cast<int>(width_px / 2 / fewest_radius));
    cv::resize(smooth, small, reduced(attenuation.size(), reduction), 0, 0, cv::INTER_AREA);
    const int radius = std::max(1, static_cast<int>(std::lround(width_px / 2 / reduction)));
    open_by_disc(small, radius);
    cv::resize(small, ground, attenuation.size(), 0, 0, cv::INTER_LINEAR);
    return cv::max(smooth - ground, 0.0);
}

// A disc above noise: its opening lies some standard deviations below the mean, its highest pixels as far
// above. In units of the noise of one pixel, after the blur of `top_hat`.
constexpr double top_hat_of_noise = 1.7;
// Contrast below which no lumen is seen, ln units: a frame that is nearly constant has no vessels.
constexpr double least_contrast = 0.01;

/// How much noisier than usual each place is, at least 1: the logarithm blows up the noise where few X-rays
/// came through, and with it whatever looks like a line there.
cv::Mat excess_noise(const EnhancedFrame& frame) {
    constexpr int block_px = 8;
    constexpr double reach_blocks = 2.0;
    constexpr double ordinary = 1.5;  // times the median: vessels and bones have details of their own
    const cv::Mat attenuation = as_mat(frame.attenuation), valid = as_mat(frame.valid);
    cv::Mat smooth;
    cv::GaussianBlur(attenuation, smooth, {3, 3}, 0);
    Blocks blocks = sum_blocks(cv::abs(attenuation - smooth), valid, block_px);
    const cv::Mat mostly_valid = blocks.count > 0.5 * block_px * block_px;
    cv::GaussianBlur(blocks.sum, blocks.sum, {}, reach_blocks);
    cv::GaussianBlur(blocks.count, blocks.count, {}, reach_blocks);
    const cv::Mat amount = blocks.mean();
    std::vector<float> sample = sparse_sample(amount, mostly_valid);
    const double usual = ranked(sample, 0.5, 0.0);
    if (!(usual > 0)) return cv::Mat(attenuation.size(), CV_32F, cv::Scalar(1));
    return spread_blocks(cv::max(amount / (ordinary * usual), 1.0), block_px, attenuation.size());
}

/// Attenuation of narrow structures as a multiple of the clutter.
cv::Mat relative_top_hat(const EnhancedFrame& frame, double width_px) {
    const cv::Mat hat = top_hat(as_mat(frame.attenuation), width_px);
    std::vector<float> sample = positive_sample(hat, as_mat(frame.valid));
    const double clutter =
        std::max({ranked(sample, 0.7, 0.0), top_hat_of_noise * frame.attenuation_noise_sd, least_contrast});
    return hat * (1.0 / clutter);
}

// The evidence at which half of the pixels are vessel, and how fast it turns. Found on drawn angiograms; the
// mask depends on them through the two probabilities of the options only.
constexpr float even_evidence = 3.5F;

double widest_vessel_px(const Vesselness& vesselness) {
    double scale = 0;
    cv::minMaxLoc(as_mat(vesselness.scale_px), nullptr, &scale);
    return diameter_per_scale * scale;
}

/// What of a row of values is positive as its logarithm; the rest is low enough to stand for nothing.
void take_logarithms(std::vector<float>& values) {
    constexpr float next_to_nothing = 1e-12F;
    for (float& value : values) value = std::max(value, next_to_nothing);
    const cv::Mat row(1, static_cast<int>(values.size()), CV_32F, values.data());
    cv::log(row, row);
}

}  // namespace

float evidence_of(float probability) {
    return even_evidence * std::sqrt(std::sqrt(probability / std::max(1e-6F, 1 - probability)));
}

cv::Mat vessel_probability(const EnhancedFrame& frame, const Vesselness& vesselness) {
    // Odds are the fourth power of the evidence over that of `even_evidence`.
    constexpr double response_share = 2.0 / 3, hat_share = 1.0 / 3, steepness = 4.0;
    const cv::Mat valid = as_mat(frame.valid);
    const double widest_px = widest_vessel_px(vesselness);
    Clutter clutter;
    cv::Mat hat, excess;
    parallel_invoke([&] { hat = relative_top_hat(frame, 1.15 * widest_px); },
                    [&] { clutter = clutter_of(as_mat(vesselness.response), valid); },
                    [&] { excess = excess_noise(frame); });
    cv::Mat probability = cv::Mat::zeros(valid.size(), CV_32F);
    if (!(clutter.middle > 0)) return probability;
    const auto of_response = static_cast<float>(steepness * response_share * clutter.power);
    const auto of_hat = static_cast<float>(steepness * hat_share);
    const auto at_even = static_cast<float>(steepness * std::log(double{even_evidence})) +
                         of_response * static_cast<float>(std::log(clutter.middle));
    const auto width = static_cast<std::size_t>(valid.cols);
    parallel_for_ranges(0, valid.rows, 1, [&](int first, int last) {
        std::vector<float> response(width), narrow(width), odds(width);
        const cv::Mat exponents(1, valid.cols, CV_32F, odds.data());
        for (int y = first; y != last; ++y) {
            const float* h = hat.ptr<float>(y);
            const float* noise = excess.ptr<float>(y);
            std::copy_n(vesselness.response.row(y), width, response.begin());
            std::transform(h, h + width, noise, narrow.begin(), std::divides<>());
            take_logarithms(response);
            take_logarithms(narrow);
            constexpr float certain = 80;  // e to this is still a number
            for (std::size_t x = 0; x < width; ++x)
                odds[x] = std::min(certain, of_response * response[x] + of_hat * narrow[x] - at_even);
            cv::exp(exponents, exponents);
            float* out = probability.ptr<float>(y);
            const std::uint8_t* seen = frame.valid.row(y);
            for (std::size_t x = 0; x < width; ++x) out[x] = seen[x] ? odds[x] / (1 + odds[x]) : 0.0F;
        }
    });
    return probability;
}

}  // namespace stenometry
