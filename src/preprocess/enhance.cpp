#include "stenometry/enhance.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <string>
#include <tuple>

#include "core/blocks.h"
#include "core/enlarge.h"
#include "core/gaussian_blur.h"
#include "core/grey_scale.h"
#include "core/mat.h"
#include "core/parallel.h"
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

/// \param details whose memory is used again
void collect_details(const Image<float>& pixels, const Image<std::uint8_t>& valid,
                     std::vector<Detail>& details) {
    constexpr std::size_t enough = 8192;
    int step = 1;
    while (pixels.size() / static_cast<std::size_t>(step * step) > 2 * enough) ++step;
    details.clear();
    for (int y = 2; y + 2 < pixels.height(); y += step)
        for (int x = 2; x + 2 < pixels.width(); x += step)
            if (neighbourhood_valid(valid, x, y)) details.push_back(detail_at(pixels, x, y));
}

/// Standard deviation of normal noise whose absolute values these are.
double robust_sd(std::vector<float>& absolute_values) {
    return 1.4826 * ranked(absolute_values, 0.5);  // 1 / (0.75 quantile of the normal distribution)
}

/// What the estimate of noise keeps from one frame to the next.
struct NoiseBuffers {
    std::vector<Detail> details;
    std::vector<float> values;
};

void fit_noise(NoiseBuffers& buffers, NoiseModel& model) {
    constexpr std::size_t smallest_bin = 256;  // a median of 256 values is good to 8 %
    constexpr std::size_t most_bins = 16;
    std::vector<Detail>& details = buffers.details;
    for (std::vector<double>* values : {&model.intensity, &model.sd}) {
        values->clear();
        values->reserve(most_bins);
    }
    const std::size_t bins = std::min(most_bins, details.size() / smallest_bin);
    std::sort(details.begin(), details.end(),
              [](const Detail& a, const Detail& b) { return a.level < b.level; });
    for (std::size_t bin = 0; bin < bins; ++bin) {
        const std::size_t begin = bin * details.size() / bins, end = (bin + 1) * details.size() / bins;
        buffers.values.clear();
        for (std::size_t i = begin; i < end; ++i) buffers.values.push_back(details[i].high_pass);
        const double level = details[begin + (end - begin) / 2].level;
        if (!model.intensity.empty() && level <= model.intensity.back())
            continue;  // a flat part of the picture
        model.intensity.push_back(level);
        model.sd.push_back(robust_sd(buffers.values));
    }
}

double noise_of(const Image<float>& attenuation, const Image<std::uint8_t>& valid, NoiseBuffers& buffers) {
    collect_details(attenuation, valid, buffers.details);
    buffers.values.clear();
    for (const Detail& detail : buffers.details) buffers.values.push_back(detail.high_pass);
    return buffers.values.empty() ? 0.0 : robust_sd(buffers.values);
}

