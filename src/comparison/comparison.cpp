#include "stenometry/comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "comparison/comparison_warnings.h"
#include "comparison/lumens.h"
#include "comparison/region_measurement.h"
#include "comparison/restenosis.h"
#include "comparison/treated_segment.h"
#include "comparison/vessel_course.h"
#include "core/require.h"
#include "core/statistics.h"
#include "stenometry/error.h"

namespace stenometry {
namespace {

constexpr std::size_t before = 0, after = 1, follow_up = 2;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

void require_measured(const Visit& visit, const std::string& name) {
    const std::size_t size = visit.vessel.contour.centerline.points_px.size();
    if (size < 2 || visit.vessel.diameter.position_px.size() != size ||
        visit.vessel.diameter.diameter_px.size() != size)
        throw InvalidInput("visits: the vessel " + name + " has no diameter profile");
    if (visit.vessel.reference.diameter_px.size() != size)
        throw InvalidInput("visits: the vessel " + name + " has no reference diameter");
    for (const Stenosis& narrowing : visit.vessel.stenoses)
        if (std::max({narrowing.mld_index, narrowing.proximal_index, narrowing.distal_index}) >= size)
            throw InvalidInput("visits: a narrowing of the vessel " + name + " lies beyond its profile");
    require_between("visits.shared_calibration_sd", visit.shared_calibration_sd, 0.0,
                    visit.calibration.relative_sd.value_or(0.0));
}

void require_visits(std::span<const Visit> visits, const ComparisonOptions& options) {
    if (visits.size() < 2 || visits.size() > 3)
        throw InvalidInput("visits must be two or three, but are " + std::to_string(visits.size()));
    constexpr std::array names{"before", "after", "at follow-up"};
    for (std::size_t v = 0; v < visits.size(); ++v) require_measured(visits[v], names[v]);
    if (options.balloon) require_measured(options.balloon->visit, "of the balloon");
    if (options.lesion && *options.lesion >= visits[before].vessel.stenoses.size())
        throw InvalidInput("lesion must be below " + std::to_string(visits[before].vessel.stenoses.size()) +
                           ", the number of narrowings before, but is " + std::to_string(*options.lesion));
    for (const StentEnds& ends : options.stents)
        if (ends.visit >= visits.size()) throw InvalidInput("stents: there is no such visit");
    for (const std::vector<Point>& place : options.points)
        if (place.size() != visits.size()) throw InvalidInput("points: one is needed for every visit");
}

/// The vessel after the intervention matches itself.
VesselMatch identity_of(const SmoothProfile& profile) {
    return {.first_mm = profile.arc_mm,
            .second_mm = profile.arc_mm,
            .sd_mm = std::vector<double>(profile.arc_mm.size(), 0.0),
            .overlap_mm = profile.arc_mm.back(),
            .failure = MatchFailure::none};
}

VesselMatchOptions match_options(const ComparisonOptions& options, std::size_t v) {
    VesselMatchOptions match = options.match;
    for (const std::vector<Point>& place : options.points) match.points.push_back({place[after], place[v]});
    return match;
}

ComparedVisit compared(std::span<const Visit> visits, std::span<const SmoothProfile> profiles, std::size_t v,
                       const ComparisonOptions& options) {
    ComparedVisit visit{
        .match = v == after ? identity_of(profiles[after])
                            : match_vessels(visits[after], visits[v], match_options(options, v)),
        .view_difference_deg = view_difference_deg(visits[after].acquisition, visits[v].acquisition)};
    for (const double at : profiles[v].arc_mm) {
        const auto place = visit.match.to_first(at);
        visit.position_mm.push_back(place.value_or(nan));
        visit.position_sd_mm.push_back(place ? visit.match.sd_at(*place).value_or(nan) : nan);
    }
    return visit;
}

AxisStretch stretch_of(Region region, const AxisStretch& treated, double edge_mm) {
    switch (region) {
        case Region::in_stent:
            return treated;
        case Region::proximal_edge:
            return {treated.from_mm - edge_mm, treated.from_mm};
        case Region::distal_edge:
            return {treated.to_mm, treated.to_mm + edge_mm};
        case Region::in_segment:
            return {treated.from_mm - edge_mm, treated.to_mm + edge_mm};
    }
    return treated;
}

void measure_regions(Comparison& comparison, std::span<const Visit> visits,
                     std::span<const SmoothProfile> profiles) {
    for (std::size_t v = 0; v < visits.size(); ++v)
        for (const Region region : all_regions)
            comparison.visits[v].regions[static_cast<std::size_t>(region)] =
                measure_region(visits[v], profiles[v], comparison.visits[v].match,
                               stretch_of(region, *comparison.treated, comparison.edge_mm));
}

/// The minima of one region in every visit, for what is computed from several.
class RegionLumens {
  public:
    RegionLumens(const Comparison& comparison, std::span<const Visit> visits, Region region)
        : comparison_(comparison), visits_(visits), region_(region) {}

