#include "stenometry/reference.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "statistics.h"
#include "stenometry/error.h"

namespace stenometry {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// diameter = at_start - taper * position, in the unit of the profile.
struct TaperingLine {
    double at_start = nan;
    double taper = 0.0;
    double at(double position) const { return at_start - taper * position; }
};

/// The samples that are numbers.
struct Samples {
    explicit Samples(const DiameterProfile& profile, std::size_t stride = 1) {
        for (std::size_t i = 0; i < profile.diameter_px.size(); i += stride) {
            if (!std::isfinite(profile.diameter_px[i])) continue;
            position.push_back(profile.position_px[i]);
            diameter.push_back(profile.diameter_px[i]);
        }
    }
    std::size_t size() const { return position.size(); }
    std::vector<double> position, diameter;
};

/// How far a healthy vessel strays from its line, as a fraction of its diameter: wall irregularity and
/// measuring error.
constexpr double healthy_spread = 0.06;
/// No coronary artery loses more of its diameter per its own diameter of length; main branches lose 1 to 3 %.
constexpr double steepest_taper = 0.04;

/// How well a line runs through the healthy vessel: samples on it count, samples above it count against it,
/// because disease narrows; samples below it neither help nor harm.
double support(const Samples& samples, const TaperingLine& line) {
    double sum = 0.0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double expected = line.at(samples.position[i]);
        if (!(expected > 0.0)) return -1.0;
        const double off = (samples.diameter[i] - expected) / (healthy_spread * expected);
        const double near = std::exp(-0.5 * off * off);
        constexpr double cost_above = 0.25;
        sum += off > 0.0 ? near - cost_above * (1.0 - near) : near;
    }
    return sum;
}

TaperingLine best_supported(const Samples& samples) {
    const double end = samples.position.back();
    const double low = quantile(samples.diameter, 0.2), high = quantile(samples.diameter, 0.99);
    TaperingLine best;
    double most = -1e30;
    constexpr int levels = 60, tapers = 17;
    for (int k = 0; k <= levels; ++k) {
        const double middle = std::lerp(low, high * 1.02, static_cast<double>(k) / levels);
        for (int j = 0; j < tapers; ++j) {
            const double taper = steepest_taper * j / (tapers - 1.0);
            const TaperingLine line{middle + 0.5 * taper * end, taper};
            if (const double value = support(samples, line); value > most) most = value, best = line;
        }
    }
    return best;
}

struct Fit {
    TaperingLine line;
    double spread = nan;  ///< standard deviation of the healthy samples about the line
    double used = 0.0;    ///< number of healthy samples, by weight
    double mean_position = 0.0, position_variance = 0.0;
};

/// Tukey's biweight around `line`, sharper above it than below would be wrong: both sides alike, so that the
/// line runs through the middle of the healthy samples.
Fit refine(const Samples& samples, TaperingLine line) {
    Fit fit;
    for (int iteration = 0; iteration < 30; ++iteration) {
        double w = 0, wx = 0, wy = 0, wxx = 0, wxy = 0, wrr = 0;
        for (std::size_t i = 0; i < samples.size(); ++i) {
            const double x = samples.position[i], y = samples.diameter[i];
            const double expected = line.at(x);
            const double u = (y - expected) / (2.5 * healthy_spread * expected);
            if (std::abs(u) >= 1.0) continue;
            const double weight = (1.0 - u * u) * (1.0 - u * u);
            w += weight, wx += weight * x, wy += weight * y, wxx += weight * x * x, wxy += weight * x * y;
            wrr += weight * (y - expected) * (y - expected);
        }
        if (w <= 0.0) return fit;
        const double mx = wx / w, my = wy / w, vxx = wxx / w - mx * mx, vxy = wxy / w - mx * my;
        const double taper = std::clamp(vxx > 0.0 ? -vxy / vxx : 0.0, 0.0, steepest_taper);
        const TaperingLine next{my + taper * mx, taper};
        fit = {.line = next,
               .spread = std::sqrt(wrr / w),
               .used = w,
               .mean_position = mx,
               .position_variance = vxx};
        if (std::abs(next.at_start - line.at_start) < 1e-6 * next.at_start && next.taper == line.taper) break;
        line = next;
    }
    return fit;
}

void fill(ReferenceProfile& reference, const DiameterProfile& profile, const TaperingLine& line) {
    for (const double position : profile.position_px) reference.diameter_px.push_back(line.at(position));
}

