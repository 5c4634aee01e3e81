#include "stenometry/vesselness.h"

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <string>
#include <utility>

#include "kernels/gaussian.h"
#include "kernels/ridge.h"
#include "kernels/weighted_sum.h"
#include "stenometry/error.h"
#include "stenometry/interop/opencv.h"

namespace stenometry {
namespace {

using interop::as_mat;

/// Where the chord through a cylinder of diameter 1 answers best to sigma^2 times the second derivative.
constexpr double sigma_per_diameter = 0.42;

/// Closer to invalid pixels than this many sigmas, what was filled in there makes up too much of the
/// response.
constexpr double border_sigmas = 2.0;

void require(bool ok, const std::string& field, double value, const char* rule) {
    if (!ok)
        throw InvalidInput("vesselness." + field + " must be " + rule + ", but is " + std::to_string(value));
}

/// Runs `work(y)` for every row; rows are independent, so that any number of threads gives the same.
template <class Work>
void for_each_row(int height, const Work& work) {
    tbb::parallel_for(tbb::blocked_range<int>(0, height, 16), [&](const tbb::blocked_range<int>& rows) {
        for (int y = rows.begin(); y != rows.end(); ++y) work(y);
    });
}

/// Replaces what is not valid by what is near, coarser the further away: half of the size, filled the same
/// way.
void fill_invalid(cv::Mat& image, const cv::Mat& weight) {
    if (image.rows <= 1 && image.cols <= 1) return;
    cv::Mat small_weight, small_image;
    cv::Mat weighted = image.mul(weight);
    cv::Mat even_weight = weight;
    if (image.cols % 2 || image.rows % 2) {
        cv::copyMakeBorder(weighted, weighted, 0, image.rows % 2, 0, image.cols % 2, cv::BORDER_CONSTANT,
                           0.0);
        cv::copyMakeBorder(weight, even_weight, 0, image.rows % 2, 0, image.cols % 2, cv::BORDER_CONSTANT,
                           0.0);
    }
    const cv::Size half(weighted.cols / 2, weighted.rows / 2);
    cv::resize(weighted, small_image, half, 0, 0, cv::INTER_AREA);
    cv::resize(even_weight, small_weight, half, 0, 0, cv::INTER_AREA);
    cv::divide(small_image, cv::max(small_weight, 1e-6), small_image);
    fill_invalid(small_image, cv::min(4.0 * small_weight, 1.0));
    cv::Mat coarse;
    cv::resize(small_image, coarse, even_weight.size(), 0, 0, cv::INTER_LINEAR);
    coarse = coarse(cv::Rect(0, 0, image.cols, image.rows));
    image = image.mul(weight) + coarse.mul(1.0 - weight);
}

/// Buffers of one thread, for one row at one scale.
struct RowBuffers {
    std::vector<const float*> rows;
    std::vector<float> columns;  // Gaussian, first and second derivative down the columns, with a margin
    std::vector<float> hessian;  // xx, xy, yy
    std::vector<float> best;     // response, scale, cos2, sin2
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
        if (!border_distance_.empty()) silence_border(y, begin, end, border_sigmas * taps.sigma);
    }

  private:
    /// Pointers to the rows y - radius .. y + radius; beyond the image its outermost row again.
    const float* const* rows_around(int y, int radius, int from) {
        buffers_.rows.clear();
        for (int dy = -radius; dy <= radius; ++dy)
            buffers_.rows.push_back(image_.row(std::clamp(y + dy, 0, image_.height() - 1)) + from);
        return buffers_.rows.data();
    }

    void silence_border(int y, int begin, int end, double reach_px) {
        const auto* distance = border_distance_.ptr<float>(y);
        for (int x = begin; x < end; ++x)
            if (distance[x] < static_cast<float>(reach_px)) xx()[x] = xy()[x] = yy()[x] = 0.0f;
    }