    bool known(std::size_t v) const { return v < visits_.size() && measured(v).mld_mm.has_value(); }

    VisitLength operator[](std::size_t v) const {
        return {measured(v).mld_own_mm, measured(v).mld_own_sd_mm, &visits_[v]};
    }

    /// MLD of one visit less that of another.
    std::optional<Estimate> difference(std::size_t one, std::size_t other) const {
        if (!known(one) || !known(other)) return {};
        const std::array lengths{(*this)[one], (*this)[other]};
        constexpr std::array gradient{1.0, -1.0};
        return Estimate{.value = lengths[0].mm - lengths[1].mm, .sd = combined_sd(lengths, gradient)};
    }

  private:
    const RegionMeasurement& measured(std::size_t v) const { return comparison_.visits[v].region(region_); }

    const Comparison& comparison_;
    std::span<const Visit> visits_;
    Region region_;
};

std::optional<Estimate> loss_index(const RegionLumens& lumens, const Gains& gains) {
    constexpr double significant = 2.0;
    const auto &gain = gains.acute_gain_mm, &loss = gains.late_loss_mm;
    if (!gain || !loss || !(gain->value > significant * gain->sd.value_or(0.0))) return {};
    const double index = loss->value / gain->value;
    const std::array lengths{lumens[before], lumens[after], lumens[follow_up]};
    // Of (after - follow-up) / (after - before).
    const std::array gradient{index / gain->value, (1.0 - index) / gain->value, -1.0 / gain->value};
    return Estimate{.value = index, .sd = combined_sd(lengths, gradient)};
}

Gains gains_of(const Comparison& comparison, std::span<const Visit> visits, Region region) {
    const RegionLumens lumens(comparison, visits, region);
    Gains gains{.acute_gain_mm = lumens.difference(after, before),
                .late_loss_mm = lumens.difference(after, follow_up),
                .net_gain_mm = lumens.difference(follow_up, before)};
    gains.loss_index = loss_index(lumens, gains);
    return gains;
}

/// A reference with its error at an arc length of a visit.
VisitLength reference_at(const Visit& visit, const SmoothProfile& profile, double arc) {
    const double sd = interpolated(profile.arc_mm, profile.reference_sd_mm, arc);
    return {profile.reference_at(arc), std::isfinite(sd) ? sd : 0.0, &visit};
}

std::optional<Estimate> expansion(const Comparison& comparison, std::span<const Visit> visits,
                                  std::span<const SmoothProfile> profiles) {
    const RegionMeasurement& stent = comparison.visits[after].region(Region::in_stent);
    const double mld = stent.mld_own_mm;
    const VisitLength proximal = reference_at(visits[after], profiles[after], comparison.treated->from_mm),
                      distal = reference_at(visits[after], profiles[after], comparison.treated->to_mm);
    const double squares = 0.5 * (proximal.mm * proximal.mm + distal.mm * distal.mm);
    if (!(mld > 0.0) || !(squares > 0.0)) return {};
    // Both references come from one line and are wrong together.
    const double reference_part = std::max(proximal.own_sd_mm / proximal.mm, distal.own_sd_mm / distal.mm);
    const double percent = 100.0 * mld * mld / squares;
    Estimate estimate =
        Estimate::of_length(percent, 2.0 * percent * std::hypot(stent.mld_own_sd_mm / mld, reference_part));
    return estimate;
}

/// The references before at the two borders of the lesion, and their mean.
struct LesionReference {
    VisitLength proximal, distal, mean;
};

LesionReference lesion_reference(const Visit& visit, const SmoothProfile& profile, const Stenosis& lesion) {
    LesionReference found{.proximal = reference_at(visit, profile, profile.arc_mm[lesion.proximal_index]),
                          .distal = reference_at(visit, profile, profile.arc_mm[lesion.distal_index])};
    found.mean = {0.5 * (found.proximal.mm + found.distal.mm),
                  0.5 * (found.proximal.own_sd_mm + found.distal.own_sd_mm), &visit};
    return found;
}

std::optional<Estimate> estimate_of(const VisitLength& length) {
    return in_mm(*length.visit, length.mm, length.own_sd_mm);
}

std::optional<Sizing> sizing_of(const Visit& visit, const SmoothProfile& profile, const Stenosis& lesion) {
    if (!visit.calibration.known()) return {};
    constexpr double quarter = 0.25, below_chart = 0.272, below_chart_sd = 0.072;
    const LesionReference reference = lesion_reference(visit, profile, lesion);
    if (!std::isfinite(reference.mean.mm)) return {};
    const double nominal = quarter * std::round(reference.mean.mm / quarter);
    return Sizing{
        .proximal_reference_mm = estimate_of(reference.proximal),
        .distal_reference_mm = estimate_of(reference.distal),
        .mean_reference_mm = estimate_of(reference.mean),
        .lesion_length_mm = lesion.length_px * visit.calibration.mm_per_px(),
        .nominal_mm = nominal,
        .expected_mld_mm = Estimate::of_length(nominal * (1.0 - below_chart), nominal * below_chart_sd)};
}

/// Between the outermost places where the balloon has nearly all of its width: without its shoulders.
AxisStretch working_length(const SmoothProfile& balloon) {
    constexpr double wide = 0.9, nearly_all = 0.9;
    std::vector<double> seen;
    for (const double d : balloon.diameter_mm)
        if (std::isfinite(d)) seen.push_back(d);
    const double least = wide * quantile(seen, nearly_all);
    AxisStretch working{nan, nan};
    for (std::size_t i = 0; i < balloon.arc_mm.size(); ++i) {
        if (!(balloon.diameter_mm[i] >= least)) continue;
        if (std::isnan(working.from_mm)) working.from_mm = balloon.arc_mm[i];
        working.to_mm = balloon.arc_mm[i];
    }
    return working;
}

std::optional<Estimate> ratio_of(const VisitLength& one, const VisitLength& other) {
    if (!one.visit->calibration.known() || !other.visit->calibration.known() || !(other.mm > 0.0)) return {};
    const double ratio = one.mm / other.mm;
    const std::array lengths{one, other};
    const std::array gradient{1.0 / other.mm, -ratio / other.mm};
    return Estimate::of_length(ratio, combined_sd(lengths, gradient));
}

std::optional<Estimate> difference_of(const VisitLength& one, const VisitLength& other) {
    if (!one.visit->calibration.known() || !other.visit->calibration.known()) return {};
    const std::array lengths{one, other};
    constexpr std::array gradient{1.0, -1.0};
    return Estimate{.value = one.mm - other.mm, .sd = combined_sd(lengths, gradient)};
}

BalloonResult balloon_result(const Balloon& balloon, const RegionLumens& in_stent,
                             const std::optional<LesionReference>& reference) {
    const SmoothProfile profile(balloon.visit);
    const AxisStretch working = working_length(profile);
    BalloonResult result;
    const auto mean = mean_diameter(profile, working.from_mm, working.to_mm);
    if (mean) {
        result.mean_diameter_mm = in_mm(balloon.visit, mean->value, *mean->sd);
        if (reference)
            result.balloon_to_artery_ratio =
                ratio_of({mean->value, *mean->sd, &balloon.visit}, reference->mean);
    }
    const auto least = least_lumen(balloon.visit, profile, working.from_mm, working.to_mm).found;
    if (!least) return result;
    const VisitLength mld{least->mm, least->sd_mm, &balloon.visit};
    result.mld_mm = estimate_of(mld);
    if (in_stent.known(after)) result.recoil_mm = difference_of(mld, in_stent[after]);
    if (balloon.nominal_mm && result.mld_mm)
        result.deficit_mm =
            Estimate{.value = *balloon.nominal_mm - result.mld_mm->value, .sd = result.mld_mm->sd};
    return result;
}

/// Everything that is measured in the treated segment.
void measure_treated(Comparison& comparison, std::span<const Visit> visits,
                     std::span<const SmoothProfile> profiles, const ComparisonOptions& options) {
    measure_regions(comparison, visits, profiles);
    comparison.in_stent = gains_of(comparison, visits, Region::in_stent);
    comparison.in_segment = gains_of(comparison, visits, Region::in_segment);
    comparison.residual_percent_diameter_stenosis =
        comparison.visits[after].region(Region::in_stent).percent_diameter_stenosis;
    comparison.stent_expansion_percent = expansion(comparison, visits, profiles);
    if (visits.size() > follow_up)
        comparison.restenosis =
            find_restenosis(comparison.visits[follow_up], profiles[follow_up], comparison.stents, options);
}

}  // namespace

void ComparisonOptions::validate() const {
    match.validate();
    require_positive("edge_mm", edge_mm);
    require_between("restenosis_percent", restenosis_percent, 0.0, 100.0);
    require_between("extent_percent", extent_percent, 0.0, 100.0);
    require_positive("focal_mm", focal_mm);
    require_positive("max_view_difference_deg", max_view_difference_deg);
    if (balloon && balloon->nominal_mm) require_positive("balloon.nominal_mm", *balloon->nominal_mm);
    for (const StentEnds& ends : stents)
        if (!is_finite(ends.proximal_px) || !is_finite(ends.distal_px))
            throw InvalidInput("stents: their ends must be finite");
}

Comparison compare(std::span<const Visit> visits, const ComparisonOptions& options) {
    options.validate();
    require_visits(visits, options);
    const std::vector<SmoothProfile> profiles(visits.begin(), visits.end());
    Comparison comparison{.edge_mm = options.edge_mm};
    for (std::size_t v = 0; v < visits.size(); ++v)
        comparison.visits.push_back(compared(visits, profiles, v, options));
    const TreatedSegment treated = find_treated_segment(visits, profiles, comparison.visits, options);
    comparison.treated = treated.whole();
    comparison.ends_from = treated.ends_from;
    comparison.stents = treated.stents;
    if (comparison.treated) measure_treated(comparison, visits, profiles, options);
    const Stenosis* lesion = treated.lesion ? &visits[before].vessel.stenoses[*treated.lesion] : nullptr;
    if (lesion != nullptr) comparison.sizing = sizing_of(visits[before], profiles[before], *lesion);
    if (options.balloon)
        comparison.balloon = balloon_result(
            *options.balloon, RegionLumens(comparison, visits, Region::in_stent),
            lesion != nullptr ? std::optional(lesion_reference(visits[before], profiles[before], *lesion))
                              : std::nullopt);
    comparison.warnings = comparison_warnings(visits, profiles, comparison, options);
    return comparison;
}

std::string_view to_string(VisitPhase phase) {
    switch (phase) {
        case VisitPhase::before:
            return "before";
        case VisitPhase::after:
            return "after";
        case VisitPhase::follow_up:
            return "followup";
    }
    return "before";
}

std::string_view to_string(Region region) {
    switch (region) {
        case Region::in_stent:
            return "in_stent";
        case Region::proximal_edge:
            return "proximal_edge";
        case Region::distal_edge:
            return "distal_edge";
        case Region::in_segment:
            return "in_segment";
    }
    return "in_stent";
}

std::string_view to_string(RestenosisPattern pattern) {
    switch (pattern) {
        case RestenosisPattern::none:
            return "none";
        case RestenosisPattern::IA:
            return "IA";
        case RestenosisPattern::IB:
            return "IB";
        case RestenosisPattern::IC:
            return "IC";
        case RestenosisPattern::ID:
            return "ID";
        case RestenosisPattern::II:
            return "II";
        case RestenosisPattern::III:
            return "III";
        case RestenosisPattern::IV:
            return "IV";
    }
    return "none";
}

std::string_view to_string(TreatedEnds ends) {
    switch (ends) {
        case TreatedEnds::user:
            return "user";
        case TreatedEnds::change:
            return "change";
        case TreatedEnds::lesion:
            return "lesion";
    }
    return "user";
}

std::string_view to_string(ComparisonWarningCode code) {
    switch (code) {
        case ComparisonWarningCode::no_match:
            return "no_match";
        case ComparisonWarningCode::match_ambiguous:
            return "match_ambiguous";
        case ComparisonWarningCode::match_uncertain:
            return "match_uncertain";
        case ComparisonWarningCode::segment_not_covered:
            return "segment_not_covered";
        case ComparisonWarningCode::diameters_disagree:
            return "diameters_disagree";
        case ComparisonWarningCode::reference_disagrees:
            return "reference_disagrees";
        case ComparisonWarningCode::view_differs:
            return "view_differs";
        case ComparisonWarningCode::view_unknown:
            return "view_unknown";
        case ComparisonWarningCode::no_calibration:
            return "no_calibration";
        case ComparisonWarningCode::spacing_at_detector:
            return "spacing_at_detector";
        case ComparisonWarningCode::calibration_error_unknown:
            return "calibration_error_unknown";
        case ComparisonWarningCode::treated_segment_unclear:
            return "treated_segment_unclear";
        case ComparisonWarningCode::lumen_not_seen:
            return "lumen_not_seen";
        case ComparisonWarningCode::total_occlusion:
            return "total_occlusion";
        case ComparisonWarningCode::diffuse_disease:
            return "diffuse_disease";
    }
    return "no_match";
}

}  // namespace stenometry