ReferenceProfile curve_fitted(const DiameterProfile& profile, double correlated_px) {
    ReferenceProfile reference{.method = ReferenceMethod::curve_fitted};
    const Samples samples(profile);
    constexpr std::size_t enough_to_choose =
        200;  // neighbours are smoothed over each other: not all are needed
    const Samples sparse(profile, std::max<std::size_t>(1, samples.size() / enough_to_choose));
    const Fit fit = refine(samples, best_supported(sparse));
    constexpr double smallest_healthy_part = 0.1;
    if (!(fit.used > smallest_healthy_part * static_cast<double>(samples.size()))) {
        reference.reason = Unmeasurable::no_healthy_segment;
        return reference;
    }
    fill(reference, profile, fit.line);
    // Samples closer than the profile's smoothing are one reading, not many.
    const double step = profile.position_px.back() / static_cast<double>(profile.position_px.size() - 1);
    const double independent = std::max(1.0, fit.used * step / correlated_px);
    for (const double position : profile.position_px) {
        const double away = position - fit.mean_position;
        const double leverage = fit.position_variance > 0.0 ? away * away / fit.position_variance : 0.0;
        reference.sd_px.push_back(fit.spread * std::sqrt((1.0 + leverage) / independent));
    }
    return reference;
}

struct LocalMean {
    double diameter = nan, sd = nan, position = nan;
};

LocalMean mean_around(const DiameterProfile& profile, double position, double window) {
    std::vector<double> near;
    for (std::size_t i = 0; i < profile.diameter_px.size(); ++i)
        if (std::abs(profile.position_px[i] - position) <= 0.5 * window &&
            std::isfinite(profile.diameter_px[i]))
            near.push_back(profile.diameter_px[i]);
    if (near.empty()) return {};
    double sum = 0.0, squares = 0.0;
    for (const double d : near) sum += d, squares += d * d;
    const double mean = sum / static_cast<double>(near.size());
    // The samples of one window are too close together to be independent: no division by their number.
    const double variance = squares / static_cast<double>(near.size()) - mean * mean;
    return {mean, std::sqrt(std::max(0.0, variance)), position};
}

ReferenceProfile local(const DiameterProfile& profile, double window_px, const ReferenceOptions& options) {
    ReferenceProfile reference{.method = options.method};
    const double end = profile.position_px.back();
    const LocalMean proximal = mean_around(profile, options.proximal_fraction * end, window_px);
    const LocalMean distal = mean_around(profile, options.distal_fraction * end, window_px);
    if (std::isnan(proximal.diameter) || std::isnan(distal.diameter)) {
        reference.reason = Unmeasurable::no_healthy_segment;
        return reference;
    }
    for (const double position : profile.position_px) {
        const double t = options.method == ReferenceMethod::mean_local
                             ? 0.5
                             : (position - proximal.position) / (distal.position - proximal.position);
        reference.diameter_px.push_back(std::lerp(proximal.diameter, distal.diameter, t));
        reference.sd_px.push_back(std::hypot((1.0 - t) * proximal.sd, t * distal.sd));
    }
    return reference;
}

ReferenceProfile given(const DiameterProfile& profile, const Calibration& calibration,
                       const ReferenceOptions& options) {
    const std::optional<double> diameter = calibration.known() && options.given_mm
                                               ? *options.given_mm / calibration.mm_per_px()
                                               : options.given_px;
    if (!diameter)
        throw InvalidInput(calibration.known()
                               ? "reference.given_mm is needed for the method 'given'"
                               : "reference.given_px is needed for the method 'given' without calibration");
    ReferenceProfile reference{.method = ReferenceMethod::given};
    fill(reference, profile, {*diameter, 0.0});
    reference.sd_px.assign(profile.position_px.size(), 0.0);
    return reference;
}

}  // namespace

std::string_view to_string(ReferenceMethod method) {
    switch (method) {
        case ReferenceMethod::curve_fitted:
            return "curve_fitted";
        case ReferenceMethod::interpolated_local:
            return "interpolated_local";
        case ReferenceMethod::mean_local:
            return "mean_local";
        case ReferenceMethod::given:
            return "given";
    }
    return "curve_fitted";
}

void ReferenceOptions::validate() const {
    if (!(proximal_fraction >= 0.0 && proximal_fraction < distal_fraction && distal_fraction <= 1.0))
        throw InvalidInput("reference.proximal_fraction and distal_fraction must satisfy 0 <= " +
                           std::to_string(proximal_fraction) + " < " + std::to_string(distal_fraction) +
                           " <= 1");
    if (!(window.mm > 0.0) || !(window.uncalibrated_px > 0.0))
        throw InvalidInput("reference.window must be positive");
    for (const auto& diameter : {given_mm, given_px})
        if (diameter && !(*diameter > 0.0))
            throw InvalidInput("reference.given must be positive, but is " + std::to_string(*diameter));
}

ReferenceProfile estimate_reference(const DiameterProfile& profile, const Calibration& calibration,
                                    const ReferenceOptions& options) {
    options.validate();
    constexpr std::size_t fewest_samples = 20;
    if (options.method == ReferenceMethod::given) return given(profile, calibration, options);
    if (Samples(profile).size() < fewest_samples)
        return {.method = options.method, .reason = Unmeasurable::vessel_too_short};
    if (options.method == ReferenceMethod::curve_fitted)
        return curve_fitted(profile, options.window.in_px(calibration));
    return local(profile, options.window.in_px(calibration), options);
}

}  // namespace stenometry