    const Image<float>& image_;
    const cv::Mat& border_distance_;
    RowBuffers& buffers_;
};

/// What is known of one frame before its responses are computed.
struct Strength {
    double norm = 0.0;  ///< of the strongest Hessian, any scale
    std::vector<double> norm_at_scale;
};

/// Standard deviation of sigma^2 times the second derivative of white noise: the integral of the squared
/// second derivative of a Gaussian is 3 / (16 pi sigma^6).
double noise_response_sd(double noise_sd, double sigma) {
    return noise_sd * std::sqrt(3.0 / (16.0 * std::numbers::pi)) / sigma;
}

/// One sample of a filter along a line.
struct LineTap {
    int dx;
    int dy;
    float weight;
};

/// Catmull-Rom weights of the pixels -1, 0, 1, 2 for a place `t` behind pixel 0. Linear interpolation would
/// blur slanted lines, but not level ones.
std::array<double, 4> cubic_weights(double t) {
    return {0.5 * t * (-1.0 + t * (2.0 - t)), 1.0 + 0.5 * t * t * (-5.0 + 3.0 * t),
            0.5 * t * (1.0 + t * (4.0 - 3.0 * t)), 0.5 * t * t * (t - 1.0)};
}

/// A Gaussian of `sigma_px` along a line, sampled where the line crosses every `step`-th column or row,
/// whichever it crosses more of.
std::vector<LineTap> line_taps(double angle_rad, double sigma_px, int step) {
    const double c = std::cos(angle_rad), s = std::sin(angle_rad);
    const bool level = std::abs(c) >= std::abs(s);
    const double run = level ? std::abs(c) : std::abs(s), slope = level ? s / c : c / s;
    const int reach = static_cast<int>(2.5 * sigma_px * run) / step * step;
    std::vector<LineTap> taps;
    double sum = 0.0;
    for (int along = -reach; along <= reach; along += step) {
        const double t = along / run / std::max(sigma_px, 1e-6), across = along * slope;
        const int base = static_cast<int>(std::floor(across));
        const double weight = std::exp(-0.5 * t * t);
        const std::array<double, 4> cubic = cubic_weights(across - base);
        sum += weight;
        for (int i = 0; i < 4; ++i) {
            const double part = weight * cubic[static_cast<std::size_t>(i)];
            if (part == 0.0) continue;
            const int side = base + i - 1;
            taps.push_back({level ? along : side, level ? side : along, static_cast<float>(part)});
        }
    }
    for (LineTap& tap : taps) tap.weight /= static_cast<float>(sum);
    return taps;
}

/// A plane of floats with a margin left and right; rows beyond the top and bottom are the outermost ones.
struct Plane {
    int margin = 0;
    Image<float> pixels;

    void resize(int width, int height, int new_margin) {
        margin = new_margin;
        if (pixels.width() != width + 2 * margin || pixels.height() != height)
            pixels = Image<float>(width + 2 * margin, height);
    }
    float* row(int y) { return pixels.row(y) + margin; }
    const float* row(int y) const { return pixels.row(std::clamp(y, 0, pixels.height() - 1)) + margin; }
    void replicate_ends(int y) {
        const int width = pixels.width() - 2 * margin;
        std::fill_n(row(y) - margin, margin, row(y)[0]);
        std::fill_n(row(y) + width, margin, row(y)[width - 1]);
    }
};

/// Noise of single-precision sums over the pixels: it must not become a vessel where there is nothing else.
double rounding_noise(const Image<float>& image) { return 1e-6 * cv::norm(as_mat(image), cv::NORM_INF); }

double upper_quantile(std::vector<float>& values, double fraction) {
    if (values.empty()) return 0.0;
    const auto rank = static_cast<std::ptrdiff_t>(fraction * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + rank, values.end());
    return values[static_cast<std::size_t>(rank)];
}

/// Brings a response that grows with contrast to 0..1, and silences what is not valid. Noise alone stays low:
/// the strongest is taken to be at least ten of its standard deviations.
void finish(const VesselnessOptions& options, double noise_sd, double smallest_sigma, Vesselness& out) {
    cv::Mat response = as_mat(out.response);
    for (Image<float>* image : {&out.response, &out.scale_px, &out.direction_rad})
        as_mat(*image).setTo(0.0f, as_mat(out.valid) == 0);
    if (options.measure != RidgeMeasure::sato && options.measure != RidgeMeasure::oriented) return;
    double strongest = 0.0;
    cv::minMaxLoc(response, nullptr, &strongest);
    strongest = std::max(strongest, 10.0 * noise_response_sd(noise_sd, smallest_sigma));
    if (strongest > 0.0) response *= 1.0 / strongest;
}

}  // namespace

std::string_view to_string(RidgeMeasure measure) {
    switch (measure) {
        case RidgeMeasure::frangi:
            return "frangi";
        case RidgeMeasure::sato:
            return "sato";
        case RidgeMeasure::jerman:
            return "jerman";
        case RidgeMeasure::oriented:
            return "oriented";
    }
    return "frangi";
}

