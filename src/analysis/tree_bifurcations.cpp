#include "analysis/tree_bifurcations.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/statistics.h"
#include "lumen/measured_profile.h"

namespace stenometry {
namespace {

const Polyline& line_of(const Vessel& vessel) { return vessel.contour.centerline.points_px; }

/// Median of the diameters between two arc lengths.
std::optional<double> diameter_between(const DiameterProfile& profile, double from_px, double to_px) {
    std::vector<double> diameters = measured_diameters(profile, from_px, to_px);
    constexpr std::size_t fewest = 5;
    if (diameters.size() < fewest) return {};
    return median(std::move(diameters));
}

/// How long and, as a rule, how wide a vessel is.
struct Extent {
    explicit Extent(const Vessel& vessel)
        : length_px(length(line_of(vessel))),
          width_px(diameter_between(vessel.diameter, 0.0, std::numeric_limits<double>::infinity())) {}
    double length_px;
    std::optional<double> width_px;
};

/// Where on its parent a vessel leaves it. Empty where the parent was not measured up to there.
/// \param extents of the vessels
std::optional<CurvePoint> origin_of(const Vessel& vessel, Point origin_px, const std::vector<Vessel>& vessels,
                                    const std::vector<Extent>& extents) {
    if (!vessel.parent) return {};
    const auto parent = static_cast<std::size_t>(*vessel.parent);
    const Extent& extent = extents[parent];
    // A vessel begins where it comes out of the lumen of its parent, which an oblique one does late.
    constexpr double latest = 2.0;
    if (!extent.width_px || distance(origin_px, line_of(vessel).front()) >= latest * *extent.width_px)
        return {};
    const CurvePoint at = nearest_on(line_of(vessels[parent]), origin_px);
    const bool runs_through = at.distance < *extent.width_px && at.arc > 0.0 && at.arc < extent.length_px;
    return runs_through ? std::optional(at) : std::nullopt;
}

/// Diameters beyond where the three vessels run into one another.
/// \param wide, thin what mother and side branch usually measure
Bifurcation measured(const Vessel& mother, const Vessel& side, const CurvePoint& at, double wide,
                     double thin) {
    const double arc = mother.diameter.position_px[at.segment];
    // The side branch begins at the wall of its mother: half a diameter has gone by.
    return {.index = at.segment,
            .at_px = line_of(mother)[at.segment],
            .side_vessel = side.id,
            .proximal_diameter_px = diameter_between(mother.diameter, arc - 4.0 * wide, arc - wide),
            .distal_diameter_px = diameter_between(mother.diameter, arc + wide, arc + 4.0 * wide),
            .side_diameter_px = diameter_between(side.diameter, 0.5 * thin, 3.5 * thin)};
}

Bifurcation compared(Bifurcation bifurcation, BranchingLaw law) {
    if (!bifurcation.distal_diameter_px || !bifurcation.side_diameter_px) return bifurcation;
    bifurcation.law_diameter_px =
        mother_diameter(*bifurcation.distal_diameter_px, *bifurcation.side_diameter_px, law);
    if (bifurcation.law_diameter_px && bifurcation.proximal_diameter_px)
        bifurcation.deviation_percent =
            100.0 * (*bifurcation.proximal_diameter_px / *bifurcation.law_diameter_px - 1.0);
    return bifurcation;
}

}  // namespace

void find_bifurcations(std::vector<Vessel>& vessels, std::span<const Point> origins_px, BranchingLaw law) {
    const std::vector<Extent> extents(vessels.begin(), vessels.end());
    for (std::size_t s = 0; s < vessels.size(); ++s) {
        const std::optional<CurvePoint> at = origin_of(vessels[s], origins_px[s], vessels, extents);
        if (!at) continue;
        const auto parent = static_cast<std::size_t>(*vessels[s].parent);
        const double wide = *extents[parent].width_px, thin = extents[s].width_px.value_or(0.0);
        vessels[parent].bifurcations.push_back(
            compared(measured(vessels[parent], vessels[s], *at, wide, thin), law));
    }
    for (Vessel& vessel : vessels)
        std::stable_sort(vessel.bifurcations.begin(), vessel.bifurcations.end(),
                         [](const Bifurcation& a, const Bifurcation& b) { return a.index < b.index; });
}

void find_bifurcation_lesions(std::vector<Vessel>& vessels) {
    for (Vessel& vessel : vessels)
        for (Stenosis& narrowing : vessel.stenoses) {
            const std::vector<double>& arc = vessel.diameter.position_px;
            const double reach = narrowing.reference_px.value_or(0.0), middle = arc[narrowing.mld_index];
            double nearest = std::numeric_limits<double>::infinity();
            for (const Bifurcation& bifurcation : vessel.bifurcations) {
                const double at = arc[bifurcation.index], away = std::abs(at - middle);
                if (at < arc[narrowing.proximal_index] - reach || at > arc[narrowing.distal_index] + reach ||
                    away >= nearest)
                    continue;
                nearest = away;
                narrowing.side_vessel = bifurcation.side_vessel;
            }
        }
}

std::vector<SideBranch> side_branches(const Vessel& vessel, const Calibration& calibration) {
    std::vector<SideBranch> branches;
    for (const Bifurcation& bifurcation : vessel.bifurcations)
        if (bifurcation.side_diameter_px)
            branches.push_back(
                {PhysicalLength::of_px(vessel.diameter.position_px[bifurcation.index], calibration),
                 PhysicalLength::of_px(*bifurcation.side_diameter_px, calibration)});
    return branches;
}

}  // namespace stenometry
