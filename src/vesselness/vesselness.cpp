#include "stenometry/vesselness.h"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "core/mat.h"
#include "core/parallel.h"
#include "core/require.h"
#include "core/same_size.h"
#include "core/statistics.h"
#include "kernels/gaussian.h"
#include "kernels/ridge.h"
#include "stenometry/error.h"
#include "vesselness/border.h"
#include "vesselness/hessian_rows.h"
#include "vesselness/oriented_bank.h"
#include "vesselness/scale_stream.h"
#include "vesselness/working_grid.h"

namespace stenometry {
namespace {

using vesselness::HessianRows;
using vesselness::HessianStream;
using vesselness::noise_response_sd;
using vesselness::RowBuffers;

/// Where the chord through a cylinder of diameter 1 answers best to sigma^2 times the second derivative.
constexpr double sigma_per_diameter = 0.42;

/// What is known of one frame before its responses are computed.
struct Strength {
    double norm = 0.0;  ///< of the strongest Hessian, any scale
    std::vector<double> norm_at_scale;
};

/// Noise of single-precision sums over the pixels: it must not become a vessel where there is nothing else.
/// Every fourth row shows how large pixels are.
double rounding_noise(const Image<float>& image) {
    float largest = 0.0f;
    for (int y = 0; y < image.height(); y += 4)
        largest =
            std::max(largest, Eigen::Map<const Eigen::ArrayXf>(image.row(y), image.width()).abs().maxCoeff());
    return 1e-6 * static_cast<double>(largest);
}

// What stands out of clutter, or of noise, by less than this many times is nowhere a strong vessel.
constexpr double least_excess = 20.0;

/// Brings a response that grows with contrast, or with the excess over clutter, to 0..1, and silences what is
/// not valid. Noise alone stays low: the strongest is taken to be at least ten of its standard deviations.
void finish(const VesselnessOptions& options, double noise_sd, double smallest_sigma, bool all_valid,
            Vesselness& out) {
    const int width = out.response.width(), height = out.response.height();
    if (!all_valid)
        parallel_for(0, height, [&](int y) {
            const std::uint8_t* seen = out.valid.row(y);
            for (Image<float>* image : {&out.response, &out.scale_px, &out.direction_rad})
                for (int x = 0; x < width; ++x)
                    if (seen[x] == 0) (*image)(x, y) = 0.0f;
        });
    if (options.measure != RidgeMeasure::sato && options.measure != RidgeMeasure::oriented) return;
    double strongest = 0.0;
    cv::minMaxLoc(as_mat(out.response), nullptr, &strongest);
    strongest = std::max(strongest, options.measure == RidgeMeasure::oriented
                                        ? least_excess
                                        : 10.0 * noise_response_sd(noise_sd, smallest_sigma));
    if (!(strongest > 0.0)) return;
    const auto factor = static_cast<float>(1.0 / strongest);
    parallel_for(0, height, [&](int y) {
        float* response = out.response.row(y);
        std::transform(response, response + width, response, [factor](float v) { return factor * v; });
    });
}

/// Of the i-th scale.
double sigma_px(const VesselnessOptions& options, const Calibration& calibration, int i) {
    const double smallest = sigma_per_diameter * options.min_diameter.in_px(calibration);
    const double ratio = options.max_diameter.in_px(calibration) / options.min_diameter.in_px(calibration);
    return smallest * std::pow(ratio, options.scales == 1 ? 0.5 : i / (options.scales - 1.0));
}

/// How far the bank may work on fewer pixels: to the sigma that the narrowest vessels have where a pixel is
/// as wide as they need it.
int bank_reduction(const VesselnessOptions& options, double finest_sigma_px) {
    constexpr double least_sigma_px = 2.0;
    if (options.measure != RidgeMeasure::oriented) return 1;
    int reduction = 1;
    while (finest_sigma_px / (2 * reduction) >= least_sigma_px) reduction *= 2;
    return reduction;
}

/// The value that a share of many values exceeds, of which only the largest are kept.
class UpperQuantile {
  public:
    /// Forgets all values, but not their memory.
    void start(double share, std::size_t count) {
        rank_ = static_cast<std::size_t>(share * static_cast<double>(count));
        bound_ = 0.0f;
        largest_.clear();
    }