void VesselnessOptions::validate() const {
    const auto positive = [](double value) { return value > 0.0 && std::isfinite(value); };
    require(positive(min_diameter.mm), "min_diameter.mm", min_diameter.mm, "positive");
    require(positive(min_diameter.uncalibrated_px), "min_diameter.uncalibrated_px",
            min_diameter.uncalibrated_px, "positive");
    require(std::isfinite(max_diameter.mm) && max_diameter.mm >= min_diameter.mm, "max_diameter.mm",
            max_diameter.mm, "at least min_diameter.mm");
    require(std::isfinite(max_diameter.uncalibrated_px) &&
                max_diameter.uncalibrated_px >= min_diameter.uncalibrated_px,
            "max_diameter.uncalibrated_px", max_diameter.uncalibrated_px,
            "at least min_diameter.uncalibrated_px");
    require(scales >= 1 && scales <= 64, "scales", scales, "in 1..64");
    require(positive(frangi_beta), "frangi_beta", frangi_beta, "positive");
    require(jerman_tau >= 0.5 && jerman_tau <= 1.0, "jerman_tau", jerman_tau, "in 0.5..1");
    require(orientations >= 4 && orientations <= 180, "orientations", orientations, "in 4..180");
    require(elongation >= 1.0 && elongation <= 8.0, "elongation", elongation, "in 1..8");
}

struct VesselnessFilter::Impl {
    VesselnessOptions options;
    std::vector<kernels::GaussianTaps> taps;
    tbb::enumerable_thread_specific<RowBuffers> buffers;
    Image<float> filled;
    cv::Mat border_distance;  ///< pixels to the nearest invalid one; empty if there is none

    // Of the oriented bank, one scale at a time.
    std::array<Image<float>, 3> second;  ///< xx, xy, yy
    Plane across;                        ///< second derivative across one direction
    Image<float> stronger, cos2, sin2;   ///< of all directions
    Image<float> best_cos2, best_sin2;   ///< of the best scale

    const Image<float>& prepare(const Image<float>& attenuation, const Image<std::uint8_t>& valid);
    Strength measure_strength(const Image<float>& image);
    void hessian_measure(const Image<float>& image, double noise_sd, Vesselness& out);
    void oriented_measure(const Image<float>& image, Vesselness& out);
    void compute_hessian(const Image<float>& image, const kernels::GaussianTaps& scale);
    void filter_along(double angle_rad, double sigma, int width);
    void keep_best_scale(double sigma, Vesselness& out);
    void update(int scale, double noise_sd, const Strength& strength, HessianRows& hessian,
                const kernels::BestRow& best) const;
};

/// The image with everything outside the valid region filled in.
const Image<float>& VesselnessFilter::Impl::prepare(const Image<float>& attenuation,
                                                    const Image<std::uint8_t>& valid) {
    border_distance.release();
    if (cv::countNonZero(as_mat(valid)) == valid.width() * valid.height()) return attenuation;
    cv::distanceTransform(as_mat(valid), border_distance, cv::DIST_L2, cv::DIST_MASK_PRECISE);
    filled = attenuation.clone();
    cv::Mat image = as_mat(filled), weight;
    as_mat(valid).convertTo(weight, CV_32F, 1.0 / 255.0);
    fill_invalid(image, weight);
    image.copyTo(as_mat(filled));
    return filled;
}

/// Looks at an eighth of the pixels: percentiles need no more. The picture is cut into eight strips, and each
/// strip has its own eighth of the rows, so that no line of any direction is missed.
Strength VesselnessFilter::Impl::measure_strength(const Image<float>& image) {
    constexpr std::size_t enough = 32768;
    const int strips = static_cast<int>(std::clamp<std::size_t>(image.size() / enough, 1, 8));
    Strength strength;
    std::vector<float> norm(static_cast<std::size_t>(image.width())), values;
    for (const kernels::GaussianTaps& scale : taps) {
        values.clear();
        HessianRows hessian(image, border_distance, buffers.local());
        for (int y = 0; y < image.height(); ++y) {
            const int strip = y % strips;
            const int begin = strip * image.width() / strips, end = (strip + 1) * image.width() / strips;
            if (begin == end) continue;
            hessian.compute(y, scale, begin, end);
            kernels::ridge_norm_row(hessian.xx() + begin, hessian.xy() + begin, hessian.yy() + begin,
                                    static_cast<std::size_t>(end - begin), norm.data());
            values.insert(values.end(), norm.begin(), norm.begin() + (end - begin));
        }
        strength.norm_at_scale.push_back(upper_quantile(values, 0.995));
    }
    strength.norm = *std::max_element(strength.norm_at_scale.begin(), strength.norm_at_scale.end());
    return strength;
}

