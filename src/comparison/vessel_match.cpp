#include "stenometry/vessel_match.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "comparison/displacement_model.h"
#include "comparison/vessel_course.h"
#include "core/require.h"
#include "core/statistics.h"
#include "stenometry/error.h"

namespace stenometry {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double step_mm = 0.5, cell_mm = 0.25, shortest_mm = 5.0;

/// How much the diameters of coronary arteries differ that have nothing to do with each other.
constexpr double unrelated_log_diameter = 0.35;
// Samples that lie near each other tell the same thing twice: over these lengths they count as one. Healthy
// arteries taper alike, so that a whole one has few diameters of its own; a bend is as long as the arms over
// which it is told.
constexpr double one_diameter_mm = 20.0, one_bend_mm = 2.5;
// Part of the samples that belie the model: disease that has changed, another vessel across it.
constexpr double strays = 0.1;

double gaussian(double z, double sd) { return std::exp(-0.5 * z * z / (sd * sd)) / sd; }

/// How much more likely a difference is between two sights of one thing than between two things.
double ratio(double difference, double sd_of_one, double sd_of_two) {
    const double two = gaussian(difference, std::hypot(sd_of_one, sd_of_two));
    return (1.0 - strays) * gaussian(difference, sd_of_one) / two + strays;
}

/// What two places of vessels that bend so much differ by is what tells one vessel from two: a straight one
/// resembles every other straight one.
double spread_of_bends(const VesselCourse& course) {
    double sum = 0.0;
    int count = 0;
    for (const double turning : course.turning_deg)
        if (std::isfinite(turning)) sum += turning * turning, ++count;
    return count > 0 ? std::sqrt(sum / count) : 0.0;
}

/// Weighs a place of the first vessel against one of the second.
class Resemblance {
  public:
    Resemblance(const Visit& first, const Visit& second, const VesselMatchOptions& options)
        : first_(course_of(first, step_mm)), second_(course_of(second, cell_mm)), options_(options) {
        spread_ = std::hypot(options.diameter_spread, first.calibration.relative_sd.value_or(0.0),
                             second.calibration.relative_sd.value_or(0.0));
        unrelated_turning_deg_ = std::hypot(spread_of_bends(first_), spread_of_bends(second_));
        for (const MatchedPoints& pair : options.points)
            points_.emplace_back(arc_mm(first, pair.first_px), arc_mm(second, pair.second_px));
        table_.reserve(first_.size() * second_.size());
        for (std::size_t i = 0; i < first_.size(); ++i)
            for (std::size_t j = 0; j < second_.size(); ++j) table_.push_back(std::exp(logarithm(i, j)));
    }

    const VesselCourse& first() const { return first_; }
    const VesselCourse& second() const { return second_; }

    /// Places that the second vessel does not show are as likely as not, but for the user's points.
    double operator()(std::size_t i, double second_mm) const {
        const auto j = std::lround(second_mm / cell_mm);
        const double by_points = of_points(i, second_mm);
        if (j < 0 || std::cmp_greater_equal(j, second_.size())) return by_points;
        return by_points * table_[i * second_.size() + static_cast<std::size_t>(j)];
    }

  private:
    double logarithm(std::size_t i, std::size_t j) const {
        return of_diameters(i, j) + of_bends(i, j) + of_branches(i, j);
    }

    double of_diameters(std::size_t i, std::size_t j) const {
        const double difference = first_.log_diameter[i] - second_.log_diameter[j];
        if (!std::isfinite(difference)) return 0.0;
        const double sd = std::hypot(spread_, first_.log_diameter_sd[i], second_.log_diameter_sd[j]);
        return std::log(ratio(difference, sd, unrelated_log_diameter)) * step_mm / one_diameter_mm;
    }

    double of_bends(std::size_t i, std::size_t j) const {
        const double difference = first_.turning_deg[i] - second_.turning_deg[j];
        if (!std::isfinite(difference)) return 0.0;
        return std::log(ratio(difference, options_.turning_sd_deg, unrelated_turning_deg_)) * step_mm /
               one_bend_mm;
    }

    /// Speaks at the step next to a branch of the first vessel, where the second has branches, too.
    double of_branches(std::size_t i, std::size_t j) const {
        if (second_.branches_mm.empty()) return 0.0;
        constexpr double seen_in_both = 0.6, gain = 6.0, branch_sd_mm = 1.0;
        double sum = 0.0;
        for (const double branch : first_.branches_mm) {
            if (std::lround(branch / step_mm) != static_cast<long>(i)) continue;
            double nearest = std::numeric_limits<double>::infinity();
            for (const double other : second_.branches_mm)
                nearest = std::min(nearest, std::abs(other - static_cast<double>(j) * cell_mm));
            const double z = nearest / branch_sd_mm;
            sum += std::log(1.0 - seen_in_both + seen_in_both * gain * std::exp(-0.5 * z * z));
        }
        return sum;
    }

