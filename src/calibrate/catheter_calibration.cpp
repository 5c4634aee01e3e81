#include "stenometry/catheter_calibration.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <string>
#include <utility>

#include "analysis/square_pixels.h"
#include "calibrate/catheter_model.h"
#include "core/require.h"
#include "core/same_size.h"
#include "core/statistics.h"
#include "lumen/measured_profile.h"
#include "lumen/planar_reformation.h"
#include "segment/asked_evidence.h"
#include "stenometry/error.h"

namespace stenometry {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
/// From the X-ray source to the patient, as in most rooms.
constexpr double source_to_patient_mm = 765.0;

// ---------------------------------------------------------------------------------------------------------------
// Where the catheter is.

/// The middle of an empty catheter has no ridge to follow, but who gives points gives straight pieces.
Centerline straight_line(std::span<const Point> points, const CenterlineOptions& options) {
    return {.points_px = resample(Polyline(points.begin(), points.end()), options.step_px)};
}

Centerline follow(const Frame& frame, std::span<const Point> points, const AnalysisOptions& stages) {
    const Vesselness vesselness = compute_vesselness(enhance(frame, stages.enhance), stages.vesselness);
    return trace_centerline(vesselness, points.front(), points.back(), points.subspan(1, points.size() - 2),
                            stages.centerline);
}

/// The middle of the longest piece that `segment` takes for a catheter.
Centerline found_line(const Frame& frame, const AnalysisOptions& stages) {
    const EnhancedFrame enhanced = enhance(frame, stages.enhance);
    const Vesselness vesselness = compute_vesselness(enhanced, stages.vesselness);
    VesselMask mask = segment_by_asked_evidence(frame, enhanced, vesselness, stages.segment);
    std::swap(mask.mask, mask.catheter);  // the tree of the catheter alone
    mask.catheter = Image<std::uint8_t>(mask.mask.width(), mask.mask.height());
    const VesselTree tree = build_vessel_tree(mask, vesselness, stages.tree, stages.centerline);
    const auto longest =
        std::max_element(tree.branches.begin(), tree.branches.end(),
                         [](const auto& a, const auto& b) { return a.length_px < b.length_px; });
    if (longest == tree.branches.end()) return {.reason = Unmeasurable::no_catheter};
    return {.points_px = resample(longest->points_px, stages.centerline.step_px)};
}

// ---------------------------------------------------------------------------------------------------------------
// How wide it is.

/// A curve with the width along it.
struct Reading {
    VesselContour contour;
    DiameterProfile profile;
    double step_px() const { return mean_step_px(profile); }
};

Reading read(const Frame& frame, const Centerline& line, const AnalysisOptions& stages) {
    Reading reading{.contour = detect_contour(frame, line, stages.contour)};
    if (reading.contour.reason == Unmeasurable::none)
        reading.profile = measure_diameter(frame, reading.contour, stages.diameter);
    return reading;
}

std::vector<double> values_of(const std::vector<double>& values, const std::vector<bool>& used) {
    std::vector<double> chosen;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (used[i]) chosen.push_back(values[i]);
    return chosen;
}

double length_px(const Reading& reading, const std::vector<bool>& used) {
    return reading.step_px() * static_cast<double>(std::count(used.begin(), used.end(), true));
}

double median_width(const DiameterProfile& profile) { return median(measured_diameters(profile)); }

/// Radius of the bend at each point, from the directions one `span` before and behind it.
std::vector<double> bend_radius(const Polyline& line, std::size_t span) {
    std::vector<double> radius(line.size(), nan);
    for (std::size_t i = span; i + span < line.size(); ++i) {
        const Point before = line[i] - line[i - span], behind = line[i + span] - line[i];
        const double angle = std::abs(std::atan2(cross(before, behind), dot(before, behind)));
        radius[i] = 0.5 * (norm(before) + norm(behind)) / std::max(angle, 1e-9);
    }
    return radius;
}

/// Points with a width, away from both ends and from bends.
std::vector<bool> straight_points(const Reading& reading, double width_px, double min_bend_radius) {
    const auto span = static_cast<std::size_t>(std::lround(width_px / reading.step_px()));
    const std::vector<double> radius =
        bend_radius(reading.contour.centerline.points_px, std::max<std::size_t>(1, span));
    std::vector<bool> straight;
    for (std::size_t i = 0; i < radius.size(); ++i)
        straight.push_back(radius[i] > min_bend_radius * width_px &&
                           std::isfinite(reading.profile.diameter_px[i]));
    return straight;
}

/// A value and how far others spread about it.
struct Level {
    double value = nan, sd = nan;
};

/// The middle of the shortest interval that holds half of the values: where most of a catheter lies, though
/// less than half of it, or a vessel beside it, be wider or narrower on one side. Source: the shorth of
/// Andrews et al., Robust Estimates of Location, 1972.
Level level_of(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    if (half == 0) return {};
    std::size_t best = 0;
    for (std::size_t i = 0; i + half < values.size(); ++i)
        if (values[i + half] - values[i] < values[best + half] - values[best]) best = i;
    constexpr double normal_half =
        1.349;  // half of a normal distribution lies within so many standard deviations
    return {0.5 * (values[best] + values[best + half]), (values[best + half] - values[best]) / normal_half};
}

/// Takes away what is shorter than `fewest` points in a row.
void drop_short_runs(std::vector<bool>& used, std::size_t fewest) {
    for (std::size_t begin = 0; begin < used.size();) {
        std::size_t end = begin;
        while (end < used.size() && used[end] == used[begin]) ++end;
        if (used[begin] && end - begin < fewest)
            std::fill(used.begin() + static_cast<std::ptrdiff_t>(begin),
                      used.begin() + static_cast<std::ptrdiff_t>(end), false);
        begin = end;
    }
}

/// The straight points whose width is the catheter's own: a tip, a taper and what runs into it leave the
/// level.
std::vector<bool> points_at_level(const Reading& reading, std::vector<bool> used) {
    const Level level = level_of(values_of(reading.profile.diameter_px, used));
    constexpr double many_sd = 3.0;
    constexpr double rounding = 0.01;  // of the width: a catheter without noise has a level too
    const double tolerance = std::max(many_sd * level.sd, rounding * level.value);
    for (std::size_t i = 0; i < used.size(); ++i)
        used[i] = used[i] && std::abs(reading.profile.diameter_px[i] - level.value) <= tolerance;
    drop_short_runs(used, static_cast<std::size_t>(level.value / reading.step_px()));
    return used;
}

/// The straight line that fits the widths of the points that serve best.
struct Taper {
    double change_px = 0.0;    ///< from its one end to the other
    double residual_px = 0.0;  ///< standard deviation of the widths from it
};

Taper taper_of(const Reading& reading, const std::vector<bool>& used) {
    const std::vector<double> x = values_of(reading.profile.position_px, used);
    const std::vector<double> y = values_of(reading.profile.diameter_px, used);
    const auto n = static_cast<double>(x.size());
    const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n;
    const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
    double xx = 0.0, xy = 0.0, yy = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
        yy += (y[i] - mean_y) * (y[i] - mean_y);
    }
    return {std::abs(xy / xx) * (x.back() - x.front()), std::sqrt(std::max(0.0, yy - xy * xy / xx) / n)};
}

