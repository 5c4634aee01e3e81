#include "comparison/region_measurement.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "comparison/vessel_course.h"
#include "core/statistics.h"
#include "lumen/measured_profile.h"

namespace stenometry {
namespace {

/// Over which noise is averaged, by a parabola that keeps the depth of a throat.
constexpr double smoothing_mm = 1.0;

std::vector<double> scaled(const std::vector<double>& values, double factor) {
    std::vector<double> found = values;
    for (double& value : found) value *= factor;
    return found;
}

std::vector<double> seen_diameters(const DiameterProfile& profile) {
    std::vector<double> seen = profile.diameter_px;
    for (std::size_t i = 0; i < seen.size(); ++i)
        if (!lumen_seen(profile, i)) seen[i] = std::numeric_limits<double>::quiet_NaN();
    return seen;
}

/// The smooth profile ends where the measured one does.
std::vector<double> smoothed(const std::vector<double>& values, double sigma_samples) {
    std::vector<double> smooth = local_fit(values, sigma_samples, 2);
    for (std::size_t i = 0; i < smooth.size(); ++i)
        if (std::isnan(values[i])) smooth[i] = values[i];
    return smooth;
}

double step_mm(const std::vector<double>& arc) {
    return arc.size() > 1 ? arc.back() / static_cast<double>(arc.size() - 1) : 1.0;
}

bool within(double place, double from, double to) { return place >= from && place <= to; }

double finite_or_zero(double value) { return std::isfinite(value) ? value : 0.0; }

/// A narrowing is measured better than a stretch of profile: its throat was fitted.
LeastLumen of_narrowing(const Stenosis& narrowing, double mm_per_px) {
    return {.index = narrowing.mld_index,
            .mm = *narrowing.mld_px * mm_per_px,
            .sd_mm = narrowing.mld_sd_px.value_or(0.0) * mm_per_px,
            .reference_mm = narrowing.reference_px.value_or(0.0) * mm_per_px,
            .reference_sd_mm = narrowing.reference_sd_px.value_or(0.0) * mm_per_px,
            .percent_diameter_stenosis = Estimate::of_narrowing(*narrowing.percent_diameter_stenosis,
                                                                narrowing.percent_diameter_stenosis_sd)};
}

LeastLumen of_sample(const SmoothProfile& profile, std::size_t i) {
    const double mm = profile.diameter_mm[i], sd = finite_or_zero(profile.sd_mm[i]),
                 reference = profile.reference_mm[i],
                 reference_sd = finite_or_zero(profile.reference_sd_mm[i]);
    return {.index = i,
            .mm = mm,
            .sd_mm = sd,
            .reference_mm = reference,
            .reference_sd_mm = reference_sd,
            .percent_diameter_stenosis =
                Estimate::of_narrowing(100.0 * (1.0 - mm / reference),
                                       100.0 * std::hypot(sd, mm / reference * reference_sd) / reference)};
}

std::optional<std::size_t> narrowest_sample(const SmoothProfile& profile, double from, double to) {
    std::optional<std::size_t> least;
    for (std::size_t i = 0; i < profile.arc_mm.size(); ++i) {
        if (!within(profile.arc_mm[i], from, to) || std::isnan(profile.diameter_mm[i])) continue;
        if (!least || profile.diameter_mm[i] < profile.diameter_mm[*least]) least = i;
    }
    return least;
}

/// The narrowings whose minimum lies in the stretch, as far as they say something of the least lumen.
void add_narrowings(LeastLumenSearch& search, const Visit& visit, const SmoothProfile& profile, double from,
                    double to) {
    for (const Stenosis& narrowing : visit.vessel.stenoses) {
        if (!within(profile.arc_mm[narrowing.mld_index], from, to)) continue;
        if (narrowing.total_occlusion) search.total_occlusion = true;
        if (narrowing.reason != Unmeasurable::none) search.reason = narrowing.reason;
        if (!narrowing.mld_px || !narrowing.percent_diameter_stenosis) continue;
        const LeastLumen here = of_narrowing(narrowing, matching_mm_per_px(visit));
        // Within its error it is the same lumen, and better known.
        if (!search.found || here.mm < search.found->mm + here.sd_mm) search.found = here;
    }
}

/// The part of the stretch that the visit shows, along its own vessel.
AxisStretch shown_part(const VesselMatch& match, AxisStretch stretch) {
    AxisStretch own{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
    constexpr double step = 0.25;
    const int count = static_cast<int>(std::ceil((stretch.to_mm - stretch.from_mm) / step));
    for (int k = 0; k <= count; ++k) {
        const auto at = match.to_second(std::min(stretch.from_mm + k * step, stretch.to_mm));
        if (at) own.from_mm = std::min(own.from_mm, *at), own.to_mm = std::max(own.to_mm, *at);
    }
    return own;
}

Point point_at(const Visit& visit, const std::vector<double>& arc, double at) {
    const Polyline& line = visit.vessel.contour.centerline.points_px;
    std::vector<double> x, y;
    for (const Point& p : line) x.push_back(p.x), y.push_back(p.y);
    return {interpolated(arc, x, at), interpolated(arc, y, at)};
}

void take_least(RegionMeasurement& region, const Visit& visit, const SmoothProfile& profile,
                const VesselMatch& match, const LeastLumen& least) {
    region.mld_own_mm = least.mm, region.mld_own_sd_mm = least.sd_mm;
    region.mld_mm = in_mm(visit, least.mm, least.sd_mm);
    region.reference_mm = in_mm(visit, least.reference_mm, least.reference_sd_mm);
    region.percent_diameter_stenosis = least.percent_diameter_stenosis;
    region.mld_at_px = visit.vessel.contour.centerline.points_px[least.index];
    region.mld_position_mm = match.to_first(profile.arc_mm[least.index]);
    if (region.mld_position_mm) region.mld_position_sd_mm = match.sd_at(*region.mld_position_mm);
}

}  // namespace

SmoothProfile::SmoothProfile(const Visit& visit) : arc_mm(positions_mm(visit)) {
    const double mm = matching_mm_per_px(visit);
    const Vessel& vessel = visit.vessel;
    diameter_mm = smoothed(scaled(seen_diameters(vessel.diameter), mm), smoothing_mm / step_mm(arc_mm));
    sd_mm = scaled(vessel.diameter.sd_px, mm);
    reference_mm = scaled(vessel.reference.diameter_px, mm);
    reference_sd_mm = scaled(vessel.reference.sd_px, mm);
    for (auto* values : {&sd_mm, &reference_mm, &reference_sd_mm})
        values->resize(arc_mm.size(), std::numeric_limits<double>::quiet_NaN());
}

double SmoothProfile::reference_at(double arc) const { return interpolated(arc_mm, reference_mm, arc); }

std::optional<Estimate> in_mm(const Visit& visit, double mm, double own_sd_mm) {
    if (!visit.calibration.known() || !std::isfinite(mm)) return {};
    return Estimate::of_length(mm, std::hypot(own_sd_mm, mm * visit.calibration.relative_sd.value_or(0.0)));
}

LeastLumenSearch least_lumen(const Visit& visit, const SmoothProfile& profile, double from_mm, double to_mm) {
    LeastLumenSearch search;
    if (const auto least = narrowest_sample(profile, from_mm, to_mm))
        search.found = of_sample(profile, *least);
    else
        search.reason = Unmeasurable::edges_lost;
    add_narrowings(search, visit, profile, from_mm, to_mm);
    // Where a lumen is closed or not seen, the least of the others is not the least.
    if (search.reason != Unmeasurable::none) search.found.reset();
    return search;
}

std::optional<Estimate> mean_diameter(const SmoothProfile& profile, double from_mm, double to_mm) {
    double sum = 0.0, errors = 0.0;
    int count = 0;
    for (std::size_t i = 0; i < profile.arc_mm.size(); ++i) {
        if (!within(profile.arc_mm[i], from_mm, to_mm) || std::isnan(profile.diameter_mm[i])) continue;
        sum += profile.diameter_mm[i], errors += finite_or_zero(profile.sd_mm[i]), ++count;
    }
    if (count == 0) return {};
    // How far neighbours share their errors is not known: as if they did wholly.
    return Estimate::of_length(sum / count, errors / count);
}

RegionMeasurement measure_region(const Visit& visit, const SmoothProfile& profile, const VesselMatch& match,
                                 AxisStretch stretch) {
    constexpr double enough = 0.8;
    RegionMeasurement region{.from_mm = stretch.from_mm, .to_mm = stretch.to_mm};
    const AxisStretch own = shown_part(match, stretch);
    if (!(own.to_mm - own.from_mm >= enough * match.scale * (stretch.to_mm - stretch.from_mm))) {
        region.reason = Unmeasurable::vessel_too_short;
        return region;
    }
    region.proximal_at_px = point_at(visit, profile.arc_mm, own.from_mm);
    region.distal_at_px = point_at(visit, profile.arc_mm, own.to_mm);
    if (const auto mean = mean_diameter(profile, own.from_mm, own.to_mm)) {
        region.mean_own_mm = mean->value, region.mean_own_sd_mm = *mean->sd;
        region.mean_diameter_mm = in_mm(visit, mean->value, *mean->sd);
    }
    const LeastLumenSearch search = least_lumen(visit, profile, own.from_mm, own.to_mm);
    region.total_occlusion = search.total_occlusion;
    region.reason = search.reason;
    if (search.found) take_least(region, visit, profile, match, *search.found);
    return region;
}

}  // namespace stenometry
