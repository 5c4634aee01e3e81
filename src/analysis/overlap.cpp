#include "analysis/overlap.h"

#include <algorithm>

namespace stenometry {
namespace {

const Polyline& line_of(const Vessel& vessel) { return vessel.contour.centerline.points_px; }

double healthy_px(const Vessel& vessel, std::size_t i) {
    return i < vessel.reference.diameter_px.size() ? vessel.reference.diameter_px[i] : 0.0;
}

/// The lumen as it is, or as it should be where nothing was measured.
double lumen_px(const Vessel& vessel, std::size_t i) {
    const double measured = i < vessel.diameter.diameter_px.size() ? vessel.diameter.diameter_px[i] : 0.0;
    return measured > 0.0 ? measured : healthy_px(vessel, i);
}

/// Whether one vessel leaves the other, or both leave a third at the same place: near their origin they run
/// into one another, as no vessel does that crosses another.
bool share_origin(const Vessel& branch, const Vessel& other) {
    if (branch.parent == other.id) return true;
    if (!branch.parent || branch.parent != other.parent) return false;
    return distance(line_of(branch).front(), line_of(other).front()) <=
           lumen_px(branch, 0) + lumen_px(other, 0);
}

/// The first point at which `branch` no longer runs into `other`: its first one, unless they share an origin.
std::size_t first_apart(const Vessel& branch, const Vessel& other) {
    if (!share_origin(branch, other)) return 0;
    const CurvePoint origin = nearest_on(line_of(other), line_of(branch).front());
    // An oblique branch is out of the lumen of what it leaves two diameters after it leaves it.
    const double wide = lumen_px(other, origin.segment);
    const std::vector<double>& arc = branch.diameter.position_px;
    std::size_t i = 0;
    while (i < arc.size() && arc[i] < 2.0 * wide) ++i;
    return i;
}

bool lies_over(const Vessel& other, const Vessel& vessel, const Stenosis& lesion) {
    if (line_of(other).empty()) return false;
    const std::size_t from = std::max(lesion.proximal_index, first_apart(vessel, other));
    for (std::size_t k = first_apart(other, vessel); k < line_of(other).size(); ++k)
        for (std::size_t i = from; i <= lesion.distal_index; ++i)
            if (distance(line_of(vessel)[i], line_of(other)[k]) <
                0.5 * (healthy_px(vessel, i) + lumen_px(other, k)))
                return true;
    return false;
}

}  // namespace

void find_overlaps(std::vector<Vessel>& vessels) {
    for (Vessel& vessel : vessels)
        for (Stenosis& lesion : vessel.stenoses) {
            lesion.geometry.overlap = false;
            for (const Vessel& other : vessels)
                if (other.id != vessel.id && lies_over(other, vessel, lesion)) lesion.geometry.overlap = true;
        }
}

}  // namespace stenometry