/// How many places the mean is made of that do not share their noise: what was averaged by a Gaussian of
/// standard deviation `along_px` has a correlation length of 2 sqrt(pi) along_px.
double places_of(const Reading& reading, const std::vector<bool>& used) {
    return length_px(reading, used) /
           std::max(reading.step_px(), 2.0 * std::sqrt(std::numbers::pi) * reading.profile.along_px);
}

/// By how much longer the interval is that holds the mean in 95 of 100 cases where the spread is known from a
/// few values only: Student's over the normal quantile. Source: Fisher's expansion in 1 / degrees, Abramowitz
/// and Stegun 26.7.5.
double student_factor(double degrees) {
    constexpr double z2 = 1.96 * 1.96;
    return 1.0 + (z2 + 1.0) / (4.0 * degrees) +
           (5.0 * z2 * z2 + 16.0 * z2 + 3.0) / (96.0 * degrees * degrees);
}

/// Mean and standard error of the width at the points that serve.
Level mean_width(const Reading& reading, const std::vector<bool>& used) {
    const std::vector<double> widths = values_of(reading.profile.diameter_px, used);
    const double places = places_of(reading, used);
    double sum = 0.0, squares = 0.0;
    for (const double width : widths) sum += width;
    const double mean = sum / static_cast<double>(widths.size());
    for (const double width : widths) squares += (width - mean) * (width - mean);
    if (!(places > 2.0)) return {mean, nan};
    const double variance = squares / static_cast<double>(widths.size()) * places / (places - 1.0);
    return {mean, student_factor(places - 1.0) * std::sqrt(variance / places)};
}

