#include "stenometry/enhance.h"

#include <tbb/parallel_for.h>
#include <tbb/parallel_invoke.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <string>
#include <tuple>

#include "core/blocks.h"
#include "core/grey_scale.h"
#include "core/mat.h"
#include "core/require.h"
#include "core/sparse_sample.h"
#include "core/statistics.h"
#include "core/usable_pixels.h"
#include "stenometry/error.h"

namespace stenometry {
namespace {

/// Local detail of one pixel and the level it stands on.
struct Detail {
    float level;
    float high_pass;
};

/// Immerkaer's mask with taps two pixels apart, scaled so that white noise keeps its standard deviation.
Detail detail_at(const Image<float>& pixels, int x, int y) {
    const float* above = pixels.row(y - 2) + x;
    const float* here = pixels.row(y) + x;
    const float* below = pixels.row(y + 2) + x;
    const float corners = above[-2] + above[2] + below[-2] + below[2];
    const float sides = above[0] + below[0] + here[-2] + here[2];
    return {(corners + 2.0f * sides + 4.0f * here[0]) / 16.0f,
            std::abs(corners - 2.0f * sides + 4.0f * here[0]) / 6.0f};
}

bool neighbourhood_valid(const Image<std::uint8_t>& valid, int x, int y) {
    for (int dy = -2; dy <= 2; dy += 2)
        for (int dx = -2; dx <= 2; dx += 2)
            if (!valid(x + dx, y + dy)) return false;
    return true;
}

std::vector<Detail> collect_details(const Image<float>& pixels, const Image<std::uint8_t>& valid) {
    constexpr std::size_t enough = 8192;
    int step = 1;
    while (pixels.size() / static_cast<std::size_t>(step * step) > 2 * enough) ++step;
    std::vector<Detail> details;
    for (int y = 2; y + 2 < pixels.height(); y += step)
        for (int x = 2; x + 2 < pixels.width(); x += step)
            if (neighbourhood_valid(valid, x, y)) details.push_back(detail_at(pixels, x, y));
    return details;
}

/// Standard deviation of normal noise whose absolute values these are.
double robust_sd(std::vector<float>& absolute_values) {
    return 1.4826 * ranked(absolute_values, 0.5);  // 1 / (0.75 quantile of the normal distribution)
}

NoiseModel fit_noise(std::vector<Detail> details) {
    constexpr std::size_t smallest_bin = 256;  // a median of 256 values is good to 8 %
    constexpr std::size_t most_bins = 16;
    NoiseModel model;
    const std::size_t bins = std::min(most_bins, details.size() / smallest_bin);
    std::sort(details.begin(), details.end(),
              [](const Detail& a, const Detail& b) { return a.level < b.level; });
    for (std::size_t bin = 0; bin < bins; ++bin) {
        const std::size_t begin = bin * details.size() / bins, end = (bin + 1) * details.size() / bins;
        std::vector<float> values;
        for (std::size_t i = begin; i < end; ++i) values.push_back(details[i].high_pass);
        const double level = details[begin + (end - begin) / 2].level;
        if (!model.intensity.empty() && level <= model.intensity.back())
            continue;  // a flat part of the picture
        model.intensity.push_back(level);
        model.sd.push_back(robust_sd(values));
    }
    return model;
}

double noise_of(const Image<float>& attenuation, const Image<std::uint8_t>& valid) {
    std::vector<float> values;
    for (const Detail& detail : collect_details(attenuation, valid)) values.push_back(detail.high_pass);
    return values.empty() ? 0.0 : robust_sd(values);
}

/// -ln((pixel - black) / (bright - black)), where less than `floor` of that range says nothing.
void negative_log(const Image<float>& pixels, const Image<std::uint8_t>& valid, double black, double bright,
                  double floor, Image<float>& out) {
    const auto scale = static_cast<float>(1.0 / (bright - black)), least = static_cast<float>(floor);
    tbb::parallel_for(0, pixels.height(), [&](int y) {
        const float* pixel = pixels.row(y);
        const std::uint8_t* seen = valid.row(y);
        float* transmission = out.row(y);
        for (int x = 0; x < pixels.width(); ++x) {
            const float share = std::max((pixel[x] - static_cast<float>(black)) * scale, least);
            transmission[x] = seen[x] ? share : 1.0f;
        }
        const cv::Mat row(1, pixels.width(), CV_32F, transmission);
        cv::log(row, row);
        for (int x = 0; x < pixels.width(); ++x) transmission[x] = -transmission[x];
    });
}

/// Attenuation of every valid pixel, up to a constant; 0 elsewhere.
Image<float> to_attenuation(const Frame& frame, const Image<std::uint8_t>& valid) {
    Image<float> out(frame.width(), frame.height());
    std::vector<float> sample = sparse_sample(as_mat(frame.pixels), as_mat(valid));
    if (sample.empty()) return out;
    const double dark = ranked(sample, 0.002), bright = ranked(sample, 0.998);
    if (!(bright > dark)) return out;
    switch (cautious_meaning_of(frame)) {
        case Intensity::logarithmic: {
            // The slope is in no tag. Through a chest the brightest and darkest parts differ by about e^2.
            constexpr double chest_range = 2.0;
            const auto slope = static_cast<float>(chest_range / (bright - dark));
            for (int y = 0; y < frame.height(); ++y)
                for (int x = 0; x < frame.width(); ++x)
                    if (valid(x, y)) out(x, y) = (static_cast<float>(bright) - frame.pixels(x, y)) * slope;
            break;
        }
        case Intensity::linear:
            // Less than a hundredth of the brightest is noise of the detector, not transmission.
            if (bright > 0.0) negative_log(frame.pixels, valid, 0.0, bright, 0.01, out);
            break;
        case Intensity::display:
        case Intensity::unknown: {
            // Around one vessel a viewing curve is linear in the logarithm, but not from the darkest to the
            // brightest part of a picture: it compresses its ends. Vessels stand out best on real angiograms
            // with half of the range as a pedestal; a tenth of it blows up the dark parts.
            const double pedestal = 0.5 * (bright - dark);
            negative_log(frame.pixels, valid, dark - pedestal, bright, 0.1, out);
            break;
        }
    }
    return out;
}

/// Means over square blocks of `block` pixels, and how much of each block is valid.
struct Grid {
    cv::Mat mean;
    cv::Mat weight;
};

Grid reduce(const Image<float>& image, const Image<std::uint8_t>& valid, int block) {
    const Blocks blocks = sum_blocks(as_mat(image), as_mat(valid), block);
    return {blocks.mean(), blocks.count * (1.0 / (block * block))};
}

/// Weighted sums over a neighbourhood: 1, x, y, x^2, x y, y^2, a, a x, a y.
using Moments = std::array<double, 9>;

/// The least-squares plane of a neighbourhood at (x, y), in units of its sigma. Slopes are drawn to 0 where
/// the neighbourhood is too narrow or too empty to tell them.
double plane_at(const Moments& m, double x, double y) {
    const double weight = m[0];
    if (weight < 1e-6) return 0.0;
    const double mean_x = m[1] / weight, mean_y = m[2] / weight, mean = m[6] / weight;
    constexpr double ridge = 0.02;  // of the variance of a full neighbourhood, which is 1
    const double xx = m[3] / weight - mean_x * mean_x + ridge, yy = m[5] / weight - mean_y * mean_y + ridge;
    const double xy = m[4] / weight - mean_x * mean_y;
    const double xa = m[7] / weight - mean_x * mean, ya = m[8] / weight - mean_y * mean;
    const double determinant = xx * yy - xy * xy;
    const double slope_x = (xa * yy - ya * xy) / determinant, slope_y = (ya * xx - xa * xy) / determinant;
    return mean + slope_x * (x - mean_x) + slope_y * (y - mean_y);
}

cv::Mat blur(const cv::Mat& image, double sigma_blocks) {
    cv::Mat out;
    cv::GaussianBlur(image, out, {}, sigma_blocks, sigma_blocks, cv::BORDER_CONSTANT);
    return out;
}

/// A plane through the weighted blocks around each block, at the block: a mean would be wrong where a slope
/// meets the border of what is valid, because all of the neighbourhood lies on one side. Source: normalised
/// differential convolution, Knutsson and Westin, CVPR 1993.
cv::Mat local_plane(const Grid& grid, double sigma_blocks) {
    const cv::Size size = grid.mean.size();
    cv::Mat x(size, CV_32F), y(size, CV_32F);  // from the middle, so that products keep their digits
    for (int row = 0; row < size.height; ++row)
        for (int column = 0; column < size.width; ++column) {
            x.at<float>(row, column) = static_cast<float>((column - 0.5 * size.width) / sigma_blocks);
            y.at<float>(row, column) = static_cast<float>((row - 0.5 * size.height) / sigma_blocks);
        }
    const cv::Mat w = grid.weight, wx = w.mul(x), wy = w.mul(y), wa = w.mul(grid.mean);
    std::array<cv::Mat, std::tuple_size_v<Moments>> sums{w,         wx, wy,        wx.mul(x), wx.mul(y),
                                                         wy.mul(y), wa, wa.mul(x), wa.mul(y)};
    tbb::parallel_for(std::size_t{0}, sums.size(),
                      [&](std::size_t k) { sums[k] = blur(sums[k], sigma_blocks); });
    cv::Mat plane(size, CV_32F);
    tbb::parallel_for(0, size.height, [&](int row) {
        for (int column = 0; column < size.width; ++column) {
            Moments m;
            for (std::size_t k = 0; k < m.size(); ++k)
                m[k] = static_cast<double>(sums[k].at<float>(row, column));
            plane.at<float>(row, column) =
                static_cast<float>(plane_at(m, static_cast<double>(x.at<float>(row, column)),
                                            static_cast<double>(y.at<float>(row, column))));
        }
    });
    return plane;
}

/// Lowers the weight of blocks that stand above the background: vessels and catheters.
void distrust_vessels(Grid& grid, const cv::Mat& background) {
    std::vector<float> deviations;
    const cv::Mat excess = grid.mean - background;
    for (int y = 0; y < excess.rows; ++y)
        for (int x = 0; x < excess.cols; ++x)
            if (grid.weight.at<float>(y, x) > 0.5f) deviations.push_back(std::abs(excess.at<float>(y, x)));
    if (deviations.empty()) return;
    const double spread = std::max(robust_sd(deviations), 1e-4);  // of a perfectly flat background
    for (int y = 0; y < excess.rows; ++y)
        for (int x = 0; x < excess.cols; ++x) {
            const double z = std::max(0.0, static_cast<double>(excess.at<float>(y, x)) / spread);
            grid.weight.at<float>(y, x) *= static_cast<float>(1.0 / (1.0 + z * z));
        }
}

/// What is wider than `width_px`, at every pixel.
cv::Mat estimate_background(const Image<float>& attenuation, const Image<std::uint8_t>& valid,
                            double width_px) {
    // What is wider than twice the picture is no different from what is as wide.
    const double widest = 2.0 * std::max(attenuation.width(), attenuation.height());
    const double sigma_px = std::min(width_px, widest) / 2.0;
    const int block = std::max(1, static_cast<int>(sigma_px / 4.0));
    Grid grid = reduce(attenuation, valid, block);
    const double sigma_blocks = sigma_px / block;
    distrust_vessels(grid, local_plane(grid, sigma_blocks));
    cv::Mat background;
    cv::resize(local_plane(grid, sigma_blocks), background, {grid.mean.cols * block, grid.mean.rows * block},
               0, 0, cv::INTER_CUBIC);
    return background(cv::Rect(0, 0, attenuation.width(), attenuation.height()));
}

void remove_background(Image<float>& attenuation, const Image<std::uint8_t>& valid, double width_px) {
    cv::Mat mat = as_mat(attenuation);
    mat -= estimate_background(attenuation, valid, width_px);
    mat.setTo(0.0f, as_mat(valid) == 0);
}

}  // namespace

void EnhanceOptions::validate() const { require_positive("enhance.background", background); }

double NoiseModel::at(double value) const {
    if (intensity.empty() || std::isnan(value)) return std::numeric_limits<double>::quiet_NaN();
    const auto above = std::lower_bound(intensity.begin(), intensity.end(), value);
    if (above == intensity.begin()) return sd.front();
    if (above == intensity.end()) return sd.back();
    const auto i = static_cast<std::size_t>(above - intensity.begin());
    const double t = (value - intensity[i - 1]) / (intensity[i] - intensity[i - 1]);
    return sd[i - 1] + t * (sd[i] - sd[i - 1]);
}

NoiseModel estimate_noise(const Frame& frame) {
    frame.validate();
    return fit_noise(collect_details(frame.pixels, usable_pixels(frame)));
}

EnhancedFrame enhance(const Frame& frame, const EnhanceOptions& options) {
    frame.validate();
    options.validate();
    EnhancedFrame enhanced;
    enhanced.calibration = frame.sized_calibration();
    enhanced.valid = usable_pixels(frame);
    tbb::parallel_invoke([&] { enhanced.noise = fit_noise(collect_details(frame.pixels, enhanced.valid)); },
                         [&] {
                             enhanced.attenuation = to_attenuation(frame, enhanced.valid);
                             remove_background(enhanced.attenuation, enhanced.valid,
                                               options.background.in_px(enhanced.calibration));
                             enhanced.attenuation_noise_sd = noise_of(enhanced.attenuation, enhanced.valid);
                         });
    return enhanced;
}

}  // namespace stenometry
