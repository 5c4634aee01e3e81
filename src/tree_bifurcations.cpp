#include "tree_bifurcations.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "physical.h"
#include "statistics.h"

namespace stenometry {
namespace {

const Polyline& line_of(const Vessel& vessel) { return vessel.contour.centerline.points_px; }

/// Median of the diameters between two arc lengths.
std::optional<double> diameter_between(const DiameterProfile& profile, double from_px, double to_px) {
    std::vector<double> diameters;
    for (std::size_t i = 0; i < profile.diameter_px.size(); ++i)
        if (profile.position_px[i] >= from_px && profile.position_px[i] <= to_px &&
            std::isfinite(profile.diameter_px[i]))
            diameters.push_back(profile.diameter_px[i]);
    constexpr std::size_t fewest = 5;
    if (diameters.size() < fewest) return {};
    return median(std::move(diameters));
}

std::optional<double> usual_diameter(const DiameterProfile& profile) {
    return diameter_between(profile, 0.0, std::numeric_limits<double>::infinity());
}

/// Where a vessel leaves its mother.
struct Origin {
    std::size_t mother = 0;
    CurvePoint at;
    double distance = std::numeric_limits<double>::infinity();  ///< from the node to the vessel's first point
};

/// Whether a vessel runs through a node, and the vessel that begins at `start` may leave it there: it begins
/// where it comes out of the lumen, which an oblique one does late.
bool leaves_at(const CurvePoint& node, double mother_px, double length_px, double start_distance_px) {
    const bool through = node.distance < mother_px && node.arc > 0.0 && node.arc < length_px;
    constexpr double latest = 2.0;
    return through && start_distance_px < latest * mother_px;
}

std::optional<Origin> origin_of(const Vessel& vessel, const VesselTree& tree,
                                const std::vector<Vessel>& vessels) {
    Origin best;
    for (const VesselTree::Node& node : tree.nodes) {
        const double away = distance(node.at_px, line_of(vessel).front());
        if (node.branches.size() < 3 || away >= best.distance) continue;
        for (const Vessel& mother : vessels) {
            const std::optional<double> wide = usual_diameter(mother.diameter);
            if (mother.id == vessel.id || !wide) continue;
            const CurvePoint near = nearest_on(line_of(mother), node.at_px);
            if (leaves_at(near, *wide, length(line_of(mother)), away))
                best = {static_cast<std::size_t>(mother.id), near, away};
        }
    }
    return std::isfinite(best.distance) ? std::optional(best) : std::nullopt;
}

/// Diameters beyond where the three vessels run into one another.
Bifurcation measured(const Vessel& mother, const Vessel& side, const CurvePoint& at) {
    const double wide = usual_diameter(mother.diameter).value_or(0.0);
    const double thin = usual_diameter(side.diameter).value_or(0.0);
    const double arc = mother.diameter.position_px[at.segment];
    // The side branch begins at the wall of its mother: half a diameter has gone by.
    return {.index = at.segment,
            .at_px = line_of(mother)[at.segment],
            .side_vessel = side.id,
            .proximal_px = diameter_between(mother.diameter, arc - 4.0 * wide, arc - wide),
            .distal_px = diameter_between(mother.diameter, arc + wide, arc + 4.0 * wide),
            .side_px = diameter_between(side.diameter, 0.5 * thin, 3.5 * thin)};
}

Bifurcation compared(Bifurcation bifurcation, BranchingLaw law) {
    if (!bifurcation.distal_px || !bifurcation.side_px) return bifurcation;
    bifurcation.law_px = mother_diameter(*bifurcation.distal_px, *bifurcation.side_px, law);
    if (bifurcation.law_px && bifurcation.proximal_px)
        bifurcation.deviation_percent = 100.0 * (*bifurcation.proximal_px / *bifurcation.law_px - 1.0);
    return bifurcation;
}

}  // namespace

void find_bifurcations(const VesselTree& tree, std::vector<Vessel>& vessels, BranchingLaw law) {
    for (const Vessel& side : vessels) {
        const std::optional<Origin> origin = origin_of(side, tree, vessels);
        if (!origin) continue;
        Vessel& mother = vessels[origin->mother];
        mother.bifurcations.push_back(compared(measured(mother, side, origin->at), law));
    }
    for (Vessel& vessel : vessels)
        std::stable_sort(vessel.bifurcations.begin(), vessel.bifurcations.end(),
                         [](const Bifurcation& a, const Bifurcation& b) { return a.index < b.index; });
}

std::vector<SideBranch> side_branches(const Vessel& vessel, const Calibration& calibration) {
    std::vector<SideBranch> branches;
    for (const Bifurcation& bifurcation : vessel.bifurcations)
        if (bifurcation.side_px)
            branches.push_back({physical(vessel.diameter.position_px[bifurcation.index], calibration),
                                physical(*bifurcation.side_px, calibration)});
    return branches;
}

}  // namespace stenometry