// ---------------------------------------------------------------------------------------------------------------
// How wide it would be if it were a vessel.

/// What decides how wide a catheter appears, beside its outer diameter.
struct Appearance {
    CatheterContents contents = CatheterContents::contrast;
    double inner_ratio = 0.0;
    double wall_opacity = 0.0;
    double blur_px = 0.0;
};

constexpr double usual_depth =
    0.3;  // of ln intensity at the axis of a vessel; the ratio hardly depends on it

ModelTube model_of(const Appearance& look, double outer_px) {
    const double medium = usual_depth / outer_px;
    const bool filled = look.contents == CatheterContents::contrast;
    return {.outer_px = outer_px,
            .inner_px = look.inner_ratio * outer_px,
            .wall = filled ? look.wall_opacity * medium : medium,
            .contents = filled ? medium : 0.0};
}

/// The image, the stages that measure on it, and how wide the catheter would be as a vessel.
struct ModelScene {
    const Calibration& calibration;
    const AnalysisOptions& stages;
    double outer_px;

    /// The measured width of a catheter over that of a vessel of the same outer diameter; NaN if there is
    /// none.
    double ratio(const Appearance& look) const {
        const ModelTube vessel{.outer_px = outer_px, .wall = usual_depth / outer_px};
        return measured_diameter_px(model_of(look, outer_px), look.blur_px, calibration, stages) /
               measured_diameter_px(vessel, look.blur_px, calibration, stages);
    }

    /// What the ratio changes by when one field does so by one standard error.
    double effect(Appearance look, double Appearance::*field, double sd, double low, double high) const {
        if (sd == 0.0) return 0.0;
        const double middle = look.*field;
        look.*field = std::min(high, middle + sd);
        const double above = ratio(look);
        look.*field = std::max(low, middle - sd);
        return 0.5 * std::abs(above - ratio(look));
    }
};

/// The ratio and its standard error.
Level apparent_ratio(const Appearance& look, const KnownCatheter& catheter,
                     const CatheterCalibrationOptions& options, const ModelScene& scene) {
    constexpr double thickest = 0.3, thinnest = 0.98;  // walls that a catheter can have
    constexpr double blur_sd = 0.15;  // of the blur: what the noise of one catheter leaves open
    const double inner_sd = catheter.inner_diameter_mm ? 0.0 : options.inner_ratio_sd;
    const double opacity_sd = look.contents == CatheterContents::contrast ? options.wall_opacity_sd : 0.0;
    const std::array effects{
        scene.effect(look, &Appearance::wall_opacity, opacity_sd, 0.0, 1e3),
        scene.effect(look, &Appearance::inner_ratio, inner_sd, thickest, thinnest),
        scene.effect(look, &Appearance::blur_px, blur_sd * look.blur_px, 0.0, 1e3),
    };
    return {scene.ratio(look), std::hypot(effects[0], effects[1], effects[2])};
}

/// Mean grey values across the catheter where it serves, and a diameter beside it.
std::vector<double> mean_across(const Frame& frame, const Reading& reading, const std::vector<bool>& used,
                                double width_px, double step_px) {
    const Polyline& line = reading.contour.centerline.points_px;
    const PlanarReformation image = reformat(frame, line, right_normals(line, width_px), width_px, step_px);
    std::vector<double> sum(static_cast<std::size_t>(image.columns()), 0.0);
    for (int r = 0; r < image.rows(); ++r)
        for (int c = 0; used[static_cast<std::size_t>(r)] && c < image.columns(); ++c)
            sum[static_cast<std::size_t>(c)] += static_cast<double>(image.profiles(c, r));
    return sum;
}

// ---------------------------------------------------------------------------------------------------------------
// From one to the other.

/// The stages as vessels are measured with, but told how wide a catheter can be: what lies further off is not
/// taken for its walls.
AnalysisOptions within_reach(AnalysisOptions stages, const KnownCatheter& catheter) {
    constexpr double reach =
        1.6;  // blur makes the thin wall of an empty catheter appear up to 1.25 times as wide
    // A catheter has a wall and is no round lumen of contrast: only its edges can be compared with a model's.
    stages.diameter.method = DiameterMethod::contour;
    stages.contour.max_diameter.mm =
        std::min(stages.contour.max_diameter.mm, reach * catheter.outer_diameter_mm);
    return stages;
}

class Calibrator {
  public:
    Calibrator(const Frame& frame, const KnownCatheter& catheter, const AnalysisOptions& stages,
               const CatheterCalibrationOptions& options)
        : frame_(frame), catheter_(catheter), stages_(within_reach(stages, catheter)), options_(options) {}

