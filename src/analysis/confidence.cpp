#include "analysis/confidence.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "lumen/measured_profile.h"

namespace stenometry {
namespace {

// Fitted by training/lesion_confidence.py; the weights stand in the order of `LesionTerm`.
constexpr LesionTerms weights{1.255, 0.756, 2.419, 0.523, -3.664, 2.357, 1.509};
// 0.12 above the fitted one: the standard errors of %DS grew when lumens were no longer taken for round, and with
// them every confidence fell by about as much.
constexpr double offset = -8.532;

constexpr PhysicalLength unit_size{.mm = 1.0, .uncalibrated_px = 4.0};
constexpr double side_diameters = 2.0;  // of a lesion, in which its vessel should be seen to be healthy

/// Samples of a vessel, `end` not included.
struct Samples {
    std::size_t begin, end;
};

/// The samples within some reference diameters before the lesion and behind it.
std::array<Samples, 2> sides_of(const Stenosis& narrowing, const Vessel& vessel) {
    const std::vector<double>& arc = vessel.diameter.position_px;
    const double reach = side_diameters * *narrowing.reference_px;
    const auto index_of = [&arc](auto place) { return static_cast<std::size_t>(place - arc.begin()); };
    const auto first = std::ranges::lower_bound(arc, arc[narrowing.proximal_index] - reach);
    const auto last = std::ranges::upper_bound(arc, arc[narrowing.distal_index] + reach);
    return {Samples{index_of(first), narrowing.proximal_index + 1},
            Samples{narrowing.distal_index, index_of(last)}};
}

/// The lesser of the means of a value on either side of a lesion; where nothing is known, `otherwise`.
template <class Value>
double lesser_side(const std::array<Samples, 2>& sides, double otherwise, Value value) {
    double lesser = std::numeric_limits<double>::infinity();
    for (const Samples& side : sides) {
        double sum = 0.0;
        int count = 0;
        for (std::size_t i = side.begin; i < side.end; ++i)
            if (const double v = value(i); std::isfinite(v)) sum += v, ++count;
        lesser = std::min(lesser, count > 0 ? sum / count : otherwise);
    }
    return lesser;
}

double probability_at(const VesselMask& mask, Point p) {
    const int x = std::clamp(static_cast<int>(std::lround(p.x)), 0, mask.probability.width() - 1);
    const int y = std::clamp(static_cast<int>(std::lround(p.y)), 0, mask.probability.height() - 1);
    return double{mask.probability(x, y)};
}

/// %DS of a lumen that is not seen is that of a closed one, as well as it can be known.
double percent_of(const Stenosis& narrowing) { return narrowing.percent_diameter_stenosis.value_or(100.0); }

double significance_of(const Stenosis& narrowing) {
    constexpr double occluded_sd = 10.0, unseen_sd = 25.0, least = 0.1;  // percent; standard errors
    // Where the lumen is too faint to be seen it may be narrow or closed.
    const double otherwise = narrowing.total_occlusion ? occluded_sd : unseen_sd;
    return std::max(least,
                    percent_of(narrowing) / narrowing.percent_diameter_stenosis_sd.value_or(otherwise));
}

/// By how much the width of the lumen and its darkness disagree of %DS: where vessels cross or run into one
/// another there is more contrast medium than the walls show, beside a shadow less.
double disagreement_of(const Stenosis& narrowing) {
    constexpr double most = 0.6;
    const std::optional<double> area = narrowing.geometry.percent_area_stenosis_densitometric;
    if (!area || !narrowing.percent_diameter_stenosis) return 0.0;
    const double by_darkness = 100.0 * (1.0 - std::sqrt(std::max(0.0, 1.0 - *area / 100.0)));
    return std::min(most, std::abs(*narrowing.percent_diameter_stenosis - by_darkness) / 100.0);
}

bool counts(const Stenosis& narrowing, const StenosisOptions& options) {
    return narrowing.confidence.value_or(1.0) >= options.min_confidence &&
           narrowing.reference_px.value_or(0.0) >= options.min_reference.in_px(narrowing.calibration);
}

}  // namespace

LesionTerms terms_of(const Stenosis& narrowing, const Vessel& vessel, const VesselMask& mask) {
    constexpr double most_end = 30.0;  // reference diameters, beyond which more means nothing
    const double reference = *narrowing.reference_px;
    const std::vector<double>& arc = vessel.diameter.position_px;
    const Polyline& line = vessel.contour.centerline.points_px;
    const auto sides = sides_of(narrowing, vessel);
    LesionTerms terms{};
    const auto set = [&terms](LesionTerm term, double value) {
        terms[static_cast<std::size_t>(term)] = value;
    };
    set(LesionTerm::size, std::log(reference / unit_size.in_px(narrowing.calibration)));
    set(LesionTerm::from_end,
        std::log1p(std::min(most_end, (arc.back() - arc[narrowing.mld_index]) / reference)));
    set(LesionTerm::sides, lesser_side(sides, 1.0, [&](std::size_t i) {
            return lumen_seen(vessel.diameter, i) ? vessel.diameter.diameter_px[i] / reference
                                                  : std::numeric_limits<double>::quiet_NaN();
        }));
    set(LesionTerm::significance, std::log(significance_of(narrowing)));
    set(LesionTerm::disagreement, disagreement_of(narrowing));
    set(LesionTerm::evidence,
        lesser_side(sides, 0.5, [&](std::size_t i) { return probability_at(mask, line[i]); }));
    set(LesionTerm::depth, percent_of(narrowing) / 100.0);
    return terms;
}

double confidence_of(const LesionTerms& terms) {
    const double logit = std::inner_product(terms.begin(), terms.end(), weights.begin(), offset);
    return 1.0 / (1.0 + std::exp(-logit));
}

void judge_narrowings(std::vector<Vessel>& vessels, const VesselMask& mask, const StenosisOptions& options) {
    for (Vessel& vessel : vessels)
        for (Stenosis& narrowing : vessel.stenoses) {
            narrowing.confidence = confidence_of(terms_of(narrowing, vessel, mask));
            narrowing.is_lesion = counts(narrowing, options);
        }
}

}  // namespace stenometry