/// Lets one scale compete for the best response of a row.
void VesselnessFilter::Impl::update(int scale, double noise_sd, const Strength& strength, HessianRows& h,
                                    const kernels::BestRow& best) const {
    const auto i = static_cast<std::size_t>(scale);
    const auto sigma = static_cast<float>(taps[i].sigma);
    const double noise = noise_response_sd(noise_sd, taps[i].sigma);
    switch (options.measure) {
        case RidgeMeasure::frangi: {
            const double c = std::max(0.5 * strength.norm, 4.0 * noise);
            kernels::frangi_row(h.xx(), h.xy(), h.yy(), h.width(), sigma,
                                {static_cast<float>(options.frangi_beta), static_cast<float>(c)}, best);
            return;
        }
        case RidgeMeasure::jerman: {
            const double strongest = std::max(strength.norm_at_scale[i], 30.0 * noise);
            kernels::jerman_row(h.xx(), h.xy(), h.yy(), h.width(), sigma,
                                {static_cast<float>(options.jerman_tau), static_cast<float>(strongest)},
                                best);
            return;
        }
        default:
            kernels::sato_row(h.xx(), h.xy(), h.yy(), h.width(), sigma, best);
    }
}

void VesselnessFilter::Impl::hessian_measure(const Image<float>& image, double noise_sd, Vesselness& out) {
    Strength strength;
    if (options.measure != RidgeMeasure::sato) {
        strength = measure_strength(image);
        if (!(strength.norm > 0.0)) return;
    }
    for_each_row(image.height(), [&](int y) {
        RowBuffers& local = buffers.local();
        HessianRows hessian(image, border_distance, local);
        local.best.assign(2 * hessian.width(), 0.0f);
        const kernels::BestRow best{out.response.row(y), out.scale_px.row(y), local.best.data(),
                                    local.best.data() + hessian.width()};
        for (std::size_t scale = 0; scale < taps.size(); ++scale) {
            hessian.compute(y, taps[scale]);
            update(static_cast<int>(scale), noise_sd, strength, hessian, best);
        }
        kernels::direction_row(best.cos2, best.sin2, hessian.width(), out.direction_rad.row(y));
    });
}

void VesselnessFilter::Impl::compute_hessian(const Image<float>& image, const kernels::GaussianTaps& scale) {
    for_each_row(image.height(), [&](int y) {
        HessianRows rows(image, border_distance, buffers.local());
        rows.compute(y, scale);
        std::copy_n(rows.xx(), rows.width(), second[0].row(y));
        std::copy_n(rows.xy(), rows.width(), second[1].row(y));
        std::copy_n(rows.yy(), rows.width(), second[2].row(y));
    });
}

/// Smooths the second derivative across `angle_rad` along it: a Gaussian that is long one way is a round one
/// followed by one along a line.
void VesselnessFilter::Impl::filter_along(double angle_rad, double sigma, int width) {
    const int height = second[0].height();
    const auto n = static_cast<std::size_t>(width);
    const auto c = static_cast<float>(std::cos(angle_rad)), s = static_cast<float>(std::sin(angle_rad));
    const std::array<float, 3> steer{-s * s, 2.0f * s * c, -c * c};
    for_each_row(height, [&](int y) {
        const std::array<const float*, 3> rows{second[0].row(y), second[1].row(y), second[2].row(y)};
        kernels::weighted_sum_row(rows.data(), steer.data(), rows.size(), n, across.row(y));
        across.replicate_ends(y);
    });
    const double line_sigma = sigma * std::sqrt(options.elongation * options.elongation - 1.0);
    // The round Gaussian came first, so that samples one sigma apart lose nothing.
    const std::vector<LineTap> line = line_taps(angle_rad, line_sigma, std::max(1, static_cast<int>(sigma)));
    std::vector<float> weights;
    for (const LineTap& tap : line) weights.push_back(tap.weight);
    const auto cos2a = static_cast<float>(std::cos(2.0 * angle_rad));
    const auto sin2a = static_cast<float>(std::sin(2.0 * angle_rad));
    for_each_row(height, [&](int y) {
        RowBuffers& local = buffers.local();
        local.rows.clear();
        for (const LineTap& tap : line) local.rows.push_back(std::as_const(across).row(y + tap.dy) + tap.dx);
        local.best.resize(n);
        kernels::weighted_sum_row(local.rows.data(), weights.data(), weights.size(), n, local.best.data());
        for (int x = 0; x < width; ++x) {
            const float response = std::max(0.0f, local.best[static_cast<std::size_t>(x)]);
            stronger(x, y) = std::max(stronger(x, y), response);
            cos2(x, y) += response * cos2a;
            sin2(x, y) += response * sin2a;
        }
    });
}