    void add(const float* begin, const float* end) {
        for (const float* value = begin; value != end; ++value)
            if (*value > bound_) largest_.push_back(*value);
        if (largest_.size() > 4 * rank_ + 256) prune();
    }

    double value() {
        prune();
        return largest_.size() > rank_ ? static_cast<double>(bound_) : 0.0;
    }

  private:
    void prune() {
        if (largest_.size() <= rank_) return;
        const auto nth = largest_.begin() + static_cast<std::ptrdiff_t>(rank_);
        std::nth_element(largest_.begin(), nth, largest_.end(), std::greater<>());
        bound_ = *nth;
        largest_.resize(rank_ + 1);
    }

    std::size_t rank_ = 0;
    std::vector<float> largest_;
    float bound_ = 0.0f;
};

/// What each measure needs to know of the whole picture.
struct Competition {
    kernels::Frangi frangi;
    std::vector<kernels::JermanParameters> jerman;  ///< of each sigma
};

/// Everything that one thread needs for a band of rows.
class BandBuffers {
  public:
    BandBuffers(const std::vector<vesselness::ScaleLevel>& plan, const vesselness::Pyramid& pyramid)
        : stream(plan, pyramid), width_(pyramid[0].width()) {
        const std::size_t n = static_cast<std::size_t>(width_), scales = stream.scale_count();
        values_.resize((2 * HessianStream::batch + 3 * scales) * n);
        float* row = values_.data() + 2 * HessianStream::batch * n;
        for (std::size_t i = 0; i < scales; ++i, row += 3 * n) hessian.push_back({row, row + n, row + 2 * n});
    }

    int width() const { return width_; }
    float* cos2(int i) { return values_.data() + 2 * i * width_; }  ///< of the i-th row of a batch
    float* sin2(int i) { return cos2(i) + width_; }

    HessianStream stream;
    std::vector<kernels::SecondDerivatives> hessian;  ///< of each scale

  private:
    int width_;
    std::vector<float> values_;
};

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
    require_positive("vesselness.min_diameter", min_diameter);
    require(std::isfinite(max_diameter.mm) && max_diameter.mm >= min_diameter.mm,
            "vesselness.max_diameter.mm", max_diameter.mm, "at least min_diameter.mm");
    require(std::isfinite(max_diameter.uncalibrated_px) &&
                max_diameter.uncalibrated_px >= min_diameter.uncalibrated_px,
            "vesselness.max_diameter.uncalibrated_px", max_diameter.uncalibrated_px,
            "at least min_diameter.uncalibrated_px");
    require_between("vesselness.scales", scales, 1, 64);
    require_positive("vesselness.frangi_beta", frangi_beta);
    require_between("vesselness.jerman_tau", jerman_tau, 0.5, 1.0);
    require_between("vesselness.orientations", orientations, 4, 180);
    require_between("vesselness.elongation", elongation, 1.0, 8.0);
}

struct VesselnessFilter::Impl {
    VesselnessOptions options;
    std::vector<double> sigmas;
    std::vector<kernels::GaussianTaps> taps;   ///< empty for the bank, which has its own
    std::vector<vesselness::ScaleLevel> plan;  ///< the same
    vesselness::Pyramid pyramid;
    PerThread<RowBuffers> buffers;
    PerThread<std::optional<BandBuffers>> bands;
    std::optional<vesselness::OrientedBank> bank;
    vesselness::BorderDistance measure_distance;
    vesselness::InvalidFiller fill_invalid;
    Image<float> filled;
    cv::Mat distance;
    cv::Mat border_distance;  ///< pixels to the nearest invalid one; empty if there is none
    std::vector<float> norm;  ///< of the Hessians of one row
    UpperQuantile norms;
    Strength strength;
    Competition competition;