/// -ln((pixel - black) / (bright - black)), where less than `floor` of that range says nothing.
void negative_log(const Image<float>& pixels, const Image<std::uint8_t>& valid, double black, double bright,
                  double floor, Image<float>& out) {
    const auto scale = static_cast<float>(1.0 / (bright - black)), least = static_cast<float>(floor);
    parallel_for(0, pixels.height(), [&](int y) {
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
/// \param sample whose memory is used again
void to_attenuation(const Frame& frame, const Image<std::uint8_t>& valid, std::vector<float>& sample,
                    Image<float>& out) {
    sparse_sample(as_mat(frame.pixels), as_mat(valid), sample);
    const double dark = ranked(sample, 0.002, 0.0), bright = ranked(sample, 0.998, 0.0);
    if (!(bright > dark)) return out.fill(0.0F);
    switch (cautious_meaning_of(frame)) {
        case Intensity::logarithmic: {
            // The slope is in no tag. Through a chest the brightest and darkest parts differ by about e^2.
            constexpr double chest_range = 2.0;
            const auto slope = static_cast<float>(chest_range / (bright - dark));
            parallel_for(0, frame.height(), [&](int y) {
                for (int x = 0; x < frame.width(); ++x)
                    out(x, y) =
                        valid(x, y) ? (static_cast<float>(bright) - frame.pixels(x, y)) * slope : 0.0F;
            });
            break;
        }
        case Intensity::linear:
            // Less than a hundredth of the brightest is noise of the detector, not transmission.
            if (!(bright > 0.0)) return out.fill(0.0F);
            negative_log(frame.pixels, valid, 0.0, bright, 0.01, out);
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
}

/// Means over square blocks of `block` pixels, and how much of each block is valid.
struct Grid {
    cv::Mat mean;
    cv::Mat weight;
};

void reduce(const Blocks& blocks, int block, Grid& grid) {
    grid.mean.create(blocks.sum.size(), CV_32F);
    grid.weight.create(blocks.sum.size(), CV_32F);
    const auto share = static_cast<float>(1.0 / (block * block));
    for (int y = 0; y < blocks.sum.rows; ++y)
        for (int x = 0; x < blocks.sum.cols; ++x) {
            const float count = blocks.count.at<float>(y, x);
            grid.mean.at<float>(y, x) = blocks.sum.at<float>(y, x) / std::max(count, 1e-3F);
            grid.weight.at<float>(y, x) = count * share;
        }
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

/// Planes through the weighted blocks around each block, at the block: a mean would be wrong where a slope
/// meets the border of what is valid, because all of the neighbourhood lies on one side. Source: normalised
/// differential convolution, Knutsson and Westin, CVPR 1993.
class LocalPlanes {
  public:
    /// \param plane written over where it has the size, else replaced
    void operator()(const Grid& grid, double sigma_blocks, cv::Mat& plane) {
        const cv::Size size = grid.mean.size();
        weigh(grid, sigma_blocks);
        parallel_for(std::size_t{0}, sums_.size(),
                     [&](std::size_t k) { blurs_[k](sums_[k], sums_[k], sigma_blocks, Beyond::zero); });
        plane.create(size, CV_32F);
        parallel_for(0, size.height, [&](int row) {
            for (int column = 0; column < size.width; ++column) {
                Moments m;
                for (std::size_t k = 0; k < m.size(); ++k)
                    m[k] = static_cast<double>(sums_[k].at<float>(row, column));
                plane.at<float>(row, column) =
                    static_cast<float>(plane_at(m, from_middle(column, size.width, sigma_blocks),
                                                from_middle(row, size.height, sigma_blocks)));
            }
        });
    }

  private:
    /// From the middle, so that products keep their digits.
    static float from_middle(int at, int size, double sigma_blocks) {
        return static_cast<float>((at - 0.5 * size) / sigma_blocks);
    }

    /// What each block adds to the moments of its neighbourhood.
    void weigh(const Grid& grid, double sigma_blocks) {
        const cv::Size size = grid.mean.size();
        for (cv::Mat& sum : sums_) sum.create(size, CV_32F);
        parallel_for(0, size.height, [&](int row) {
            const float y = from_middle(row, size.height, sigma_blocks);
            for (int column = 0; column < size.width; ++column) {
                const float x = from_middle(column, size.width, sigma_blocks);
                const float w = grid.weight.at<float>(row, column), wx = w * x, wy = w * y,
                            wa = w * grid.mean.at<float>(row, column);
                const std::array<float, std::tuple_size_v<Moments>> moments{
                    w, wx, wy, wx * x, wx * y, wy * y, wa, wa * x, wa * y};
                for (std::size_t k = 0; k < moments.size(); ++k) sums_[k].at<float>(row, column) = moments[k];
            }
        });
    }

    std::array<cv::Mat, std::tuple_size_v<Moments>> sums_;
    std::array<GaussianBlur, std::tuple_size_v<Moments>> blurs_;
};

/// Lowers the weight of blocks that stand above the background: vessels and catheters.
/// \param deviations whose memory is used again
void distrust_vessels(Grid& grid, const cv::Mat& background, std::vector<float>& deviations) {
    deviations.clear();
    const auto excess = [&](int x, int y) { return grid.mean.at<float>(y, x) - background.at<float>(y, x); };
    for (int y = 0; y < grid.mean.rows; ++y)
        for (int x = 0; x < grid.mean.cols; ++x)
            if (grid.weight.at<float>(y, x) > 0.5f) deviations.push_back(std::abs(excess(x, y)));
    if (deviations.empty()) return;
    const double spread = std::max(robust_sd(deviations), 1e-4);  // of a perfectly flat background
    for (int y = 0; y < grid.mean.rows; ++y)
        for (int x = 0; x < grid.mean.cols; ++x) {
            const double z = std::max(0.0, static_cast<double>(excess(x, y)) / spread);
            grid.weight.at<float>(y, x) *= static_cast<float>(1.0 / (1.0 + z * z));
        }
}

/// Takes away what is wider than any vessel, and keeps its memory.
class BackgroundRemover {
  public:
    void operator()(Image<float>& attenuation, const Image<std::uint8_t>& valid, double width_px) {
        // What is wider than twice the picture is no different from what is as wide.
        const double widest = 2.0 * std::max(attenuation.width(), attenuation.height());
        const double sigma_px = std::min(width_px, widest) / 2.0;
        const int block = std::max(1, static_cast<int>(sigma_px / 4.0));
        sums_(as_mat(attenuation), as_mat(valid), block, blocks_);
        reduce(blocks_, block, grid_);
        planes_(grid_, sigma_px / block, plane_);
        distrust_vessels(grid_, plane_, deviations_);
        planes_(grid_, sigma_px / block, plane_);
        enlarger_(plane_, block, {attenuation.width(), attenuation.height()}, Enlarger::Interpolation::cubic,
                  [&](int y, const float* background) {
                      float* out = attenuation.row(y);
                      const std::uint8_t* seen = valid.row(y);
                      for (int x = 0; x < attenuation.width(); ++x)
                          out[x] = seen[x] ? out[x] - background[x] : 0.0F;
                  });
    }

  private:
    BlockSums sums_;
    Blocks blocks_;
    Grid grid_;
    LocalPlanes planes_;
    cv::Mat plane_;
    std::vector<float> deviations_;
    Enlarger enlarger_;
};

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
    NoiseBuffers buffers;
    NoiseModel model;
    collect_details(frame.pixels, usable_pixels(frame), buffers.details);
    fit_noise(buffers, model);
    return model;
}

struct Enhancer::Impl {
    EnhanceOptions options;
    NoiseBuffers of_pixels, of_attenuation;
    std::vector<float> sample;
    BackgroundRemover remove_background;
};

Enhancer::Enhancer(const EnhanceOptions& options) : impl_(std::make_unique<Impl>()) {
    options.validate();
    impl_->options = options;
}
Enhancer::~Enhancer() = default;
Enhancer::Enhancer(Enhancer&&) noexcept = default;
Enhancer& Enhancer::operator=(Enhancer&&) noexcept = default;

void Enhancer::operator()(const Frame& frame, EnhancedFrame& out) {
    frame.validate();
    out.calibration = frame.sized_calibration();
    usable_pixels(frame, out.valid);
    if (!same_size(out.attenuation, frame.pixels))
        out.attenuation = Image<float>::unfilled(frame.width(), frame.height());
    parallel_invoke(
        [&] {
            collect_details(frame.pixels, out.valid, impl_->of_pixels.details);
            fit_noise(impl_->of_pixels, out.noise);
        },
        [&] {
            to_attenuation(frame, out.valid, impl_->sample, out.attenuation);
            impl_->remove_background(out.attenuation, out.valid,
                                     impl_->options.background.in_px(out.calibration));
            out.attenuation_noise_sd = noise_of(out.attenuation, out.valid, impl_->of_attenuation);
        });
}

EnhancedFrame enhance(const Frame& frame, const EnhanceOptions& options) {
    EnhancedFrame enhanced;
    Enhancer enhancer(options);
    enhancer(frame, enhanced);
    return enhanced;
}

}  // namespace stenometry
