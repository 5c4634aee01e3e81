#include "analysis/catheter_course.h"

#include <algorithm>
#include <vector>

#include "core/distance.h"
#include "core/statistics.h"

namespace stenometry {
namespace {

double distance_to_border(Point p, const Image<std::uint8_t>& image) {
    return std::min({p.x, p.y, image.width() - 1.0 - p.x, image.height() - 1.0 - p.y});
}

/// Median over the course, of the distance between the edges of the mask.
std::optional<double> diameter_along(const Polyline& line, const Image<std::uint8_t>& mask) {
    const Image<float> inside = distance_to_background(mask);
    std::vector<double> diameters;
    for (const Point& p : line) {
        const int x = static_cast<int>(std::lround(p.x)), y = static_cast<int>(std::lround(p.y));
        // The edge lies half a pixel before the first pixel outside.
        if (inside.contains(x, y) && inside(x, y) > 0.0F)
            diameters.push_back(2.0 * double{inside(x, y)} - 1.0);
    }
    if (diameters.empty()) return {};
    return median(std::move(diameters));
}

}  // namespace

std::optional<Catheter> catheter_course(const VesselMask& mask, const Vesselness& vesselness,
                                        const VesselTreeOptions& options) {
    VesselMask catheter = mask;
    catheter.mask = mask.catheter;
    catheter.keep_catheter = true;
    if (catheter.blank()) return {};
    const VesselTree tree = build_vessel_tree(catheter, vesselness, options);
    const std::vector<TracedVessel> pieces = trace_vessels(tree, vesselness, options);
    if (pieces.empty()) return {};
    const auto longest = std::ranges::max_element(
        pieces, {}, [](const TracedVessel& piece) { return length(piece.centerline.points_px); });
    Catheter found{.centerline_px = longest->centerline.points_px};
    Polyline& line = found.centerline_px;
    if (distance_to_border(line.front(), mask.catheter) > distance_to_border(line.back(), mask.catheter))
        std::ranges::reverse(line);
    found.diameter_px = diameter_along(line, mask.catheter);
    return found;
}

}  // namespace stenometry