    const Image<float>& prepare(const Image<float>& attenuation, const Image<std::uint8_t>& valid);
    void measure_strength(const Image<float>& image);
    void hessian_measure(const Image<float>& image, double noise_sd, Vesselness& out);
    void prepare_competition(double noise_sd);
    void run_rows(int begin, int end, Vesselness& out);
    void compete(int y, BandBuffers& band, std::span<HessianStream::Row> rows) const;
    void compete_by_hessian(int y, BandBuffers& band, const HessianStream::Row& row) const;
};

/// The image with everything outside the valid region filled in.
const Image<float>& VesselnessFilter::Impl::prepare(const Image<float>& attenuation,
                                                    const Image<std::uint8_t>& valid) {
    border_distance.release();
    if (cv::countNonZero(as_mat(valid)) == valid.width() * valid.height()) return attenuation;
    measure_distance(valid, distance);
    border_distance = distance;
    fill_invalid(attenuation, valid, filled);
    return filled;
}

/// Looks at some of the pixels only: percentiles need no more. Every few rows a part of one is taken, and the
/// next time the part beside it, so that no line of any direction is missed.
void VesselnessFilter::Impl::measure_strength(const Image<float>& image) {
    strength.norm_at_scale.clear();
    norm.resize(static_cast<std::size_t>(image.width()));
    for (const kernels::GaussianTaps& scale : taps) {
        // A coarse scale is the same a few pixels on.
        const std::size_t enough = scale.sigma < 2.5 ? 8192 : 2048;
        const int parts = static_cast<int>(std::clamp<std::size_t>(image.size() / enough, 1, 4));
        const int step = static_cast<int>(
            std::max<std::size_t>(1, image.size() / (enough * static_cast<std::size_t>(parts))));
        norms.start(0.005, image.size() / static_cast<std::size_t>(parts * step));
        HessianRows hessian(image, border_distance, buffers.local());
        for (int y = step / 2; y < image.height(); y += step) {
            const int part = y / step % parts;
            const int begin = part * image.width() / parts, end = (part + 1) * image.width() / parts;
            if (begin == end) continue;
            hessian.compute(y, scale, begin, end);
            kernels::ridge_norm_row(hessian.xx() + begin, hessian.xy() + begin, hessian.yy() + begin,
                                    static_cast<std::size_t>(end - begin), norm.data());
            norms.add(norm.data(), norm.data() + (end - begin));
        }
        strength.norm_at_scale.push_back(norms.value());
    }
    strength.norm = *std::max_element(strength.norm_at_scale.begin(), strength.norm_at_scale.end());
}

/// Lets all scales compete for the best response of the rows from `y` on.
void VesselnessFilter::Impl::compete(int y, BandBuffers& band, std::span<HessianStream::Row> rows) const {
    if (options.measure == RidgeMeasure::frangi)
        return band.stream.frangi(y, {competition.frangi, static_cast<float>(vesselness::border_sigmas)},
                                  rows);
    for (HessianStream::Row& row : rows) compete_by_hessian(y++, band, row);
}

/// The same for the measures that are computed from derivatives in memory.
void VesselnessFilter::Impl::compete_by_hessian(int y, BandBuffers& band,
                                                const HessianStream::Row& row) const {
    const auto n = static_cast<std::size_t>(band.width());
    for (float* values : {row.best.response, row.best.scale, row.best.cos2, row.best.sin2})
        std::fill_n(values, n, 0.0f);
    band.stream.hessian(y, band.hessian);
    for (std::size_t i = 0; i < band.hessian.size(); ++i) {
        const kernels::SecondDerivatives& h = band.hessian[i];
        const vesselness::ScaleStep& step = band.stream.step(i);
        if (row.border_distance_px)
            vesselness::silence_border(row.border_distance_px, vesselness::border_sigmas * step.sigma_px, 0,
                                       band.width(), h);
        const auto sigma = static_cast<float>(step.sigma_px);
        if (options.measure == RidgeMeasure::jerman) {
            kernels::jerman_row(h.xx, h.xy, h.yy, n, sigma, competition.jerman[step.index], row.best);
        } else {
            kernels::sato_row(h.xx, h.xy, h.yy, n, sigma, row.best);
        }
    }
}

void VesselnessFilter::Impl::run_rows(int begin, int end, Vesselness& out) {
    const int width = out.response.width();
    std::optional<BandBuffers>& band = bands.local();
    if (!band || band->width() != width) band.emplace(plan, pyramid);
    if (options.measure == RidgeMeasure::frangi) {
        band->stream.start(begin, competition.frangi.unit, 2.0f * competition.frangi.unit);
    } else {
        band->stream.start(begin);
    }
    std::array<HessianStream::Row, HessianStream::batch> rows;
    for (int y = begin; y < end; y += HessianStream::batch) {
        const int count = std::min(HessianStream::batch, end - y);
        for (int i = 0; i < count; ++i) {
            HessianStream::Row& row = rows[static_cast<std::size_t>(i)];
            row.best = {out.response.row(y + i), out.scale_px.row(y + i), band->cos2(i), band->sin2(i)};
            row.border_distance_px = border_distance.empty() ? nullptr : border_distance.ptr<float>(y + i);
        }
        compete(y, *band, std::span(rows).first(static_cast<std::size_t>(count)));
        for (int i = 0; i < count; ++i)
            kernels::direction_row(band->cos2(i), band->sin2(i), static_cast<std::size_t>(width),
                                   out.direction_rad.row(y + i));
    }
}

/// What the measure needs to know of the whole picture.
void VesselnessFilter::Impl::prepare_competition(double noise_sd) {
    competition.jerman.clear();
    if (options.measure == RidgeMeasure::frangi) {
        const double noise = noise_response_sd(noise_sd, *std::min_element(sigmas.begin(), sigmas.end()));
        competition.frangi =
            kernels::make_frangi(options.frangi_beta, std::max(0.5 * strength.norm, 4.0 * noise));
    }
    if (options.measure == RidgeMeasure::jerman)
        for (std::size_t i = 0; i < sigmas.size(); ++i)
            competition.jerman.push_back(
                {static_cast<float>(options.jerman_tau),
                 static_cast<float>(
                     std::max(strength.norm_at_scale[i], 30.0 * noise_response_sd(noise_sd, sigmas[i])))});
}

void VesselnessFilter::Impl::hessian_measure(const Image<float>& image, double noise_sd, Vesselness& out) {
    if (options.measure != RidgeMeasure::sato) {
        measure_strength(image);
        if (!(strength.norm > 0.0)) {
            for (Image<float>* plane : {&out.response, &out.scale_px, &out.direction_rad}) plane->fill(0.0f);
            return;
        }
    }
    pyramid.build(image, plan);
    prepare_competition(noise_sd);
    // Rows above a band are computed again for it: bands are no smaller than the threads need.
    const int height = image.height(), threads = most_threads();
    const int band = std::max(64, (height + threads - 1) / threads);
    parallel_for(0, (height + band - 1) / band,
                 [&](int i) { run_rows(i * band, std::min(height, (i + 1) * band), out); });
}

void Vesselness::validate() const {
    if (response.empty()) throw InvalidInput("the vesselness has no pixels");
    const std::string its_response = "its response";
    require_same_size(scale_px, "the scale of the vesselness", response, its_response);
    require_same_size(direction_rad, "the direction of the vesselness", response, its_response);
    require_same_size(valid, "the valid region of the vesselness", response, its_response);
}

VesselnessFilter::VesselnessFilter(std::vector<double> sigmas_px, const VesselnessOptions& options)
    : impl_(std::make_unique<Impl>()) {
    options.validate();
    if (sigmas_px.empty()) throw InvalidInput("a vesselness filter needs at least one sigma");
    impl_->options = options;
    impl_->sigmas = sigmas_px;
    for (const double sigma : sigmas_px) require_positive("vesselness.sigma", sigma);
    if (options.measure == RidgeMeasure::oriented) {
        impl_->bank.emplace(sigmas_px, options.orientations, options.elongation);
        return;
    }
    for (const double sigma : sigmas_px) impl_->taps.push_back(kernels::make_gaussian_taps(sigma));
    impl_->plan = vesselness::plan_scales(sigmas_px);
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
        if (!same_size(*image, attenuation))
            *image = Image<float>::unfilled(attenuation.width(), attenuation.height());
    }
    out.valid = valid;
    const Image<float>& image = impl_->prepare(attenuation, valid);
    noise_sd = std::max(noise_sd, rounding_noise(image));
    if (impl_->bank) {
        (*impl_->bank)(image, impl_->border_distance, noise_sd, out);
    } else {
        impl_->hessian_measure(image, noise_sd, out);
    }
    finish(impl_->options, noise_sd, *std::min_element(impl_->sigmas.begin(), impl_->sigmas.end()),
           impl_->border_distance.empty(), out);
}

