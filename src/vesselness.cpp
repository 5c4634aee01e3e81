#include "stenometry/vesselness.h"

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <string>
#include <utility>

#include "kernels/gaussian.h"
#include "kernels/ridge.h"
#include "statistics.h"
#include "stenometry/error.h"
#include "stenometry/interop/opencv.h"
#include "vesselness/border.h"
#include "vesselness/hessian_rows.h"
#include "vesselness/oriented_bank.h"

namespace stenometry {
namespace {

using interop::as_mat;
using vesselness::HessianRows;
using vesselness::RowBuffers;

/// Where the chord through a cylinder of diameter 1 answers best to sigma^2 times the second derivative.
constexpr double sigma_per_diameter = 0.42;

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

/// Noise of single-precision sums over the pixels: it must not become a vessel where there is nothing else.
double rounding_noise(const Image<float>& image) { return 1e-6 * cv::norm(as_mat(image), cv::NORM_INF); }

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
    std::optional<vesselness::OrientedBank> bank;
    Image<float> filled;
    cv::Mat border_distance;  ///< pixels to the nearest invalid one; empty if there is none

    const Image<float>& prepare(const Image<float>& attenuation, const Image<std::uint8_t>& valid);
    Strength measure_strength(const Image<float>& image);
    void hessian_measure(const Image<float>& image, double noise_sd, Vesselness& out);
    void update(int scale, double noise_sd, const Strength& strength, HessianRows& hessian,
                const kernels::BestRow& best) const;
};

/// The image with everything outside the valid region filled in.
const Image<float>& VesselnessFilter::Impl::prepare(const Image<float>& attenuation,
                                                    const Image<std::uint8_t>& valid) {
    border_distance.release();
    if (cv::countNonZero(as_mat(valid)) == valid.width() * valid.height()) return attenuation;
    cv::distanceTransform(as_mat(valid), border_distance, cv::DIST_L2, cv::DIST_MASK_3);
    if (!same_size(filled, attenuation)) filled = Image<float>(attenuation.width(), attenuation.height());
    cv::Mat image = cv::Mat::zeros(filled.height(), filled.width(), CV_32F), weight;
    as_mat(attenuation).copyTo(image, as_mat(valid));
    as_mat(valid).convertTo(weight, CV_32F, 1.0 / 255.0);
    vesselness::fill_invalid(image, weight);
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
        strength.norm_at_scale.push_back(ranked(values, 0.995, 0.0));
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

VesselnessFilter::VesselnessFilter(std::vector<double> sigmas_px, const VesselnessOptions& options)
    : impl_(std::make_unique<Impl>()) {
    options.validate();
    if (sigmas_px.empty()) throw InvalidInput("a vesselness filter needs at least one sigma");
    impl_->options = options;
    for (const double sigma : sigmas_px) {
        require(sigma > 0.0 && std::isfinite(sigma), "sigma", sigma, "positive");
        impl_->taps.push_back(kernels::make_gaussian_taps(sigma));
    }
    if (options.measure == RidgeMeasure::oriented)
        impl_->bank.emplace(sigmas_px, options.orientations, options.elongation);
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
    if (impl_->bank) {
        (*impl_->bank)(image, impl_->border_distance, out);
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
    std::vector<double> sigmas = sigmas_px(options, frame.calibration);
    // A wrong spacing may ask for vessels wider than the picture, which would take for ever to find nothing.
    const double widest =
        std::max(1.0, 0.25 * std::max(frame.attenuation.width(), frame.attenuation.height()));
    for (double& sigma : sigmas) sigma = std::min(sigma, widest);
    VesselnessFilter filter(std::move(sigmas), options);
    Vesselness vesselness;
    filter(frame.attenuation, frame.valid, frame.attenuation_noise_sd, vesselness);
    vesselness.calibration = frame.calibration;
    return vesselness;
}

}  // namespace stenometry
