#include "analysis/vessel_section.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace stenometry {
namespace {

/// Keeps the samples of a section, in its order. Arrays that were not filled stay empty.
template <class Value>
void keep(std::vector<Value>& values, const LineSection& section) {
    const auto [low, high] = std::minmax(section.first, section.last);
    if (values.size() <= high) return;
    values.erase(values.begin() + static_cast<std::ptrdiff_t>(high) + 1, values.end());
    values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(low));
    if (section.first > section.last) std::reverse(values.begin(), values.end());
}

void keep(VesselContour& contour, const LineSection& section) {
    keep(contour.centerline.points_px, section);
    keep(contour.left_px, section);
    keep(contour.right_px, section);
    keep(contour.width_px, section);
    keep(contour.width_sd_px, section);
    keep(contour.contrast, section);
    if (section.first > section.last) std::swap(contour.left_px, contour.right_px);
}

void keep(DiameterProfile& profile, const LineSection& section) {
    const std::size_t origin = section.first;
    const double begin = origin < profile.position_px.size() ? profile.position_px[origin] : 0.0;
    keep(profile.position_px, section);
    for (double& position : profile.position_px) position = std::abs(position - begin);
    keep(profile.diameter_px, section);
    keep(profile.sd_px, section);
    keep(profile.area_px2, section);
    keep(profile.axis_px, section);
    for (std::vector<double>& sample : profile.samples_px) keep(sample, section);
    keep(profile.depth_ratio, section);
    keep(profile.depth_ratio_sd, section);
}

}  // namespace

std::optional<LineSection> section_between(const Polyline& line, std::span<const Point> points_px,
                                           double reach_px) {
    if (line.size() < 2) return {};
    constexpr double beyond_px = 2.0;  // a point that is not beside the line but behind its end
    std::vector<double> places;
    for (const Point p : points_px) {
        const CurvePoint foot = nearest_on(line, p);
        const bool at_end = foot.arc <= 0.0 || (foot.segment + 2 >= line.size() && foot.at == line.back());
        if (foot.distance > (at_end ? beyond_px : reach_px)) return {};
        places.push_back(foot.arc);
    }
    const bool forwards = std::is_sorted(places.begin(), places.end());
    if (!forwards && !std::is_sorted(places.rbegin(), places.rend())) return {};
    const std::vector<double> arc = cumulative_length(line);
    const auto sample_at = [&](double place) {
        const auto next = std::lower_bound(arc.begin(), arc.end(), place) - arc.begin();
        return std::min(static_cast<std::size_t>(next), arc.size() - 1);
    };
    return LineSection{sample_at(places.front()), sample_at(places.back())};
}

Vessel cut_section(const Vessel& vessel, const LineSection& section) {
    Vessel part = vessel;
    keep(part.contour, section);
    keep(part.diameter, section);
    return part;
}

}  // namespace stenometry
