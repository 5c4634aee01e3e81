#include "analysis/lesion_places.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lumen/measured_profile.h"

namespace stenometry {
namespace {

/// Whether the lumen between two arc lengths is narrowed by `percent` somewhere; empty where less than most
/// of it was measured.
std::optional<bool> diseased(const Vessel& vessel, double from_px, double to_px, double percent) {
    const DiameterProfile& profile = vessel.diameter;
    const std::vector<double>& reference = vessel.reference.diameter_px;
    if (reference.size() != profile.diameter_px.size()) return {};
    constexpr double most = 0.8;
    double narrowest = 1.0, seen = 0.0, all = 0.0;
    for (std::size_t i = 0; i < reference.size(); ++i) {
        if (profile.position_px[i] < from_px || profile.position_px[i] > to_px) continue;
        all += 1.0;
        if (!lumen_seen(profile, i)) continue;
        seen += 1.0;
        narrowest = std::min(narrowest, profile.diameter_px[i] / reference[i]);
    }
    for (const Stenosis& stenosis : vessel.stenoses)
        if (stenosis.total_occlusion && profile.position_px[stenosis.proximal_index] <= to_px &&
            profile.position_px[stenosis.distal_index] >= from_px)
            return true;
    if (!(all > 0.0) || seen < most * all) return {};
    return 100.0 * (1.0 - narrowest) >= percent;
}

/// Whether the vessel was measured over half of that way at least.
bool reaches(const Vessel& vessel, double from_px, double to_px) {
    const double begin = std::max(0.0, from_px), end = std::min(to_px, vessel.diameter.position_px.back());
    return end - begin >= 0.5 * (to_px - from_px);
}

std::optional<MedinaClass> medina_of(const Vessel& main, const Vessel& side, const Bifurcation& bifurcation,
                                     double reach_px, double percent) {
    if (main.diameter.position_px.empty() || side.diameter.position_px.empty()) return {};
    const double at = main.diameter.position_px[bifurcation.index];
    if (!reaches(main, at - reach_px, at) || !reaches(main, at, at + reach_px) ||
        !reaches(side, 0.0, reach_px))
        return {};
    const auto proximal = diseased(main, at - reach_px, at, percent),
               distal = diseased(main, at, at + reach_px, percent),
               branch = diseased(side, 0.0, reach_px, percent);
    if (!proximal || !distal || !branch) return {};
    return MedinaClass{*proximal, *distal, *branch};
}

/// The bifurcation of the vessel that is nearest to a lesion, and within its borders or a reference diameter
/// of them.
const Bifurcation* nearest_bifurcation(const Vessel& vessel, std::size_t proximal, std::size_t middle,
                                       std::size_t distal, double reach_px) {
    const std::vector<double>& arc = vessel.diameter.position_px;
    const Bifurcation* nearest = nullptr;
    double least = std::numeric_limits<double>::infinity();
    for (const Bifurcation& bifurcation : vessel.bifurcations) {
        const double at = arc[bifurcation.index], away = std::abs(at - arc[middle]);
        if (at < arc[proximal] - reach_px || at > arc[distal] + reach_px || away >= least) continue;
        nearest = &bifurcation;
        least = away;
    }
    return nearest;
}

/// Whether the frame shows where the vessel begins: in the aorta or in another vessel.
bool origin_seen(const Vessel& vessel) {
    return vessel.parent || vessel.from_ostium_px == 0.0 || vessel.reference.ostial;
}

LesionLocation location_of(const Vessel& vessel, std::size_t proximal, std::size_t middle, std::size_t distal,
                           double reference_px, double ostial_px) {
    LesionLocation location{.third = third_of(vessel.diameter, middle)};
    const std::vector<double>& arc = vessel.diameter.position_px;
    if (vessel.from_ostium_px) location.from_ostium_px = *vessel.from_ostium_px + arc[middle];
    if (origin_seen(vessel)) location.ostial = arc[proximal] <= ostial_px;
    if (const Bifurcation* at = nearest_bifurcation(vessel, proximal, middle, distal, reference_px)) {
        location.side_vessel = at->side_vessel;
        location.medina = at->medina;
    }
    return location;
}

}  // namespace

void find_lesion_places(std::vector<Vessel>& vessels, const Calibration& calibration,
                        const AnalysisOptions& options) {
    const double reach_px = options.bifurcation.medina_reach.in_px(calibration),
                 ostial_px = options.location.ostial_within.in_px(calibration);
    for (Vessel& vessel : vessels) {
        for (Bifurcation& bifurcation : vessel.bifurcations)
            bifurcation.medina = medina_of(vessel, vessels[static_cast<std::size_t>(bifurcation.side_vessel)],
                                           bifurcation, reach_px, options.bifurcation.medina_percent);
        for (Stenosis& s : vessel.stenoses)
            s.location = location_of(vessel, s.proximal_index, s.mld_index, s.distal_index,
                                     s.reference_px.value_or(0.0), ostial_px);
        for (Ectasia& e : vessel.ectasias)
            e.location =
                location_of(vessel, e.proximal_index, e.max_index, e.distal_index, e.reference_px, ostial_px);
    }
}

}  // namespace stenometry