    double of_points(std::size_t i, double second_mm) const {
        constexpr double anywhere_mm = 100.0, never = 1e-9;
        double product = 1.0;
        for (const auto& [here, there] : points_) {
            if (std::lround(here / step_mm) != static_cast<long>(i)) continue;
            product *= std::max(never, anywhere_mm * 0.4 * gaussian(second_mm - there, options_.point_sd_mm));
        }
        return product;
    }

    VesselCourse first_, second_;
    VesselMatchOptions options_;
    double spread_ = 0.0, unrelated_turning_deg_ = 0.0;
    std::vector<std::pair<double, double>> points_;
    std::vector<double> table_;
};

/// Where the first point of the first vessel may lie along the second.
struct StartPrior {
    double mean_mm = 0.0, sd_mm = 15.0;

    double operator()(double at) const {
        constexpr double anywhere = 0.1, anywhere_mm = 100.0;
        return (1.0 - anywhere) * gaussian(at - mean_mm, sd_mm) + anywhere / anywhere_mm;
    }
};

StartPrior start_prior(const Visit& first, const Visit& second) {
    const auto& from = first.vessel.from_ostium_px;
    const auto& to = second.vessel.from_ostium_px;
    if (!from || !to) return {};
    // The tip of a catheter lies deeper or less deep.
    constexpr double tip_sd_mm = 4.0;
    return {*from * matching_mm_per_px(first) - *to * matching_mm_per_px(second), tip_sd_mm};
}

DisplacementModel model_at(double scale, const Resemblance& alike, const StartPrior& start,
                           const VesselMatchOptions& options) {
    DisplacementModel model{.steps = alike.first().size(),
                            .step_mm = step_mm,
                            .cell_mm = cell_mm,
                            .least_mm = -scale * alike.first().length_mm,
                            .scale = scale,
                            .wander_mm = options.wander_mm,
                            .likelihood = [&alike](std::size_t i, double at) { return alike(i, at); }};
    model.states = static_cast<std::size_t>((alike.second().length_mm - model.least_mm) / cell_mm) + 1;
    for (std::size_t k = 0; k < model.states; ++k) model.prior.push_back(start(model.second_mm(0, k)));
    const double sum = std::accumulate(model.prior.begin(), model.prior.end(), 0.0);
    for (double& p : model.prior) p /= sum;
    return model;
}

/// What one scale makes of the map: for every step where it lies in the mean, the mean square, and how likely
/// it is that the second vessel shows it.
struct MapMoments {
    std::vector<double> mean, square, shown;
    double log_weight = 0.0;
};

MapMoments moments_of(const DisplacementModel& model, double second_length_mm) {
    const DisplacementPosterior posterior = weigh(model);
    MapMoments moments{.log_weight = posterior.log_likelihood};
    for (std::size_t i = 0; i < model.steps; ++i) {
        double mean = 0.0, square = 0.0, shown = 0.0;
        for (std::size_t k = 0; k < model.states; ++k) {
            const double at = model.second_mm(i, k), p = posterior.probability[i][k];
            mean += p * at, square += p * at * at;
            if (at >= -0.5 * cell_mm && at <= second_length_mm + 0.5 * cell_mm) shown += p;
        }
        moments.mean.push_back(mean), moments.square.push_back(square), moments.shown.push_back(shown);
    }
    return moments;
}

std::vector<MapMoments> at_all_scales(const Resemblance& alike, const StartPrior& start,
                                      const VesselMatchOptions& options, std::vector<double>& scales) {
    constexpr int to_either_side = 7;
    constexpr double reach = 2.5;  // standard deviations
    std::vector<MapMoments> all;
    double sum = 0.0;
    for (int k = -to_either_side; k <= to_either_side; ++k) {
        const double z = reach * k / to_either_side;
        scales.push_back(std::exp(z * options.scale_sd));
        all.push_back(moments_of(model_at(scales.back(), alike, start, options), alike.second().length_mm));
        all.back().log_weight += -0.5 * z * z;
        sum += std::exp(-0.5 * z * z);
    }
    for (MapMoments& moments : all) moments.log_weight -= std::log(sum);
    return all;
}

/// Turns the logarithms of the weights into weights with a sum of one; returns the logarithm of their sum.
double normalize_weights(std::vector<MapMoments>& all, std::vector<double>& weights) {
    const double most = std::ranges::max(all, {}, &MapMoments::log_weight).log_weight;
    double sum = 0.0;
    for (const MapMoments& moments : all) sum += std::exp(moments.log_weight - most);
    for (const MapMoments& moments : all) weights.push_back(std::exp(moments.log_weight - most) / sum);
    return most + std::log(sum);
}

VesselMatch weighed(std::vector<MapMoments> all, const std::vector<double>& scales) {
    std::vector<double> weights;
    VesselMatch match{.scale = 0.0, .evidence = normalize_weights(all, weights)};
    for (std::size_t s = 0; s < all.size(); ++s) match.scale += weights[s] * scales[s];
    for (std::size_t i = 0; i < all.front().mean.size(); ++i) {
        double mean = 0.0, square = 0.0, shown = 0.0;
        for (std::size_t s = 0; s < all.size(); ++s)
            mean += weights[s] * all[s].mean[i], square += weights[s] * all[s].square[i],
                shown += weights[s] * all[s].shown[i];
        const bool here = shown > 0.5;
        match.first_mm.push_back(static_cast<double>(i) * step_mm);
        match.second_mm.push_back(here ? mean : nan);
        // A state is a cell, no point.
        match.sd_mm.push_back(here ? std::sqrt(std::max(0.0, square - mean * mean) + cell_mm * cell_mm / 12.0)
                                   : nan);
        if (here) match.overlap_mm += step_mm;
    }
    return match;
}

MatchFailure failure_of(const VesselMatch& match, const VesselMatchOptions& options) {
    if (match.overlap_mm < shortest_mm) return MatchFailure::no_evidence;
    // Long vessels resemble others somewhere: the same one does all along. It has 0.3 to 0.6 a millimetre.
    constexpr double least_per_mm = 0.25;
    const double least = std::max(options.min_evidence, least_per_mm * match.overlap_mm);
    return match.evidence >= least ? MatchFailure::none : MatchFailure::no_evidence;
}

/// The pairs of places that belong together.
std::pair<std::vector<double>, std::vector<double>> finite_pairs(const VesselMatch& match) {
    std::pair<std::vector<double>, std::vector<double>> pairs;
    for (std::size_t i = 0; i < match.first_mm.size(); ++i) {
        if (!std::isfinite(match.second_mm[i])) continue;
        pairs.first.push_back(match.first_mm[i]), pairs.second.push_back(match.second_mm[i]);
    }
    return pairs;
}

std::optional<double> if_finite(double value) {
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

}  // namespace

void VesselMatchOptions::validate() const {
    require_positive("match.point_sd_mm", point_sd_mm);
    require(scale_sd > 0.0 && scale_sd <= 0.3, "match.scale_sd", scale_sd, "above 0 and at most 0.3");
    require(wander_mm > 0.0 && wander_mm <= 0.35, "match.wander_mm", wander_mm, "above 0 and at most 0.35");
    require_positive("match.diameter_spread", diameter_spread);
    require_positive("match.turning_sd_deg", turning_sd_deg);
    for (const MatchedPoints& pair : points)
        if (!is_finite(pair.first_px) || !is_finite(pair.second_px))
            throw InvalidInput("match.points must be finite");
}

std::string_view to_string(MatchFailure failure) {
    switch (failure) {
        case MatchFailure::none:
            return "none";
        case MatchFailure::no_evidence:
            return "no_evidence";
        case MatchFailure::too_short:
            return "too_short";
    }
    return "none";
}

double matching_mm_per_px(const Visit& visit) {
    constexpr double typical_reference_mm = 3.0;
    if (visit.calibration.known()) return visit.calibration.mm_per_px();
    std::vector<double> reference;
    for (const double d : visit.vessel.reference.diameter_px)
        if (d > 0.0) reference.push_back(d);
    return reference.empty() ? 1.0 : typical_reference_mm / median(std::move(reference));
}

std::optional<double> VesselMatch::to_second(double first) const {
    const auto [from, to] = finite_pairs(*this);
    return if_finite(interpolated(from, to, first));
}

std::optional<double> VesselMatch::to_first(double second) const {
    const auto [from, to] = finite_pairs(*this);
    return if_finite(interpolated(to, from, second));
}

std::optional<double> VesselMatch::sd_at(double first) const {
    return if_finite(interpolated(first_mm, sd_mm, first));
}

VesselMatch match_vessels(const Visit& first, const Visit& second, const VesselMatchOptions& options) {
    options.validate();
    const auto length = [](const Visit& visit) {
        const std::vector<double> arc = positions_mm(visit);
        return arc.empty() ? 0.0 : arc.back();
    };
    if (std::min(length(first), length(second)) < shortest_mm) return {.failure = MatchFailure::too_short};
    const Resemblance alike(first, second, options);
    std::vector<double> scales;
    std::vector<MapMoments> all = at_all_scales(alike, start_prior(first, second), options, scales);
    VesselMatch match = weighed(std::move(all), scales);
    match.failure = failure_of(match, options);
    return match;
}

std::optional<VesselChoice> choose_vessel(const Visit& vessel, std::span<const Visit> candidates,
                                          const VesselMatchOptions& options) {
    std::optional<VesselChoice> best;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        VesselMatch match = match_vessels(vessel, candidates[i], options);
        const double over =
            best ? match.evidence - best->match.evidence : std::numeric_limits<double>::infinity();
        if (over > 0.0)
            best = VesselChoice{i, std::move(match), over};
        else
            best->lead = std::min(best->lead, -over);
    }
    return best;
}

}  // namespace stenometry