std::vector<double> sigmas_px(const VesselnessOptions& options, const Calibration& calibration) {
    options.validate();
    std::vector<double> sigmas;
    for (int i = 0; i < options.scales; ++i) sigmas.push_back(sigma_px(options, calibration, i));
    return sigmas;
}

struct CineVesselness::Impl {
    VesselnessOptions options;
    std::vector<double> sigmas;  ///< in the picture that is filtered
    int reduction = 1;
    std::optional<VesselnessFilter> filter;
    EnhancedFrame small;
    Vesselness of_small;
    Enlarger enlarger;

    void prepare(const EnhancedFrame& frame);
};

/// Makes a filter if there is none for this size of picture and pixels.
void CineVesselness::Impl::prepare(const EnhancedFrame& frame) {
    // A wrong spacing may ask for vessels wider than the picture, which would take for ever to find nothing.
    const double widest =
        std::max(1.0, 0.25 * std::max(frame.attenuation.width(), frame.attenuation.height()));
    const auto wanted = [&](int i) { return std::min(sigma_px(options, frame.calibration, i), widest); };
    const int wanted_reduction = bank_reduction(options, wanted(0));
    bool same = filter.has_value() && wanted_reduction == reduction;
    for (int i = 0; i < options.scales && same; ++i)
        same = sigmas[static_cast<std::size_t>(i)] == wanted(i) / wanted_reduction;
    if (same) return;
    reduction = wanted_reduction;
    sigmas.clear();
    for (int i = 0; i < options.scales; ++i) sigmas.push_back(wanted(i) / reduction);
    filter.emplace(sigmas, options);
}

