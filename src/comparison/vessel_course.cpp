#include "comparison/vessel_course.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "lumen/measured_profile.h"

namespace stenometry {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Bends are told over this length to either side: shorter ones are noise of the centerline, longer ones are
/// few along a vessel.
constexpr double arm_mm = 4.0;

double angle_between_deg(Point before, Point behind) {
    return std::atan2(cross(before, behind), dot(before, behind)) * 180.0 / std::numbers::pi;
}

/// A place of the centerline by its arc length in mm.
Point place_at(const Polyline& line, const std::vector<double>& arc, double at) {
    const auto behind = std::ranges::upper_bound(arc, at);
    if (behind == arc.begin() || behind == arc.end())
        return behind == arc.end() && !arc.empty() && at <= arc.back() ? line.back() : no_point;
    const auto k = static_cast<std::size_t>(behind - arc.begin());
    return lerp(line[k - 1], line[k], (at - arc[k - 1]) / (arc[k] - arc[k - 1]));
}

double turning_at(const Polyline& line, const std::vector<double>& arc, double at) {
    const Point before = place_at(line, arc, at - arm_mm), here = place_at(line, arc, at),
                behind = place_at(line, arc, at + arm_mm);
    return is_finite(before) && is_finite(behind) ? angle_between_deg(here - before, behind - here) : nan;
}

bool healthy(const Vessel& vessel, std::size_t i) {
    if (!lumen_seen(vessel.diameter, i)) return false;
    if (i >= vessel.reference.diameter_px.size()) return true;
    return vessel.diameter.diameter_px[i] > (1.0 - healthy_within) * vessel.reference.diameter_px[i];
}

/// Logarithms of the healthy diameters in mm, sample by sample.
std::vector<double> healthy_logarithms(const Vessel& vessel, double mm_per_px) {
    std::vector<double> found(vessel.diameter.diameter_px.size(), nan);
    for (std::size_t i = 0; i < found.size(); ++i)
        if (healthy(vessel, i)) found[i] = std::log(vessel.diameter.diameter_px[i] * mm_per_px);
    return found;
}

std::vector<double> relative_errors(const DiameterProfile& profile) {
    constexpr double unknown = 0.05;
    std::vector<double> found(profile.diameter_px.size(), unknown);
    for (std::size_t i = 0; i < std::min(found.size(), profile.sd_px.size()); ++i)
        if (std::isfinite(profile.sd_px[i])) found[i] = profile.sd_px[i] / profile.diameter_px[i];
    return found;
}

std::vector<double> branch_places(const Visit& visit, const std::vector<double>& arc) {
    std::vector<double> places;
    for (const Bifurcation& branch : visit.vessel.bifurcations)
        if (branch.index < arc.size()) places.push_back(arc[branch.index]);
    std::ranges::sort(places);
    return places;
}

}  // namespace

double interpolated(const std::vector<double>& places, const std::vector<double>& values, double place) {
    if (places.empty() || !(place >= places.front() && place <= places.back())) return nan;
    const auto behind = std::ranges::upper_bound(places, place);
    if (behind == places.end()) return values.back();
    const auto k = static_cast<std::size_t>(behind - places.begin());
    const double part = (place - places[k - 1]) / (places[k] - places[k - 1]);
    // What is whole on one side counts on it alone.
    if (part == 0.0) return values[k - 1];
    return values[k - 1] + part * (values[k] - values[k - 1]);
}

std::vector<double> positions_mm(const Visit& visit) {
    std::vector<double> arc = visit.vessel.diameter.position_px;
    for (double& place : arc) place *= matching_mm_per_px(visit);
    return arc;
}

double arc_mm(const Visit& visit, Point at_px) {
    const Polyline& line = visit.vessel.contour.centerline.points_px;
    const CurvePoint nearest = nearest_on(line, at_px);
    const std::vector<double> arc = positions_mm(visit);
    const std::size_t k = nearest.segment;
    if (k + 1 >= arc.size()) return arc.back();
    const double whole = distance(line[k], line[k + 1]);
    return whole > 0.0 ? std::lerp(arc[k], arc[k + 1], distance(line[k], nearest.at) / whole) : arc[k];
}

VesselCourse course_of(const Visit& visit, double step_mm) {
    const Vessel& vessel = visit.vessel;
    const std::vector<double> arc = positions_mm(visit);
    const std::vector<double> logarithms = healthy_logarithms(vessel, matching_mm_per_px(visit)),
                              errors = relative_errors(vessel.diameter);
    VesselCourse course{.step_mm = step_mm, .branches_mm = branch_places(visit, arc)};
    if (arc.empty()) return course;
    course.length_mm = arc.back();
    for (int k = 0; k * step_mm <= course.length_mm; ++k) {
        const double at = k * step_mm;
        course.log_diameter.push_back(interpolated(arc, logarithms, at));
        course.log_diameter_sd.push_back(interpolated(arc, errors, at));
        course.turning_deg.push_back(turning_at(vessel.contour.centerline.points_px, arc, at));
    }
    return course;
}

}  // namespace stenometry
