#include "stenometry/lesion_geometry.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>
#include <string>

#include "core/smoothing.h"
#include "core/statistics.h"
#include "lumen/measured_profile.h"
#include "stenometry/error.h"

namespace stenometry {
namespace {

double squared(double value) { return value * value; }

double circle(double diameter) { return 0.25 * std::numbers::pi * diameter * diameter; }

/// A lesion and what surrounds it, as arrays along the vessel.
struct Lesion {
    const VesselContour& contour;
    const DiameterProfile& profile;
    const ReferenceProfile& reference;
    LesionPlace at;
    double border;  ///< narrowing at the borders as a part of the reference

    std::size_t size() const { return profile.position_px.size(); }
    double position(std::size_t i) const { return profile.position_px[i]; }
    double diameter(std::size_t i) const { return profile.diameter_px[i]; }
    double healthy(std::size_t i) const { return reference.diameter_px[i]; }
    double narrowing(std::size_t i) const { return 1.0 - diameter(i) / healthy(i); }
    double missing_px(std::size_t i) const { return healthy(i) - diameter(i); }
    bool inside(std::size_t i) const { return i >= at.proximal_index && i <= at.distal_index; }
};

/// One of the two ways from the minimum to the end of the vessel.
enum class Way { proximal, distal };

std::optional<std::size_t> next(const Lesion& lesion, std::size_t i, Way way) {
    if (way == Way::proximal) return i > 0 ? std::optional(i - 1) : std::nullopt;
    return i + 1 < lesion.size() ? std::optional(i + 1) : std::nullopt;
}

/// Where between two samples a value passes a level.
double crossing(double from, double to, double value_from, double value_to, double level) {
    return std::lerp(from, to, (value_from - level) / (value_from - value_to));
}

// Borders.

std::optional<double> border_position(const Lesion& lesion, Way way) {
    const std::size_t last = way == Way::proximal ? lesion.at.proximal_index : lesion.at.distal_index;
    const std::optional<std::size_t> beyond = next(lesion, last, way);
    if (!beyond) return {};
    const double in = lesion.narrowing(last), out = lesion.narrowing(*beyond);
    if (!(in > lesion.border && out <= lesion.border)) return {};
    return crossing(lesion.position(last), lesion.position(*beyond), in, out, lesion.border);
}

/// Slope of the narrowing around a place by least squares, per pixel; empty where too little was measured.
std::optional<double> slope_around(const Lesion& lesion, double place, double reach) {
    LineSums sums;
    for (std::size_t i = 0; i < lesion.size(); ++i) {
        const double away = lesion.position(i) - place, narrowing = lesion.narrowing(i);
        if (std::abs(away) <= reach && std::isfinite(narrowing)) sums.add(away, narrowing);
    }
    return sums.determinant() > 0.0 ? std::optional(sums.slope()) : std::nullopt;
}

/// Lengths of healthy vessel beside a lesion that tell what is usual there, in reference diameters: at least
/// enough to tell its direction.
constexpr double most_beside = 4.0, least_beside = 1.0;

/// The samples beside the lesion where the lumen is healthy, as for the reference.
std::vector<std::size_t> healthy_beside(const Lesion& lesion) {
    const double wide = lesion.healthy(lesion.at.mld_index);
    const double begin = lesion.position(lesion.at.proximal_index) - most_beside * wide;
    const double end = lesion.position(lesion.at.distal_index) + most_beside * wide;
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < lesion.size(); ++i)
        if (!lesion.inside(i) && lesion.position(i) >= begin && lesion.position(i) <= end &&
            std::abs(lesion.narrowing(i)) < healthy_within)
            found.push_back(i);
    return found;
}

/// How far the healthy lumen strays from the reference, as a part of it; 0 where there is none.
double healthy_spread(const Lesion& lesion) {
    double sum = 0.0, count = 0.0;
    for (const std::size_t i : healthy_beside(lesion)) sum += squared(lesion.narrowing(i)), count += 1.0;
    return count > 0.0 ? std::sqrt(sum / count) : 0.0;
}

/// Standard error of the narrowing as a part of the reference: of the diameter or, if that is more, of the
/// wall's irregularity, and of the reference.
double narrowing_sd(const Lesion& lesion, std::size_t i) {
    const double ratio = lesion.diameter(i) / lesion.healthy(i);
    return std::hypot(std::max(lesion.profile.sd_px[i] / lesion.healthy(i), healthy_spread(lesion)),
                      ratio * lesion.reference.sd_px[i] / lesion.healthy(i));
}

std::optional<double> border_sd(const Lesion& lesion, std::optional<double> border, Way way) {
    if (!border) return {};
    const std::size_t at = way == Way::proximal ? lesion.at.proximal_index : lesion.at.distal_index;
    // What the averaging along the vessel ties together, and at least a quarter of the lumen's width.
    const double reach = std::max(2.0 * lesion.profile.along_px, 0.25 * lesion.healthy(at));
    const double sign = way == Way::proximal ? 1.0 : -1.0;
    const std::optional<double> slope = slope_around(lesion, *border, reach);
    const double sd = narrowing_sd(lesion, at);
    if (!slope || !(sign * *slope > 0.0) || !std::isfinite(sd)) return {};
    // A step that is averaged along the vessel is 5 % deep 1.64 of its sigmas away, a slow slope is not
    // moved.
    const double moved = 1.64 / std::sqrt(3.0) * lesion.profile.along_px;
    return std::hypot(sd / *slope, moved);
}

// The walls.

std::optional<double> plaque_area(const Lesion& lesion) {
    double area = 0.0;
    for (std::size_t i = lesion.at.proximal_index; i < lesion.at.distal_index; ++i)
        area += 0.5 * (lesion.missing_px(i) + lesion.missing_px(i + 1)) *
                (lesion.position(i + 1) - lesion.position(i));
    return std::isfinite(area) ? std::optional(area) : std::nullopt;
}

/// The lesion with some healthy vessel on both sides.
struct Neighbourhood {
    std::size_t first = 0, last = 0;
};

std::optional<Neighbourhood> neighbourhood(const Lesion& lesion) {
    const double wide = lesion.healthy(lesion.at.mld_index);
    const double begin = lesion.position(lesion.at.proximal_index),
                 end = lesion.position(lesion.at.distal_index);
    const auto& all = lesion.profile.position_px;
    if (begin - all.front() < least_beside * wide || all.back() - end < least_beside * wide) return {};
    const auto first = std::lower_bound(all.begin(), all.end(), begin - most_beside * wide);
    const auto last = std::upper_bound(all.begin(), all.end(), end + most_beside * wide) - 1;
    return Neighbourhood{static_cast<std::size_t>(first - all.begin()),
                         static_cast<std::size_t>(last - all.begin())};
}

/// Midway between the walls from the first to the last sample; the centerline where a wall is missing.
Polyline middles(const VesselContour& contour, Neighbourhood range) {
    Polyline line;
    for (std::size_t i = range.first; i <= range.last; ++i) {
        const Point middle = lerp(contour.left_px[i], contour.right_px[i], 0.5);
        line.push_back(is_finite(middle) ? middle : contour.centerline.points_px[i]);
    }
    return line;
}

/// The middle line as it would be without the lesion: led through it by the spline that bends least.
Polyline bridged(const Polyline& line, const Lesion& lesion, Neighbourhood range) {
    std::vector<double> weights;
    for (std::size_t i = range.first; i <= range.last; ++i) weights.push_back(lesion.inside(i) ? 0.0 : 1.0);
    const double step = length(line) / static_cast<double>(line.size() - 1);
    return smooth_curve(line, weights, stiffness_for(lesion.healthy(lesion.at.mld_index), step));
}

/// A number and its standard error.
struct Estimate {
    double value, sd;
};

/// How far the lumen at the minimum lies to the right of where a healthy one would be. The healthy lumen
/// beside the lesion tells how far it strays to either side without a reason.
std::optional<Estimate> displacement(const Lesion& lesion) {
    const std::optional<Neighbourhood> range = neighbourhood(lesion);
    if (!range || lesion.contour.left_px.size() != lesion.size() ||
        lesion.contour.right_px.size() != lesion.size())
        return {};
    const Polyline line = middles(lesion.contour, *range), healthy = bridged(line, lesion, *range);
    const std::vector<Point> right = normals(healthy);
    const double minimum = lesion.position(lesion.at.mld_index);
    const double reach = 0.25 * lesion.healthy(lesion.at.mld_index);  // quietens the walls' noise
    double sum = 0.0, count = 0.0, squares = 0.0, beside = 0.0;
    for (std::size_t k = 0; k < line.size(); ++k) {
        const double off = dot(line[k] - healthy[k], right[k]);
        if (!lesion.inside(range->first + k))
            squares += off * off, beside += 1.0;
        else if (std::abs(lesion.position(range->first + k) - minimum) <= reach)
            sum += off, count += 1.0;
    }
    // The bridge takes its direction from about one diameter of vessel at either end and carries the error of
    // that to the middle of the lesion.
    const double half_way =
        0.5 * (lesion.position(lesion.at.distal_index) - lesion.position(lesion.at.proximal_index));
    const double lever = half_way / lesion.healthy(lesion.at.mld_index);
    const Estimate found{sum / count, (1.0 + lever) * std::sqrt(squares / beside)};
    return std::isfinite(found.value) && std::isfinite(found.sd) ? std::optional(found) : std::nullopt;
}

void measure_symmetry(const Lesion& lesion, LesionGeometry& geometry) {
    const std::optional<Estimate> to_the_right = displacement(lesion);
    const double half = 0.5 * lesion.missing_px(lesion.at.mld_index);
    if (!to_the_right || !std::isfinite(half)) return;
    geometry.plaque_left_px = half + to_the_right->value;
    geometry.plaque_right_px = half - to_the_right->value;
    geometry.plaque_sd_px = to_the_right->sd;
    const auto [thin, thick] = std::minmax(*geometry.plaque_left_px, *geometry.plaque_right_px);
    // A wall outside the reference contour carries no plaque.
    if (thick > 0.0) geometry.symmetry = std::max(thin, 0.0) / thick;
}

/// Where on the way in from the border the narrowing first grows to a part of what it is at the minimum.
std::optional<double> where_grown(const Lesion& lesion, Way way, double part) {
    const double level = part * lesion.missing_px(lesion.at.mld_index);
    std::size_t outer = way == Way::proximal ? std::max<std::size_t>(1, lesion.at.proximal_index) - 1
                                             : std::min(lesion.at.distal_index + 1, lesion.size() - 1);
    while (outer != lesion.at.mld_index) {
        const std::size_t inner = way == Way::proximal ? outer + 1 : outer - 1;
        const double there = lesion.missing_px(outer), here = lesion.missing_px(inner);
        if (!std::isfinite(there) || !std::isfinite(here)) return {};
        if (there <= level && here > level)
            return crossing(lesion.position(inner), lesion.position(outer), here, there, level);
        outer = inner;
    }
    return {};
}

std::optional<double> wall_angle_deg(const Lesion& lesion, Way way) {
    constexpr double steep_from = 0.8, steep_to = 0.2;
    const std::optional<double> near = where_grown(lesion, way, steep_from),
                                far = where_grown(lesion, way, steep_to);
    if (!near || !far) return {};
    const double approach = (steep_from - steep_to) * lesion.missing_px(lesion.at.mld_index);
    return std::atan2(0.5 * approach, std::abs(*far - *near)) * 180.0 / std::numbers::pi;
}

// Densitometry.

/// Densitometric over circular cross-section of the healthy vessel beside the lesion.
std::optional<double> healthy_proportion(const Lesion& lesion) {
    std::vector<double> proportions;
    for (const std::size_t i : healthy_beside(lesion))
        if (const double proportion = lesion.profile.area_px2[i] / circle(lesion.healthy(i));
            proportion > 0.0)
            proportions.push_back(proportion);
    const double least = least_beside * lesion.healthy(lesion.at.mld_index);
    if (static_cast<double>(proportions.size()) * mean_step_px(lesion.profile) < least) return {};
    return median(std::move(proportions));
}

void measure_areas(const Lesion& lesion, LesionGeometry& geometry) {
    if (lesion.profile.area_px2.size() != lesion.size()) return;
    const std::size_t minimum = lesion.at.mld_index;
    const double area = lesion.profile.area_px2[minimum];
    // Where the lumen comes out brighter than its background, something beside it was taken for background.
    if (!(area > 0.0)) return;
    geometry.minimal_area_densitometric_px2 = area;
    if (const std::optional<double> proportion = healthy_proportion(lesion))
        geometry.percent_area_stenosis_densitometric =
            100.0 * (1.0 - area / (*proportion * circle(lesion.healthy(minimum))));
}

void require_place(const Lesion& lesion) {
    const std::size_t size = lesion.size();
    for (const std::size_t other :
         {lesion.contour.centerline.points_px.size(), lesion.profile.diameter_px.size(),
          lesion.profile.sd_px.size(), lesion.reference.diameter_px.size(), lesion.reference.sd_px.size()})
        if (other != size)
            throw InvalidInput("the profile has " + std::to_string(size) + " positions, but an array has " +
                               std::to_string(other));
    const LesionPlace& at = lesion.at;
    if (!(at.proximal_index <= at.mld_index && at.mld_index <= at.distal_index && at.distal_index < size))
        throw InvalidInput("place must satisfy " + std::to_string(at.proximal_index) +
                           " <= " + std::to_string(at.mld_index) + " <= " + std::to_string(at.distal_index) +
                           " < " + std::to_string(size));
}

// The whole vessel.

std::optional<double> mean(std::span<const double> values) {
    if (values.empty()) return {};
    double sum = 0.0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

}  // namespace

LesionGeometry measure_lesion_geometry(const VesselContour& contour, const DiameterProfile& profile,
                                       const ReferenceProfile& reference, const LesionPlace& place,
                                       double border_percent) {
    const Lesion lesion{contour, profile, reference, place, 0.01 * border_percent};
    require_place(lesion);
    LesionGeometry geometry{.mld_position_px = lesion.position(place.mld_index),
                            .proximal_border_px = border_position(lesion, Way::proximal),
                            .distal_border_px = border_position(lesion, Way::distal),
                            .plaque_area_px2 = plaque_area(lesion),
                            .inflow_angle_deg = wall_angle_deg(lesion, Way::proximal),
                            .outflow_angle_deg = wall_angle_deg(lesion, Way::distal)};
    geometry.proximal_border_sd_px = border_sd(lesion, geometry.proximal_border_px, Way::proximal);
    geometry.distal_border_sd_px = border_sd(lesion, geometry.distal_border_px, Way::distal);
    measure_symmetry(lesion, geometry);
    measure_areas(lesion, geometry);
    return geometry;
}

VesselStatistics vessel_statistics(const DiameterProfile& profile, const Calibration& calibration) {
    VesselStatistics statistics;
    if (profile.position_px.empty()) return statistics;
    const double end = profile.position_px.back();
    const double window = PhysicalLength{.mm = 2.0, .uncalibrated_px = 8.0}.in_px(calibration);
    const std::vector<double> all = measured_diameters(profile);
    statistics = {.length_px = end,
                  .proximal_diameter_px = mean(measured_diameters(profile, 0.0, window)),
                  .distal_diameter_px = mean(measured_diameters(profile, end - window)),
                  .mean_diameter_px = mean(all)};
    if (all.empty()) return statistics;
    double squares = 0.0;
    for (const double diameter : all) squares += squared(diameter - *statistics.mean_diameter_px);
    statistics.diameter_sd_px = std::sqrt(squares / static_cast<double>(all.size()));
    const auto [least, most] = std::minmax_element(all.begin(), all.end());
    statistics.min_diameter_px = *least, statistics.max_diameter_px = *most;
    return statistics;
}

}  // namespace stenometry
