#include "analysis/tree_place.h"

#include <algorithm>

namespace stenometry {
namespace {

/// Parents are looked up at most so often: who is whose branch can be a ring where vessels cross.
constexpr int highest_order = 8;

std::optional<int> order_of(const Vessel& vessel, const std::vector<Vessel>& vessels) {
    int order = 0;
    for (const Vessel* v = &vessel; v->parent; v = &vessels[static_cast<std::size_t>(*v->parent)])
        if (++order > highest_order) return {};
    return order;
}

/// A catheter lies in the ostium, or just in front of it.
bool begins_at(const Vessel& vessel, Point tip_px) {
    constexpr double near_diameters = 3.0;
    if (!vessel.statistics.proximal_diameter_px) return false;
    return distance(vessel.contour.centerline.points_px.front(), tip_px) <
           near_diameters * *vessel.statistics.proximal_diameter_px;
}

/// Arc length along the parent up to where the vessel leaves it.
std::optional<double> leaves_at(const Vessel& vessel, const Vessel& parent) {
    for (const Bifurcation& bifurcation : parent.bifurcations)
        if (bifurcation.side_vessel == vessel.id) return parent.diameter.position_px[bifurcation.index];
    return {};
}

std::optional<double> from_ostium(const Vessel& vessel, const std::vector<Vessel>& vessels, Point tip_px,
                                  int generations = highest_order) {
    if (!vessel.parent) return begins_at(vessel, tip_px) ? std::optional(0.0) : std::nullopt;
    if (generations == 0) return {};
    const Vessel& parent = vessels[static_cast<std::size_t>(*vessel.parent)];
    const std::optional<double> before = from_ostium(parent, vessels, tip_px, generations - 1);
    const std::optional<double> along = leaves_at(vessel, parent);
    return before && along ? std::optional(*before + *along) : std::nullopt;
}

}  // namespace

void find_places_in_tree(std::vector<Vessel>& vessels, std::optional<Point> tip_px) {
    for (Vessel& vessel : vessels) {
        vessel.order = order_of(vessel, vessels);
        if (tip_px) vessel.from_ostium_px = from_ostium(vessel, vessels, *tip_px);
    }
}

}  // namespace stenometry