void VesselnessFilter::Impl::keep_best_scale(double sigma, Vesselness& out) {
    for_each_row(stronger.height(), [&](int y) {
        for (int x = 0; x < stronger.width(); ++x) {
            if (!(stronger(x, y) > out.response(x, y))) continue;
            out.response(x, y) = stronger(x, y);
            out.scale_px(x, y) = static_cast<float>(sigma);
            best_cos2(x, y) = cos2(x, y);
            best_sin2(x, y) = sin2(x, y);
        }
    });
}

void VesselnessFilter::Impl::oriented_measure(const Image<float>& image, Vesselness& out) {
    const int width = image.width(), height = image.height();
    for (Image<float>* plane :
         {&second[0], &second[1], &second[2], &stronger, &cos2, &sin2, &best_cos2, &best_sin2})
        if (!same_size(*plane, image)) *plane = Image<float>(width, height);
    for (Image<float>* plane : {&best_cos2, &best_sin2}) plane->fill(0.0f);
    for (const kernels::GaussianTaps& scale : taps) {
        compute_hessian(image, scale);
        across.resize(width, height, 3 + static_cast<int>(2.5 * options.elongation * scale.sigma));
        for (Image<float>* plane : {&stronger, &cos2, &sin2}) plane->fill(0.0f);
        for (int i = 0; i < options.orientations; ++i)
            filter_along(std::numbers::pi * i / options.orientations, scale.sigma, width);
        keep_best_scale(scale.sigma, out);
    }
    for_each_row(height, [&](int y) {
        kernels::direction_row(best_cos2.row(y), best_sin2.row(y), static_cast<std::size_t>(width),
                               out.direction_rad.row(y));
    });
}

VesselnessFilter::VesselnessFilter(std::vector<double> sigmas_px, const VesselnessOptions& options)
    : impl_(std::make_unique<Impl>()) {
    options.validate();
    if (sigmas_px.empty()) throw InvalidInput("a vesselness filter needs at least one sigma");
    impl_->options = options;
    for (const double sigma : sigmas_px) {
        require(sigma > 0.0 && std::isfinite(sigma), "sigma", sigma, "positive");
        impl_->taps.push_back(kernels::make_gaussian_taps(sigma));
    }
}

VesselnessFilter::~VesselnessFilter() = default;
VesselnessFilter::VesselnessFilter(VesselnessFilter&&) noexcept = default;
VesselnessFilter& VesselnessFilter::operator=(VesselnessFilter&&) noexcept = default;

void VesselnessFilter::operator()(const Image<float>& attenuation, const Image<std::uint8_t>& valid,
                                  double noise_sd, Vesselness& out) {
    if (attenuation.empty()) throw InvalidInput("the image to filter has no pixels");
    if (!same_size(attenuation, valid))
        throw InvalidInput("the valid region has another size than the image");
    for (Image<float>* image : {&out.response, &out.scale_px, &out.direction_rad}) {
        if (!same_size(*image, attenuation)) *image = Image<float>(attenuation.width(), attenuation.height());
        image->fill(0.0f);
    }
    out.valid = valid;
    const Image<float>& image = impl_->prepare(attenuation, valid);
    noise_sd = std::max(noise_sd, rounding_noise(image));
    if (impl_->options.measure == RidgeMeasure::oriented) {
        impl_->oriented_measure(image, out);
    } else {
        impl_->hessian_measure(image, noise_sd, out);
    }
    finish(impl_->options, noise_sd, impl_->taps.front().sigma, out);
}

std::vector<double> sigmas_px(const VesselnessOptions& options, const Calibration& calibration) {
    options.validate();
    const double smallest = sigma_per_diameter * options.min_diameter.in_px(calibration);
    const double ratio = options.max_diameter.in_px(calibration) / options.min_diameter.in_px(calibration);
    std::vector<double> sigmas;
    for (int i = 0; i < options.scales; ++i)
        sigmas.push_back(smallest * std::pow(ratio, options.scales == 1 ? 0.5 : i / (options.scales - 1.0)));
    return sigmas;
}

Vesselness compute_vesselness(const EnhancedFrame& frame, const VesselnessOptions& options) {
    VesselnessFilter filter(sigmas_px(options, frame.calibration), options);
    Vesselness vesselness;
    filter(frame.attenuation, frame.valid, frame.attenuation_noise_sd, vesselness);
    vesselness.calibration = frame.calibration;
    return vesselness;
}

}  // namespace stenometry