    CatheterCalibration calibrate(const Centerline& line) {
        if (line.reason != Unmeasurable::none) return refused({.catheter = catheter_}, line.reason);
        // Lengths in the options are in mm: a first reading finds the scale in which the second one measures.
        const double rough_px = median_width(read(frame_, line, stages_).profile);
        if (rough_px > 0.0)
            frame_.calibration = frame_.calibration.rescaled(catheter_.outer_diameter_mm / rough_px,
                                                             SpacingSource::catheter, 0.0);
        return calibrate(read(frame_, line, stages_));
    }

  private:
    CatheterCalibration refused(CatheterCalibration result, Unmeasurable reason) const {
        result.calibration = {};
        result.reason = reason;
        return result;
    }

    CatheterCalibration calibrate(const Reading& reading) const {
        CatheterCalibration result{.catheter = catheter_, .contour = reading.contour};
        if (reading.contour.reason == Unmeasurable::vessel_too_short)
            return refused(std::move(result), Unmeasurable::catheter_too_short);
        const double width = median_width(reading.profile);
        if (!(width > 0.0)) return refused(std::move(result), Unmeasurable::edges_lost);

        const std::vector<bool> straight = straight_points(reading, width, options_.min_bend_radius);
        if (length_mm(reading, straight, width) < options_.min_length_mm)
            return refused(std::move(result), Unmeasurable::catheter_too_short);
        result.used = points_at_level(reading, straight);
        result.length_mm = length_mm(reading, result.used, width);
        if (tapers(reading, result.length_mm < options_.min_length_mm ? straight : result.used))
            return refused(std::move(result), Unmeasurable::catheter_tapered);
        if (result.length_mm < options_.min_length_mm)
            return refused(std::move(result), Unmeasurable::catheter_too_noisy);
        return with_size(std::move(result), reading);
    }

    double length_mm(const Reading& reading, const std::vector<bool>& used, double width_px) const {
        return length_px(reading, used) * catheter_.outer_diameter_mm / width_px;
    }

    /// Whether the width changes by more than is allowed, and by more than noise makes it.
    bool tapers(const Reading& reading, const std::vector<bool>& used) const {
        const Taper taper = taper_of(reading, used);
        constexpr double certain = 3.0;  // standard errors of the change, which is 12 times as uncertain in
                                         // variance as the mean of evenly spread points
        const double change_sd = std::sqrt(12.0 / places_of(reading, used)) * taper.residual_px;
        const double width = level_of(values_of(reading.profile.diameter_px, used)).value;
        return taper.change_px > std::max(options_.max_taper * width, certain * change_sd);
    }

    CatheterCalibration with_size(CatheterCalibration result, const Reading& reading) const {
        const Level width = mean_width(reading, result.used);
        result.mean_diameter_px = width.value;
        result.standard_error_px = width.sd;
        if (!(width.sd <= options_.max_standard_error * width.value))
            return refused(std::move(result), Unmeasurable::catheter_too_noisy);
        const Level ratio = ratio_at(reading, result.used, width.value);
        if (!(ratio.value > 0.0)) return refused(std::move(result), Unmeasurable::edges_lost);
        result.apparent_ratio = ratio.value;
        result.apparent_ratio_sd = ratio.sd;
        result.length_mm *= ratio.value;
        const double own_sd =
            std::hypot(width.sd / width.value, ratio.sd / ratio.value, catheter_.relative_sd);
        result.calibration = frame_.calibration.rescaled(
            catheter_.outer_diameter_mm * ratio.value / width.value, SpacingSource::catheter,
            std::hypot(own_sd, options_.depth_sd_mm / source_to_patient_mm));
        return result;
    }

    /// How wide the catheter appears depends on how wide it is, in pixels, but little.
    Level ratio_at(const Reading& reading, const std::vector<bool>& used, double width_px) const {
        constexpr double step_px = 0.25;
        Appearance look{.contents = catheter_.contents,
                        .inner_ratio = catheter_.inner_diameter_mm
                                           ? *catheter_.inner_diameter_mm / catheter_.outer_diameter_mm
                                           : KnownCatheter::usual_inner_ratio,
                        .wall_opacity = options_.wall_opacity};
        look.blur_px = blur_of_tube(model_of(look, width_px),
                                    mean_across(frame_, reading, used, width_px, step_px), step_px, width_px);
        if (!std::isfinite(look.blur_px)) return {};
        double ratio = 1.0;
        for (int k = 0; k < 2; ++k)
            ratio = ModelScene{frame_.calibration, stages_, width_px / ratio}.ratio(look);
        if (!(ratio > 0.0)) return {};
        return apparent_ratio(look, catheter_, options_, {frame_.calibration, stages_, width_px / ratio});
    }