CineVesselness::CineVesselness(const VesselnessOptions& options) : impl_(std::make_unique<Impl>()) {
    options.validate();
    impl_->options = options;
}
CineVesselness::~CineVesselness() = default;
CineVesselness::CineVesselness(CineVesselness&&) noexcept = default;
CineVesselness& CineVesselness::operator=(CineVesselness&&) noexcept = default;

void CineVesselness::operator()(const EnhancedFrame& frame, Vesselness& out) {
    impl_->prepare(frame);
    const double noise_sd = frame.attenuation_noise_sd;
    if (impl_->reduction == 1) {
        (*impl_->filter)(frame.attenuation, frame.valid, noise_sd, out);
        out.calibration = frame.calibration;
        return;
    }
    EnhancedFrame& small = impl_->small;
    reduce(frame, impl_->reduction, small);
    (*impl_->filter)(small.attenuation, small.valid, small.attenuation_noise_sd, impl_->of_small);
    enlarge(impl_->of_small, impl_->reduction, frame, impl_->enlarger, out);
}

Vesselness compute_vesselness(const EnhancedFrame& frame, const VesselnessOptions& options) {
    Vesselness vesselness;
    CineVesselness compute(options);
    compute(frame, vesselness);
    return vesselness;
}

}  // namespace stenometry
