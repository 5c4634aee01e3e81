#include "stenometry/diameter.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/grey_scale.h"
#include "core/require.h"
#include "core/statistics.h"
#include "lumen/cylinder.h"
#include "lumen/measured_profile.h"
#include "lumen/planar_reformation.h"
#include "lumen/windowed_fit.h"

namespace stenometry {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Reads attenuation off a planar reformation of the vessel. The background under the lumen is the straight
/// line between what stands on either side of it.
class Densitometer {
  public:
    Densitometer(const Frame& frame, const VesselContour& contour, double reach_px)
        : scale_(frame),
          image_(
              smoothed_along(reformat(frame, contour.centerline.points_px,
                                      right_normals(contour.centerline.points_px, reach_px), reach_px, 0.5),
                             2.0)) {}

    /// Attenuation integrated across the lumen of one row, times pixels; of whatever unit the grey scale has.
    /// NaN where that has no meaning. \param half_px half the width of what to integrate, blur included.
    double area(std::size_t row, double half_px) const {
        constexpr double side_px =
            2.5;  // enough samples beside the lumen to quieten the noise, few enough to stay local
        const double left = image_.mean(row, -half_px - side_px, -half_px),
                     right = image_.mean(row, half_px, half_px + side_px);
        const double place = half_px + 0.5 * side_px;
        const int last = image_.nearest_column(half_px);
        double sum = 0.0;
        for (int c = image_.nearest_column(-half_px); c <= last; ++c) {
            const double background = std::lerp(left, right, 0.5 * (image_.offset_px(c) + place) / place),
                         value = static_cast<double>(image_.profiles(c, static_cast<int>(row)));
            sum += scale_.attenuation(background, value) * image_.step_px;
        }
        return sum;
    }

