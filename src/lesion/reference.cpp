#include "stenometry/reference.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "core/require.h"
#include "core/statistics.h"
#include "lumen/measured_profile.h"
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

/// Fewer samples of a vessel say nothing of it.
constexpr std::size_t fewest_samples = 20;

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

/// Calls `take` with every line that may be the reference of a vessel.
/// \param narrowest part of the samples below the lowest line \param least_taper 0, or less where the
/// direction of the vessel is unknown
template <class Take>
void for_each_line(const Samples& samples, double narrowest, double least_taper, Take take) {
    const double end = samples.position.back();
    const double low = quantile(samples.diameter, narrowest), high = quantile(samples.diameter, 0.99);
    constexpr int levels = 60, tapers = 16;
    constexpr double taper_step = steepest_taper / tapers;
    for (int k = 0; k <= levels; ++k) {
        const double middle = std::lerp(low, high * 1.02, static_cast<double>(k) / levels);
        for (auto j = std::lround(least_taper / taper_step); j <= tapers; ++j) {
            const double taper = taper_step * static_cast<double>(j);
            take(TaperingLine{middle + 0.5 * taper * end, taper});
        }
    }
}

TaperingLine best_supported(const Samples& samples, double least_taper) {
    TaperingLine best;
    double most = -1e30;
    for_each_line(samples, 0.2, least_taper, [&](const TaperingLine& line) {
        if (const double value = support(samples, line); value > most) most = value, best = line;
    });
    return best;
}

/// Whether by this line the vessel is narrowed where it begins and where it ends.
bool narrow_at_both_ends(const Samples& samples, const TaperingLine& line) {
    constexpr double narrow = 0.75, at_end = 0.05;
    const auto part = static_cast<std::size_t>(at_end * static_cast<double>(samples.size())) + 1;
    const auto ratio_from = [&](std::size_t first) {
        double sum = 0.0;
        for (std::size_t i = first; i < first + part; ++i)
            sum += samples.diameter[i] / line.at(samples.position[i]);
        return sum / static_cast<double>(part);
    };
    return ratio_from(0) < narrow && ratio_from(samples.size() - part) < narrow;
}

/// A line through what lies before and behind one widening.
struct LineBeside {
    double support = 0.0;  ///< number of samples on the line
    double widest = 0.0;   ///< of the widening, in diameters of the line
};

/// How well a line runs through what lies before and behind one widening. No support unless the widening lies
/// within the vessel and is all that leaves the line.
LineBeside beside_widening(const Samples& samples, const TaperingLine& line) {
    constexpr double straight = 0.7;                        // mean support of a sample
    constexpr double least_beside = 1.5, least_part = 0.1;  // diameters; part of the vessel
    const auto ratio = [&](std::size_t i) { return samples.diameter[i] / line.at(samples.position[i]); };
    LineBeside found;
    std::size_t first = samples.size(), last = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (!(line.at(samples.position[i]) > 0.0)) return {};
        found.widest = std::max(found.widest, ratio(i));
        if (ratio(i) > 1.0 + healthy_within) first = std::min(first, i), last = i;
    }
    const auto& at = samples.position;
    if (first == samples.size()) return {};
    // More than where a vessel runs out, or its ends are measured badly.
    const auto enough = [&](double length) {
        return length >= std::max(least_beside * line.at(at[first]), least_part * (at.back() - at.front()));
    };
    if (!enough(at[first] - at.front()) || !enough(at.back() - at[last])) return {};
    double beside = 0.0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (i >= first && i <= last) continue;
        const double off = (ratio(i) - 1.0) / healthy_spread;
        beside += 1.0, found.support += std::exp(-0.5 * off * off);
    }
    return found.support >= straight * beside ? found : LineBeside{};
}

/// The line to start from. Disease narrows more often than it widens, so a vessel that is wide over more than
/// half of its length is one that is narrowed elsewhere; but where that says that it is narrow at both ends,
/// and both ends have one line, then it is the middle that is ectatic.
TaperingLine first_line(const Samples& samples, double least_taper) {
    const TaperingLine best = best_supported(samples, least_taper);
    if (!narrow_at_both_ends(samples, best)) return best;
    LineBeside most;
    TaperingLine beside;
    for_each_line(samples, 0.02, least_taper, [&](const TaperingLine& line) {
        if (const LineBeside found = beside_widening(samples, line); found.support > most.support)
            most = found, beside = line;
    });
    constexpr double ectatic = 1.45;  // lines are as far apart as the rest to 1.5
    return most.widest >= ectatic ? beside : best;
}

struct Fit {
    TaperingLine line;
    double used = 0.0;  ///< number of healthy samples, by weight
    double mean_position = 0.0, position_variance = 0.0;
};