    Frame frame_;
    KnownCatheter catheter_;
    AnalysisOptions stages_;
    CatheterCalibrationOptions options_;
};

/// Finds the catheter and measures it on square pixels; the result is in those of `input`.
template <class FindLine>
CatheterCalibration calibrate(const Frame& input, const KnownCatheter& catheter,
                              const AnalysisOptions& stages, const CatheterCalibrationOptions& options,
                              const FindLine& find_line) {
    const SquarePixels square(input);
    const Frame frame = find_valid_region(square.frame(), stages.valid_region);
    CatheterCalibration result =
        Calibrator(frame, catheter, stages, options).calibrate(find_line(frame, square));
    result.contour = square.restore(std::move(result.contour));
    if (const Calibration& found = result.calibration; found.known())
        result.calibration = input.calibration.rescaled(found.mm_per_px(), found.source, *found.relative_sd);
    return result;
}

void validate(const Frame& frame, const KnownCatheter& catheter, const AnalysisOptions& stages,
              const CatheterCalibrationOptions& options) {
    frame.validate();
    catheter.validate();
    stages.validate();
    options.validate();
}

}  // namespace

std::string_view to_string(CatheterContents contents) {
    switch (contents) {
        case CatheterContents::contrast:
            return "contrast";
        case CatheterContents::empty:
            return "empty";
    }
    return "contrast";
}

KnownCatheter KnownCatheter::of_french(double french) {
    require_positive("the size in French", french);
    constexpr double mm_per_french = 1.0 / 3.0;
    const double quarter_french = 0.25 * mm_per_french;
    const double outer = french * mm_per_french;
    return {.outer_diameter_mm = outer, .relative_sd = quarter_french / std::numbers::sqrt3 / outer};
}

void KnownCatheter::validate() const {
    require_positive("catheter.outer_diameter_mm", outer_diameter_mm);
    require_not_negative("catheter.relative_sd", relative_sd);
    if (!inner_diameter_mm) return;
    require_positive("catheter.inner_diameter_mm", *inner_diameter_mm);
    require(*inner_diameter_mm < outer_diameter_mm, "catheter.inner_diameter_mm", *inner_diameter_mm,
            "below the outer diameter");
}

void CatheterCalibrationOptions::validate() const {
    require_positive("catheter_calibration.min_length_mm", min_length_mm);
    require_positive("catheter_calibration.min_bend_radius", min_bend_radius);
    require_positive("catheter_calibration.max_taper", max_taper);
    require_positive("catheter_calibration.max_standard_error", max_standard_error);
    require_not_negative("catheter_calibration.wall_opacity", wall_opacity);
    require_not_negative("catheter_calibration.wall_opacity_sd", wall_opacity_sd);
    require_not_negative("catheter_calibration.inner_ratio_sd", inner_ratio_sd);
    require_not_negative("catheter_calibration.depth_sd_mm", depth_sd_mm);
}

CatheterCalibration calibrate_by_catheter(const Frame& frame, std::span<const Point> points,
                                          const KnownCatheter& catheter, const AnalysisOptions& stages,
                                          const CatheterCalibrationOptions& options) {
    validate(frame, catheter, stages, options);
    if (points.size() < 2)
        throw InvalidInput("a catheter needs two points or more, but has " + std::to_string(points.size()));
    for (const Point& point : points) require_inside(frame.pixels, point, "a point of the catheter");
    return calibrate(frame, catheter, stages, options, [&](const Frame& image, const SquarePixels& square) {
        std::vector<Point> on_image;
        for (const Point& point : points) on_image.push_back(square.to_square(point));
        return catheter.contents == CatheterContents::empty ? straight_line(on_image, stages.centerline)
                                                            : follow(image, on_image, stages);
    });
}

CatheterCalibration calibrate_by_catheter(const Frame& frame, const KnownCatheter& catheter,
                                          const AnalysisOptions& stages,
                                          const CatheterCalibrationOptions& options) {
    validate(frame, catheter, stages, options);
    return calibrate(frame, catheter, stages, options,
                     [&](const Frame& image, const SquarePixels&) { return found_line(image, stages); });
}

}  // namespace stenometry
