#include "stenometry/stenosis.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <ostream>
#include <string>

#include "core/require.h"
#include "core/statistics.h"
#include "lesion/estimate_text.h"
#include "lesion/same_length.h"
#include "lesion/stretch.h"
#include "lesion/throat.h"
#include "lumen/measured_profile.h"
#include "stenometry/error.h"

namespace stenometry {
namespace {

/// 1 - diameter / reference; NaN where there is no lumen to measure.
std::vector<double> narrowing_of(const DiameterProfile& profile, const ReferenceProfile& reference) {
    std::vector<double> narrowing(profile.diameter_px.size());
    for (std::size_t i = 0; i < narrowing.size(); ++i)
        narrowing[i] = 1.0 - profile.diameter_px[i] / reference.diameter_px[i];
    return narrowing;
}

/// Cuts a stretch where the lumen recovers between two narrowings: to less than half of the smaller one and
/// by at least `recovery`. The cut is at the widest place between them.
void split(const std::vector<double>& narrowing, Stretch whole, double recovery,
           std::vector<Stretch>& parts) {
    const auto at = [&](std::size_t i) { return std::isnan(narrowing[i]) ? 1.0 : narrowing[i]; };
    std::vector<double> before(whole.last - whole.first + 1), after(before);
    for (std::size_t i = whole.first, k = 0; i <= whole.last; ++i, ++k)
        before[k] = std::max(k == 0 ? at(i) : before[k - 1], at(i));
    for (std::size_t k = before.size(); k-- > 0;)
        after[k] = std::max(k + 1 == before.size() ? at(whole.first + k) : after[k + 1], at(whole.first + k));

    std::size_t cut = 0;
    double deepest = 0.0;
    for (std::size_t k = 1; k + 1 < before.size(); ++k) {
        const double smaller = std::min(before[k], after[k]), here = at(whole.first + k);
        if (here < 0.5 * smaller && smaller - here > std::max(recovery, deepest))
            deepest = smaller - here, cut = k;
    }
    if (cut == 0) {
        parts.push_back(whole);
        return;
    }
    split(narrowing, {whole.first, whole.first + cut}, recovery, parts);
    split(narrowing, {whole.first + cut, whole.last}, recovery, parts);
}

Stenosis placed(const VesselContour& contour, Stretch lesion, std::size_t mld) {
    const Polyline& line = contour.centerline.points_px;
    return {.mld_index = mld,
            .proximal_index = lesion.first,
            .distal_index = lesion.last,
            .mld_at_px = line[mld],
            .proximal_at_px = line[lesion.first],
            .distal_at_px = line[lesion.last]};
}

/// The samples around the narrowest one that lie in the lower half of the lesion.
Stretch throat_of(const DiameterProfile& profile, const ReferenceProfile& reference,
                  const Stenosis& stenosis) {
    const auto& diameter = profile.diameter_px;
    const std::size_t mld = stenosis.mld_index;
    const double half_way = 0.5 * (diameter[mld] + reference.diameter_px[mld]);
    Stretch throat{mld, mld};
    while (throat.first > stenosis.proximal_index && diameter[throat.first - 1] < half_way) --throat.first;
    while (throat.last < stenosis.distal_index && diameter[throat.last + 1] < half_way) ++throat.last;
    return throat;
}

/// The diameter of a channel: the mean of its samples without its ends, where a smooth curve that follows a
/// step swings to either side.
double mean_of_channel(const std::vector<double>& diameter, Stretch throat) {
    constexpr double inner = 0.8;
    const std::size_t count = throat.last - throat.first + 1;
    const auto margin = static_cast<std::size_t>(0.5 * (1.0 - inner) * static_cast<double>(count));
    const auto begin = diameter.begin() + static_cast<std::ptrdiff_t>(throat.first + margin),
               end = diameter.begin() + static_cast<std::ptrdiff_t>(throat.last + 1 - margin);
    return std::accumulate(begin, end, 0.0) / static_cast<double>(end - begin);
}

/// By how much the reference at one place differs where it rests on another profile: the straight line
/// through the differences of the two, over the healthy part.
double shift_of_reference(const DiameterProfile& profile, const std::vector<double>& other,
                          const ReferenceProfile& reference, std::size_t at) {
    LineSums sums;
    for (std::size_t i = 0; i < other.size(); ++i) {
        const double expected = reference.diameter_px[i];
        if (!(std::abs(profile.diameter_px[i] - expected) < healthy_within * expected)) continue;
        sums.add(profile.position_px[i] - profile.position_px[at], other[i] - profile.diameter_px[i]);
    }
    return sums.determinant() > 0.0 ? sums.value_at_zero() : 0.0;
}

/// What profiles that are as likely make of one lesion's numbers, with errors of minimum and reference as
/// they depend on each other.
struct Redrawn {
    Redrawn(const DiameterProfile& profile, const ReferenceProfile& reference, Stretch throat,
            std::size_t at) {
        DiameterProfile other{.position_px = profile.position_px, .along_px = profile.along_px};
        for (const std::vector<double>& sample : profile.samples_px) {
            other.diameter_px = sample;
            round.push_back(bottom_of_throat(other, throat, at));
            flat.push_back(mean_of_channel(sample, throat));
            healthy.push_back(reference.diameter_px[at] + shift_of_reference(profile, sample, reference, at));
        }
    }
    std::vector<double> round, flat, healthy;
};

/// 0 for a throat that narrows and widens again all along, 1 for a channel with abrupt ends: from the part of
/// the lesion that is narrowed by more than half, which is half of a cosine and all of a channel.
double evenness(const Stenosis& stenosis, Stretch throat) {
    // 0.58 is a cosine's, and noise moves the borders.
    constexpr double tapering = 0.72, even = 0.85;
    const auto whole = static_cast<double>(stenosis.distal_index - stenosis.proximal_index + 1);
    const double part = static_cast<double>(throat.last - throat.first + 1) / whole;
    return std::clamp((part - tapering) / (even - tapering), 0.0, 1.0);
}

/// Minimum and reference of a lesion with their standard errors; that of their ratio knows what both share.
struct Numbers {
    double mld, mld_sd, healthy, healthy_sd, ratio_sd;
};

/// By the standard errors of profile and reference, as if the two shared nothing.
Numbers by_errors(const DiameterProfile& profile, const ReferenceProfile& reference, Stretch throat,
                  std::size_t at) {
    const double mld = bottom_of_throat(profile, throat, at), mld_sd = profile.sd_px[at];
    const double healthy = reference.diameter_px[at], healthy_sd = reference.sd_px[at];
    return {mld, mld_sd, healthy, healthy_sd, std::hypot(mld_sd, mld / healthy * healthy_sd) / healthy};
}

/// By what profiles that are as likely make of them.
Numbers by_draws(const DiameterProfile& profile, const ReferenceProfile& reference, Stretch throat,
                 const Stenosis& stenosis) {
    const std::size_t at = stenosis.mld_index;
    const double healthy = reference.diameter_px[at], healthy_sd = reference.sd_px[at];
    const Redrawn redrawn(profile, reference, throat, at);
    const std::size_t count = redrawn.flat.size();
    // Noise digs holes into an even channel: there the throat is only as round as two standard errors of the
    // noise would not make a flat one.
    const double flat = mean_of_channel(profile.diameter_px, throat),
                 depth = flat - bottom_of_throat(profile, throat, at);
    std::vector<double> depths, mlds, ratios;
    for (std::size_t k = 0; k < count; ++k) depths.push_back(redrawn.flat[k] - redrawn.round[k]);
    constexpr double ripple = 0.01;  // of the reference: what a smooth curve swings beside a step
    const double noise = 2.0 * std::hypot(Moments(depths).sd, ripple * healthy);
    const double roundness =
        1.0 - evenness(stenosis, throat) * std::min(1.0, noise * noise / (depth * depth));
    for (std::size_t k = 0; k < count; ++k) {
        mlds.push_back(redrawn.flat[k] - roundness * depths[k]);
        ratios.push_back(mlds.back() / redrawn.healthy[k]);
    }
    const double mld = flat - roundness * depth, redrawn_sd = Moments(redrawn.healthy).sd;
    // The scatter about the reference has the noise of the samples in it, but not what all diameters have in
    // common.
    const double irregular = std::sqrt(std::max(0.0, healthy_sd * healthy_sd - redrawn_sd * redrawn_sd));
    return {mld, Moments(mlds).sd, healthy, std::hypot(irregular, redrawn_sd),
            std::hypot(Moments(ratios).sd, mld / healthy * irregular / healthy)};
}

Stenosis measured(Stenosis stenosis, const DiameterProfile& profile, const ReferenceProfile& reference) {
    const Stretch throat = throat_of(profile, reference, stenosis);
    const Numbers found = profile.samples_px.size() > 1
                              ? by_draws(profile, reference, throat, stenosis)
                              : by_errors(profile, reference, throat, stenosis.mld_index);
    const double ratio = found.mld / found.healthy;
    stenosis.mld_px = found.mld;
    stenosis.reference_px = found.healthy;
    stenosis.percent_diameter_stenosis = 100.0 * (1.0 - ratio);
    stenosis.percent_area_stenosis_circular = 100.0 * (1.0 - ratio * ratio);
    stenosis.reference_sd_px = found.healthy_sd;
    if (std::isfinite(found.mld_sd)) {
        stenosis.mld_sd_px = found.mld_sd;
        stenosis.percent_diameter_stenosis_sd = 100.0 * found.ratio_sd;
    }
    return stenosis;
}

Stenosis occluded(Stenosis stenosis, const ReferenceProfile& reference) {
    stenosis.total_occlusion = true;
    stenosis.reason = Unmeasurable::total_occlusion;
    stenosis.reference_px = reference.diameter_px[stenosis.mld_index];
    stenosis.reference_sd_px = reference.sd_px[stenosis.mld_index];
    return stenosis;
}

/// A lumen that is not told apart from a closed one has no numbers.
Stenosis without_unseen_lumen(Stenosis stenosis) {
    if (lumen_seen(*stenosis.mld_px, stenosis.mld_sd_px.value_or(0.0))) return stenosis;
    stenosis.reason = Unmeasurable::lumen_not_seen;
    for (std::optional<double>* number :
         {&stenosis.mld_px, &stenosis.mld_sd_px, &stenosis.percent_diameter_stenosis,
          &stenosis.percent_diameter_stenosis_sd, &stenosis.percent_area_stenosis_circular})
        number->reset();
    return stenosis;
}

/// The longest stretch within a lesion, with a lumen before and behind it, that shows none.
std::optional<LumenGap> gap_of(const VesselContour& contour, const DiameterProfile& profile, Stretch lesion) {
    std::optional<LumenGap> longest;
    for (const Stretch& unseen : stretches(profile.diameter_px.size(), [&](std::size_t i) {
             return i >= lesion.first && i <= lesion.last && !lumen_seen(profile, i);
         })) {
        if (unseen.first == 0 || unseen.last + 1 == profile.diameter_px.size()) continue;
        const std::size_t stump = unseen.first - 1, filling = unseen.last + 1;
        const double length = profile.position_px[filling] - profile.position_px[stump];
        if (longest && length <= longest->length_px) continue;
        longest = {.stump_index = stump,
                   .filling_index = filling,
                   .stump_at_px = contour.centerline.points_px[stump],
                   .filling_at_px = contour.centerline.points_px[filling],
                   .length_px = length,
                   .stump_diameter_px = profile.diameter_px[stump],
                   .filling_diameter_px = profile.diameter_px[filling]};
    }
    return longest;
}

/// Whether the narrowing is deep enough, and significant.
bool is_lesion(const Stenosis& stenosis, const StenosisOptions& options) {
    const double percent = *stenosis.percent_diameter_stenosis;
    return percent >= options.min_percent_diameter &&
           percent >= options.min_standard_errors * stenosis.percent_diameter_stenosis_sd.value_or(0.0);
}

/// Whether the lumen recovers on both sides, at the latest beyond the border, to less than half of the
/// narrowing. Proximal of an origin there is nothing to recover.
bool recovers(const std::vector<double>& narrowing, Stretch lesion, std::size_t narrowest, bool at_origin) {
    const double half = 0.5 * narrowing[narrowest];
    const std::size_t before = lesion.first == 0 ? 0 : lesion.first - 1;
    const std::size_t behind = std::min(lesion.last + 1, narrowing.size() - 1);
    return (at_origin || narrowing[before] < half) && narrowing[behind] < half;
}

std::optional<Estimate> in_mm(const std::optional<Estimate>& length_px, const Calibration& calibration) {
    return length_px ? calibration.to_mm(*length_px) : std::nullopt;
}

}  // namespace

void StenosisOptions::validate() const {
    if (!(border_percent >= 0.0 && border_percent < min_percent_diameter && min_percent_diameter <= 100.0))
        throw InvalidInput("stenosis.border_percent and min_percent_diameter must satisfy 0 <= " +
                           std::to_string(border_percent) + " < " + std::to_string(min_percent_diameter) +
                           " <= 100");
    require_not_negative("stenosis.min_standard_errors", min_standard_errors);
    require_not_negative("stenosis.min_length", min_length);
    require_fraction("stenosis.min_confidence", min_confidence);
    require_not_negative("stenosis.min_reference", min_reference);
}

std::vector<Stenosis> find_stenoses(const VesselContour& contour, const DiameterProfile& profile,
                                    const ReferenceProfile& reference, const Calibration& calibration,
                                    const StenosisOptions& options) {
    options.validate();
    require_one_length(contour, profile, reference);
    const std::vector<double> narrowing = narrowing_of(profile, reference);
    const double border = 0.01 * options.border_percent, least = 0.01 * options.min_percent_diameter;
    const double shortest = options.min_length.in_px(calibration);

    std::vector<Stretch> parts;
    for (const Stretch& whole :
         stretches(narrowing.size(), [&](std::size_t i) { return !(narrowing[i] <= border); }))
        split(narrowing, whole, 0.5 * least, parts);

    std::vector<Stenosis> found;
    for (const Stretch& part : parts) {
        const auto begin = profile.diameter_px.begin() + static_cast<std::ptrdiff_t>(part.first);
        const auto end = profile.diameter_px.begin() + static_cast<std::ptrdiff_t>(part.last) + 1;
        const double extent = length_of(narrowing, profile.position_px, part, border);
        if (extent < shortest) continue;
        // A lumen that is lost within the vessel is an occlusion; one that is lost at its end is just not
        // followed.
        const auto lost = std::find_if(begin, end, [](double d) { return std::isnan(d); });
        const bool inner = part.first > 0 && part.last + 1 < narrowing.size();
        if (lost != end && inner) {
            const auto lost_end = std::find_if(lost, end, [](double d) { return !std::isnan(d); });
            const auto middle =
                static_cast<std::size_t>(lost - profile.diameter_px.begin() + (lost_end - lost) / 2);
            found.push_back(occluded(placed(contour, part, middle), reference));
        } else if (lost == end) {
            const auto narrowest =
                static_cast<std::size_t>(std::min_element(begin, end) - profile.diameter_px.begin());
            const bool at_origin = reference.ostial && part.first == 0;
            if (narrowing[narrowest] < least || !recovers(narrowing, part, narrowest, at_origin)) continue;
            const Stenosis stenosis = measured(placed(contour, part, narrowest), profile, reference);
            if (!is_lesion(stenosis, options)) continue;
            found.push_back(without_unseen_lumen(stenosis));
        } else {
            continue;
        }
        found.back().id = static_cast<int>(found.size()) - 1;
        found.back().calibration = calibration;
        found.back().length_px = extent;
        found.back().geometry =
            measure_lesion_geometry(contour, profile, reference,
                                    {part.first, found.back().mld_index, part.last}, options.border_percent);
        found.back().ostial = part.first == 0;
        if (found.back().reason != Unmeasurable::none) found.back().gap = gap_of(contour, profile, part);
    }
    return found;
}

std::optional<Estimate> Stenosis::mld_estimate_px() const {
    if (!mld_px) return {};
    return Estimate::of_length(*mld_px, mld_sd_px);
}

std::optional<Estimate> Stenosis::mld_estimate_mm() const { return in_mm(mld_estimate_px(), calibration); }

std::optional<Estimate> Stenosis::reference_estimate_px() const {
    if (!reference_px) return {};
    return Estimate::of_length(*reference_px, reference_sd_px);
}

std::optional<Estimate> Stenosis::reference_estimate_mm() const {
    return in_mm(reference_estimate_px(), calibration);
}

std::optional<Estimate> Stenosis::percent_diameter_stenosis_estimate() const {
    if (!percent_diameter_stenosis) return {};
    return Estimate::of_narrowing(*percent_diameter_stenosis, percent_diameter_stenosis_sd);
}

std::optional<double> Stenosis::length_mm() const { return calibration.to_mm(length_px); }

std::optional<double> Stenosis::probability_at_least(double percent) const {
    const std::optional<Estimate> narrowing = percent_diameter_stenosis_estimate();
    return narrowing ? narrowing->probability_at_least(percent) : std::nullopt;
}

std::ostream& operator<<(std::ostream& out, const Stenosis& stenosis) {
    out << "at (" << fixed(stenosis.mld_at_px.x, 1) << ", " << fixed(stenosis.mld_at_px.y, 1) << ") px: ";
    const bool mm = stenosis.calibration.known();
    const std::string unit = mm ? "mm" : "px";
    const int decimals = mm ? 2 : 1;
    const auto mld = mm ? stenosis.mld_estimate_mm() : stenosis.mld_estimate_px();
    const auto reference = mm ? stenosis.reference_estimate_mm() : stenosis.reference_estimate_px();
    const auto narrowing = stenosis.percent_diameter_stenosis_estimate();
    if (narrowing)
        out << text_of(*narrowing, "%DS", 0);
    else
        out << explain(stenosis.reason);
    if (mld) out << ", MLD " << text_of(*mld, unit, decimals);
    if (reference) out << ", reference " << fixed(reference->value, decimals) << ' ' << unit;
    return out << ", length " << fixed(stenosis.length_mm().value_or(stenosis.length_px), 1) << ' ' << unit;
}

}  // namespace stenometry