/// Tukey's biweight around `line`, sharper above it than below would be wrong: both sides alike, so that the
/// line runs through the middle of the healthy samples.
Fit refine(const Samples& samples, double least_taper, TaperingLine line) {
    Fit fit;
    for (int iteration = 0; iteration < 30; ++iteration) {
        LineSums sums;
        for (std::size_t i = 0; i < samples.size(); ++i) {
            const double x = samples.position[i], y = samples.diameter[i];
            const double expected = line.at(x);
            const double u = (y - expected) / (healthy_within * expected);
            if (std::abs(u) >= 1.0) continue;
            sums.add(x, y, (1.0 - u * u) * (1.0 - u * u));
        }
        if (sums.w <= 0.0) return fit;
        const double mx = sums.x / sums.w, my = sums.y / sums.w;
        const double vxx = sums.xx / sums.w - mx * mx, vxy = sums.xy / sums.w - mx * my;
        const double taper = std::clamp(vxx > 0.0 ? -vxy / vxx : 0.0, least_taper, steepest_taper);
        const TaperingLine next{my + taper * mx, taper};
        fit = {.line = next, .used = sums.w, .mean_position = mx, .position_variance = vxx};
        if (std::abs(next.at_start - line.at_start) < 1e-6 * next.at_start && next.taper == line.taper) break;
        line = next;
    }
    return fit;
}

void fill(ReferenceProfile& reference, const DiameterProfile& profile, const TaperingLine& line) {
    for (const double position : profile.position_px) reference.diameter_px.push_back(line.at(position));
}

/// Distance of every sample of the profile from the line; NaN where it is not healthy.
std::vector<double> healthy_residuals(const DiameterProfile& profile, const TaperingLine& line) {
    std::vector<double> residuals(profile.diameter_px.size(), nan);
    for (std::size_t i = 0; i < residuals.size(); ++i) {
        const double expected = line.at(profile.position_px[i]);
        const double off = profile.diameter_px[i] - expected;
        if (std::abs(off) < healthy_within * expected) residuals[i] = off;
    }
    return residuals;
}

double mean_product(const std::vector<double>& values, std::size_t lag) {
    double sum = 0.0, count = 0.0;
    for (std::size_t i = 0; i + lag < values.size(); ++i)
        if (const double product = values[i] * values[i + lag]; std::isfinite(product))
            sum += product, ++count;
    return count > 0.0 ? sum / count : nan;
}

/// Number of neighbours that tell no more than one of them: the integral of the autocorrelation up to where
/// it is lost in its own noise. Source: Sokal, Monte Carlo methods in statistical mechanics (1989),
/// section 3.
double correlated_samples(const std::vector<double>& residuals) {
    const double variance = mean_product(residuals, 0);
    double sum = 1.0;
    for (std::size_t lag = 1; lag < residuals.size() / 4; ++lag) {
        const double correlation = mean_product(residuals, lag) / variance;
        constexpr double lost = 0.05;
        if (!(correlation > lost)) break;
        sum += 2.0 * correlation;
    }
    return sum;
}

/// The integral of the autocorrelation of white noise after a Gaussian average of that sigma.
double correlated_px(double sigma_px) { return 2.0 * std::sqrt(std::numbers::pi) * sigma_px; }

/// Standard error of a line through samples that depend on each other, two of which the line itself has used
/// up.
std::vector<double> standard_errors(const DiameterProfile& profile, const Fit& fit,
                                    const std::vector<double>& residuals, double step_px) {
    const auto count = static_cast<double>(
        std::count_if(residuals.begin(), residuals.end(), [](double r) { return std::isfinite(r); }));
    const double together =
        std::max(correlated_samples(residuals), correlated_px(profile.along_px) / step_px);
    const double independent = std::max(1.0, count / together), left = std::max(1.0, independent - 2.0);
    const double variance = mean_product(residuals, 0) * independent / left;
    std::vector<double> errors;
    for (const double position : profile.position_px) {
        const double away = position - fit.mean_position;
        const double leverage = fit.position_variance > 0.0 ? away * away / fit.position_variance : 0.0;
        errors.push_back(std::sqrt(variance * (1.0 + leverage) / independent));
    }
    return errors;
}