  private:
    GreyScale scale_;
    PlanarReformation image_;
};

/// Attenuation per pixel of the contrast medium, from the area of the wide parts of the vessel; NaN if none
/// is wide.
double contrast_of(const std::vector<double>& areas, const std::vector<double>& diameters, double wide_px) {
    std::vector<double> contrast;
    for (std::size_t i = 0; i < areas.size(); ++i)
        if (diameters[i] > wide_px && areas[i] > 0.0)
            contrast.push_back(areas[i] / (0.25 * std::numbers::pi * diameters[i] * diameters[i]));
    constexpr std::size_t fewest = 10;
    return contrast.size() < fewest ? nan : median(contrast);
}

/// Attenuation integrated across the lumen, in units of the contrast: cross-sections.
std::vector<double> cross_sections(std::vector<double> areas, double contrast) {
    for (double& area : areas) area /= contrast;
    return areas;
}

/// One diameter from two readings and their standard errors; either may be NaN.
struct Reading {
    double value = nan, sd = nan;
    bool known() const { return std::isfinite(value) && std::isfinite(sd) && sd > 0.0; }
};

Reading combined(const Reading& by_edges, const Reading& by_area) {
    if (!by_edges.known()) return by_area;
    if (!by_area.known()) return by_edges;
    // A lumen so wide would take five times as much from the intensity: those edges are not its walls.
    constexpr double contradiction = 2.2;
    if (by_edges.value > contradiction * by_area.value) return by_area;
    const double we = 1.0 / (by_edges.sd * by_edges.sd), wa = 1.0 / (by_area.sd * by_area.sd);
    return {(we * by_edges.value + wa * by_area.value) / (we + wa), 1.0 / std::sqrt(we + wa)};
}

/// Diameter of a round lumen with that integrated attenuation.
Reading diameter_of(double area, double contrast) {
    if (!(area > 0.0)) return {};
    // Neither the background under a lumen nor its roundness is known better than this.
    constexpr double area_uncertainty = 0.15;
    const double diameter = std::sqrt(4.0 * area / (std::numbers::pi * contrast));
    return {diameter, 0.5 * area_uncertainty * diameter};
}

DiameterProfile by_contour(const Frame& frame, const VesselContour& contour, const DiameterOptions& options) {
    const std::size_t size = contour.width_px.size();
    DiameterProfile profile{
        .position_px = contour.centerline.arc_length_px(),
        .diameter_px = std::vector<double>(size, nan),
        .sd_px = std::vector<double>(size, nan),
        .along_px = std::hypot(contour.along_px, options.smoothing.in_px(frame.sized_calibration())),
        .method = DiameterMethod::contour};
    std::vector<double> widths;
    for (const double width : contour.width_px)
        if (std::isfinite(width)) widths.push_back(width);
    if (widths.empty()) return profile;

    const double blur = std::hypot(contour.blur_px, contour.filter_px);
    const double widest = *std::max_element(widths.begin(), widths.end());
    const Densitometer densitometer(frame, contour, 0.5 * widest + 2.5 * contour.blur_px + 3.0);
    constexpr double usual_depth =
        0.3;  // how deep the vessel is changes the correction by less than 1 % of the blur
    const EdgeRule rule{contour.first_derivative_weight, blur};
    const BlurCorrection correction(blur, usual_depth / median(widths), 1.5 * widest, rule);

    std::vector<double> edges(size, nan), areas(size, nan);
    for (std::size_t i = 0; i < size; ++i) {
        edges[i] = correction.diameter_px(contour.width_px[i]);
        const double wide = std::isfinite(edges[i]) ? edges[i] : 2.0 * blur;
        areas[i] = densitometer.area(i, 0.5 * wide + 2.5 * contour.blur_px);
    }
    const double contrast = contrast_of(areas, edges, 3.0 * blur);
    const double rows = options.smoothing.in_px(frame.sized_calibration()) / mean_step_px(profile);
    const std::vector<double> area = local_fit(areas, 1.75 * rows, 1);
    std::vector<double> readings(size, nan);
    for (std::size_t i = 0; i < size; ++i) {
        const double gain = correction.gain(contour.width_px[i]);
        constexpr double useless_gain =
            2.0;  // the blur hides the diameter: only the loss of intensity tells it
        const Reading by_edges{gain < useless_gain ? edges[i] : nan, gain * contour.width_sd_px[i]};
        readings[i] = combined(by_edges, diameter_of(area[i], contrast)).value;
    }
    profile.diameter_px = local_fit(readings, rows, 1);
    profile.area_px2 = cross_sections(area, contrast);
    constexpr double course =
        5.0;  // times the smoothing: slower than the noise of a path, faster than most lesions
    profile.sd_px = noise_of(profile.diameter_px, course * rows);
    return profile;
}

/// The centerline without the wander of the walls, which the fit finds again as an offset: as stiff as it can
/// be without leaving the reach of the fit's search.
Polyline stiffened(const Polyline& line) {
    constexpr double stiffest_px = 15.0, softest_px = 2.0, farthest_px = 2.5;
    for (double stiffness = stiffest_px; stiffness > softest_px; stiffness *= 0.7) {
        const Polyline stiff = smooth(line, stiffness);
        double away = 0.0;
        for (std::size_t i = 0; i < line.size(); ++i) away = std::max(away, distance(line[i], stiff[i]));
        if (away < farthest_px) return stiff;
    }
    return line;
}

/// Positive radii everywhere, from diameters that may be missing; empty if none is known.
std::vector<double> known_radii(const std::vector<double>& diameters) {
    constexpr double least_px = 0.5, averaged_samples = 3.0;
    std::vector<double> radii = local_fit(diameters, averaged_samples, 1);
    const auto known = [&](double d) { return d >= least_px; };
    const auto first = std::find_if(radii.begin(), radii.end(), known);
    if (first == radii.end()) return {};
    double last = *first;
    for (double& d : radii) d = 0.5 * (last = known(d) ? d : last);
    return radii;
}

std::vector<double> doubled(std::vector<double> values) {
    for (double& value : values) value *= 2.0;
    return values;
}

/// What the contour method says, where the fit finds nothing or does not describe the image.
DiameterProfile by_physics(const Frame& frame, const VesselContour& contour, const DiameterOptions& options) {
    DiameterProfile profile = by_contour(frame, contour, options);
    const std::vector<double> start = known_radii(profile.diameter_px);
    if (start.empty()) return profile;
    LumenFit fit = fit_lumen_in_windows(frame, stiffened(contour.centerline.points_px), start,
                                        contour.blur_px, options.window.in_px(frame.sized_calibration()));
    profile.misfit = fit.misfit;
    if (!fit.found || !(fit.misfit <= options.max_misfit)) return profile;

    profile.method = DiameterMethod::physics;
    profile.along_px = 0.0;
    profile.blur_px = fit.blur_px;
    profile.axis_px = std::move(fit.axis_px);
    profile.depth_ratio = std::move(fit.depth_ratio);
    profile.depth_ratio_sd = std::move(fit.depth_ratio_sd);
    profile.diameter_px = doubled(std::move(fit.radius_px));
    for (std::vector<double>& sample : fit.samples_px)
        profile.samples_px.push_back(doubled(std::move(sample)));
    profile.sd_px = spread(profile.samples_px, profile.diameter_px);
    return profile;
}

/// Arc over which walls keep one direction across: a vessel's width, so that they do not cross inside a bend.
double wall_span(const DiameterProfile& profile) {
    return std::max(2.0, median(measured_diameters(profile)));
}

}  // namespace

std::string_view to_string(DiameterMethod method) {
    switch (method) {
        case DiameterMethod::physics:
            return "physics";
        case DiameterMethod::contour:
            return "contour";
    }
    return "contour";
}

void DiameterOptions::validate() const {
    require_not_negative("diameter.smoothing", smoothing);
    require_positive("diameter.window", window);
    require(max_misfit > 1.0, "diameter.max_misfit", max_misfit, "above 1");
}

DiameterProfile measure_diameter(const Frame& frame, const VesselContour& contour,
                                 const DiameterOptions& options) {
    options.validate();
    return options.method == DiameterMethod::contour ? by_contour(frame, contour, options)
                                                     : by_physics(frame, contour, options);
}

VesselContour fit_walls(VesselContour contour, const DiameterProfile& profile) {
    if (!profile.axis_px.empty()) contour.centerline.points_px = profile.axis_px;
    const auto right =
        profile.axis_px.empty() ? std::vector<Point>() : right_normals(profile.axis_px, wall_span(profile));
    for (std::size_t i = 0; i < profile.diameter_px.size(); ++i) {
        if (!std::isfinite(profile.diameter_px[i])) continue;
        const Point across = right.empty() ? contour.right_px[i] - contour.left_px[i] : right[i];
        const double width = norm(across);
        if (!(width > 0.0)) continue;
        const Point middle =
            right.empty() ? lerp(contour.left_px[i], contour.right_px[i], 0.5) : profile.axis_px[i];
        const Point half = (0.5 * profile.diameter_px[i] / width) * across;
        contour.left_px[i] = middle - half;
        contour.right_px[i] = middle + half;
    }
    return contour;
}

}  // namespace stenometry