ReferenceProfile curve_fitted(const DiameterProfile& profile, const Calibration& calibration,
                              const ReferenceOptions& options) {
    ReferenceProfile reference{.method = ReferenceMethod::curve_fitted};
    const Samples samples(profile);
    constexpr std::size_t enough_to_choose =
        200;  // neighbours are smoothed over each other: not all are needed
    const Samples sparse(profile, std::max<std::size_t>(1, samples.size() / enough_to_choose));
    const double least_taper = options.direction_known ? 0.0 : -steepest_taper;
    const Fit fit = refine(samples, least_taper, first_line(sparse, least_taper));
    const auto measured = static_cast<double>(samples.size());
    constexpr double smallest_healthy_part = 0.1;
    if (!(fit.used > smallest_healthy_part * measured)) {
        reference.reason = Unmeasurable::no_healthy_segment;
        return reference;
    }
    fill(reference, profile, fit.line);
    const std::vector<double> residuals = healthy_residuals(profile, fit.line);
    const auto healthy = static_cast<double>(
        std::count_if(residuals.begin(), residuals.end(), [](double r) { return std::isfinite(r); }));
    reference.sd_px = standard_errors(profile, fit, residuals, mean_step_px(profile));
    reference.healthy_px = healthy * mean_step_px(profile);
    reference.diffuse = reference.healthy_px < options.min_healthy.in_px(calibration) ||
                        healthy < options.min_healthy_fraction * measured;
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

ReferenceProfile local(const DiameterProfile& profile, const Calibration& calibration,
                       const ReferenceOptions& options) {
    ReferenceProfile reference{.method = options.method};
    const double window_px = options.window.in_px(calibration);
    const double end = profile.position_px.back();
    const LocalMean distal = mean_around(profile, options.distal_fraction * end, window_px);
    const LocalMean proximal =
        options.ostial ? distal : mean_around(profile, options.proximal_fraction * end, window_px);
    if (std::isnan(proximal.diameter) || std::isnan(distal.diameter)) {
        reference.reason = Unmeasurable::no_healthy_segment;
        return reference;
    }
    for (const double position : profile.position_px) {
        const double t = options.ostial ? 1.0
                         : options.method == ReferenceMethod::mean_local
                             ? 0.5
                             : (position - proximal.position) / (distal.position - proximal.position);
        reference.diameter_px.push_back(std::lerp(proximal.diameter, distal.diameter, t));
        reference.sd_px.push_back(std::hypot((1.0 - t) * proximal.sd, t * distal.sd));
    }
    reference.healthy_px = (options.ostial ? 1.0 : 2.0) * window_px;
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

/// The profile without what the user excludes.
DiameterProfile without(DiameterProfile profile, const std::vector<ArcRange>& ranges,
                        const Calibration& calibration) {
    for (const ArcRange& range : ranges)
        for (std::size_t i = 0; i < profile.position_px.size(); ++i)
            if (profile.position_px[i] >= range.from.in_px(calibration) &&
                profile.position_px[i] <= range.to.in_px(calibration))
                profile.diameter_px[i] = nan;
    return profile;
}

/// A side branch in pixels.
struct Step {
    double at_px, side_px;
};

std::vector<Step> steps_of(const std::vector<SideBranch>& branches, const Calibration& calibration) {
    std::vector<Step> steps;
    for (const SideBranch& branch : branches)
        steps.push_back({branch.at.in_px(calibration), branch.diameter.in_px(calibration)});
    std::sort(steps.begin(), steps.end(), [](Step a, Step b) { return a.at_px < b.at_px; });
    return steps;
}

/// By how much the steps before each sample narrow the vessel that is `diameters` wide without them.
std::vector<double> step_factors(const std::vector<double>& positions, const std::vector<double>& diameters,
                                 const std::vector<Step>& steps, BranchingLaw law) {
    std::vector<double> factors(positions.size(), 1.0);
    for (const Step& step : steps) {
        const auto after = std::lower_bound(positions.begin(), positions.end(), step.at_px);
        const auto first = after - positions.begin();
        if (after == positions.end()) continue;
        const double mother =
            diameters[static_cast<std::size_t>(first)] * factors[static_cast<std::size_t>(first)];
        const auto daughter = daughter_diameter(mother, step.side_px, law);
        for (auto f = factors.begin() + first; daughter && f != factors.end(); ++f) *f *= *daughter / mother;
    }
    return factors;
}

void scale(std::vector<double>& values, const std::vector<double>& factors, bool divide) {
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = divide ? values[i] / factors[i] : values[i] * factors[i];
}

ReferenceProfile unstepped(const DiameterProfile& profile, const Calibration& calibration,
                           const ReferenceOptions& options) {
    if (Samples(profile).size() < fewest_samples)
        return {.method = options.method, .reason = Unmeasurable::no_healthy_segment};
    return options.method == ReferenceMethod::curve_fitted ? curve_fitted(profile, calibration, options)
                                                           : local(profile, calibration, options);
}

/// The vessel that the steps have been taken out of is one line again. How large a step is depends on that
/// line; a few rounds settle both.
ReferenceProfile stepped(const DiameterProfile& profile, const Calibration& calibration,
                         const ReferenceOptions& options) {
    ReferenceProfile reference = unstepped(profile, calibration, options);
    const std::vector<Step> steps = steps_of(options.side_branches, calibration);
    if (steps.empty()) return reference;
    std::vector<double> factors;
    constexpr int rounds = 8;
    for (int round = 0; round < rounds && reference.reason == Unmeasurable::none; ++round) {
        factors = step_factors(profile.position_px, reference.diameter_px, steps, options.branching_law);
        DiameterProfile level = profile;
        scale(level.diameter_px, factors, true);
        reference = unstepped(level, calibration, options);
    }
    scale(reference.diameter_px, factors, false);
    scale(reference.sd_px, factors, false);
    return reference;
}

/// What lies distal of a narrowing at the first point: from where the lumen stays at the reference for one
/// window on. Nearer than 3 mm to its origin a vessel shows the funnel of the aorta or of its mother.
DiameterProfile distal_of_ostium(DiameterProfile profile, const ReferenceProfile& reference,
                                 const Calibration& calibration, const ReferenceOptions& options) {
    const double funnel_px = PhysicalLength{.mm = 3.0, .uncalibrated_px = 12.0}.in_px(calibration);
    const double window_px = options.window.in_px(calibration);
    constexpr double recovered = 0.95;
    double healthy_from = nan;
    std::size_t i = 0;
    for (; i < profile.position_px.size(); ++i) {
        const bool wide = profile.diameter_px[i] >= recovered * reference.diameter_px[i];
        if (profile.position_px[i] < funnel_px || !wide)
            healthy_from = nan;
        else if (std::isnan(healthy_from))
            healthy_from = profile.position_px[i];
        else if (profile.position_px[i] - healthy_from >= window_px)
            break;
    }
    const bool none = i == profile.position_px.size();
    for (std::size_t k = 0; k < profile.position_px.size(); ++k)
        if (none || profile.position_px[k] < healthy_from) profile.diameter_px[k] = nan;
    return profile;
}

bool too_uncertain(const ReferenceProfile& reference, double most) {
    for (std::size_t i = 0; i < reference.sd_px.size(); ++i)
        if (reference.sd_px[i] > most * reference.diameter_px[i]) return true;
    return false;
}

void require(const ArcRange& range) {
    const auto in_order = [](double from, double to) { return from >= 0.0 && from < to; };
    if (in_order(range.from.mm, range.to.mm) &&
        in_order(range.from.uncalibrated_px, range.to.uncalibrated_px))
        return;
    throw InvalidInput("reference.exclude must satisfy 0 <= from < to, but is " +
                       std::to_string(range.from.mm) + " to " + std::to_string(range.to.mm));
}

void require(const SideBranch& branch) {
    require_not_negative("reference.side_branches.at", branch.at);
    require_positive("reference.side_branches.diameter", branch.diameter);
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
    require_positive("reference.window", window);
    require_positive("reference.min_healthy", min_healthy);
    require_fraction("reference.min_healthy_fraction", min_healthy_fraction);
    require_positive("reference.max_relative_sd", max_relative_sd);
    for (const ArcRange& range : exclude) require(range);
    for (const SideBranch& branch : side_branches) require(branch);
    for (const auto& diameter : {given_mm, given_px})
        if (diameter) require_positive("reference.given", *diameter);
}

ArcRange arc_range(const DiameterProfile& profile, const Calibration& calibration, std::size_t first,
                   std::size_t last) {
    if (!(first < last && last < profile.position_px.size()))
        throw InvalidInput("first and last must satisfy " + std::to_string(first) + " < " +
                           std::to_string(last) + " < " + std::to_string(profile.position_px.size()));
    return {PhysicalLength::of_px(profile.position_px[first], calibration),
            PhysicalLength::of_px(profile.position_px[last], calibration)};
}

ReferenceProfile estimate_reference(const DiameterProfile& profile, const Calibration& calibration,
                                    const ReferenceOptions& options) {
    options.validate();
    if (options.method == ReferenceMethod::given) return given(profile, calibration, options);
    if (Samples(profile).size() < fewest_samples)
        return {.method = options.method, .reason = Unmeasurable::vessel_too_short};
    const DiameterProfile left = without(profile, options.exclude, calibration);
    ReferenceProfile reference = stepped(left, calibration, options);
    if (options.ostial && reference.reason == Unmeasurable::none)
        reference = stepped(distal_of_ostium(left, reference, calibration, options), calibration, options);
    reference.ostial = options.ostial;
    reference.diffuse = reference.diffuse || too_uncertain(reference, options.max_relative_sd);
    return reference;
}

}  // namespace stenometry
