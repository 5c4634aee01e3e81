#include "analysis/warnings.h"

#include <cmath>
#include <string>
#include <utility>

#include "analysis/uncovered.h"

namespace stenometry {
namespace {

std::string percent(double value) { return std::to_string(std::lround(value)) + " %"; }

std::string place(Point p) {
    return '(' + std::to_string(std::lround(p.x)) + ", " + std::to_string(std::lround(p.y)) + ')';
}

/// What can be done where there is no number.
std::string advice(Unmeasurable reason) {
    switch (reason) {
        case Unmeasurable::no_vessel:
            return "choose a frame with contrast medium in the arteries, or measure between two points";
        case Unmeasurable::point_off_vessel:
            return "set it on the vessel";
        case Unmeasurable::no_path:
            return "set a point in between where the vessel runs";
        case Unmeasurable::vessel_too_short:
        case Unmeasurable::no_healthy_segment:
            return "measure more of it, or give the reference diameter";
        case Unmeasurable::edges_lost:
            return "choose a frame with more contrast or another projection";
        case Unmeasurable::lumen_not_seen:
            return "judge it by eye, or in a frame with more contrast";
        case Unmeasurable::total_occlusion:
            return "look at other frames, it may be a gap in the filling";
        default:
            return "";
    }
}

std::string with_advice(std::string message, Unmeasurable reason) {
    const std::string more = advice(reason);
    return more.empty() ? message : message + "; " + more;
}

/// Collects what is to be said of one analysis.
class Warnings {
  public:
    void add(WarningCode code, const std::string& message) { list_.push_back({code, message}); }

    void add(const Vessel& vessel, WarningCode code, const std::string& message) {
        list_.push_back({code, "vessel " + std::to_string(vessel.id) + ": " + message, vessel.id});
    }

    void add(const Vessel& vessel, const Stenosis& lesion, WarningCode code, const std::string& message) {
        list_.push_back({code,
                         "vessel " + std::to_string(vessel.id) + ", lesion " + std::to_string(lesion.id) +
                             " at " + place(lesion.mld_at_px) + ": " + message,
                         vessel.id, lesion.id});
    }

    std::vector<Warning> take() { return std::move(list_); }

  private:
    std::vector<Warning> list_;
};

void warn_of_spacing(Warnings& warnings, const Calibration& calibration) {
    if (!calibration.known())
        warnings.add(WarningCode::no_calibration,
                     "pixel size unknown: lengths are in pixels only; give it, or calibrate by a catheter");
    else if (calibration.source == SpacingSource::detector_plane)
        warnings.add(
            WarningCode::spacing_at_detector,
            "pixel size known at the detector only: lengths in mm are 20 to 60 % too large; give the "
            "size at the vessel, or calibrate by a catheter");
}

void warn_of_polarity(Warnings& warnings, Polarity polarity) {
    if (polarity == Polarity::inverted_as_found)
        warnings.add(WarningCode::inverted,
                     "its vessels are bright: its grey values were turned around before anything else");
}

void warn_of_missing_numbers(Warnings& warnings, const Vessel& vessel) {
    const Unmeasurable reason =
        vessel.contour.reason != Unmeasurable::none ? vessel.contour.reason : vessel.reference.reason;
    if (reason != Unmeasurable::none)
        warnings.add(vessel, warning_code(reason), with_advice(std::string(explain(reason)), reason));
}

void warn_of_misfit(Warnings& warnings, const Vessel& vessel, DiameterMethod asked) {
    if (vessel.diameter.method != asked && !vessel.diameter.diameter_px.empty())
        warnings.add(
            vessel, WarningCode::model_misfit,
            "it does not look like a round lumen filled with contrast medium: diameters are from its "
            "visible walls alone, and less exact");
}

void warn_of_diffuse_disease(Warnings& warnings, const Vessel& vessel) {
    if (vessel.reference.diffuse)
        warnings.add(
            vessel, WarningCode::diffuse_disease,
            "little of it is healthy, or its healthy part is irregular: the reference may be a diseased "
            "lumen and stenoses severer than stated; compare with a reference diameter of your own");
}

void warn_of_bifurcations(Warnings& warnings, const Vessel& vessel, double most_percent) {
    for (const Bifurcation& at : vessel.bifurcations) {
        if (!at.deviation_percent || !(std::abs(*at.deviation_percent) > most_percent)) continue;
        warnings.add(vessel, WarningCode::bifurcation_contradicts_law,
                     "before the bifurcation at " + place(at.at_px) + " it is " +
                         percent(std::abs(*at.deviation_percent)) +
                         (*at.deviation_percent > 0.0 ? " wider" : " narrower") +
                         " than the two branches let expect: one of the three may be diseased, ectatic or "
                         "overlapped; check the diameters there");
    }
}

/// Whether the lumen is narrow from its first point on, and no lesion says so.
bool begins_narrow(const Vessel& vessel, const StenosisOptions& options) {
    if (vessel.reference.diameter_px.empty()) return false;
    for (const Stenosis& stenosis : vessel.stenoses)
        if (stenosis.ostial) return false;
    const double part = vessel.diameter.diameter_px.front() / vessel.reference.diameter_px.front();
    return 100.0 * (1.0 - part) >= options.min_percent_diameter;
}

/// Where the width of the lumen and its darkness contradict each other.
void warn_of_depth(Warnings& warnings, const Vessel& vessel, const Stenosis& lesion) {
    const DiameterProfile& profile = vessel.diameter;
    if (profile.depth_ratio.empty() || lesion.reason != Unmeasurable::none) return;
    const double ratio = profile.depth_ratio[lesion.mld_index], away = std::abs(std::log(ratio)),
                 sd = profile.depth_ratio_sd[lesion.mld_index];
    constexpr double significant = 2.5, relevant = 0.15;  // standard errors, and part of the depth
    if (!(away > significant * sd) || !(away > relevant)) return;
    warnings.add(vessel, lesion, WarningCode::lumen_not_round,
                 ratio > 1.0
                     ? "it is darker than a round lumen of its width: another vessel crosses or leaves "
                       "there, or the lumen is not round; the diameter may be off, look at another "
                       "projection"
                     : "it is fainter than a round lumen of its width: the lumen is flat or the contrast "
                       "medium diluted; the diameter may be off, look at another projection");
}

void warn_of_lesion(Warnings& warnings, const Vessel& vessel, const Stenosis& lesion) {
    if (lesion.reason != Unmeasurable::none)
        warnings.add(vessel, lesion, warning_code(lesion.reason),
                     with_advice(std::string(explain(lesion.reason)), lesion.reason));
    warn_of_depth(warnings, vessel, lesion);
    if (lesion.geometry.overlap == true)
        warnings.add(vessel, lesion, WarningCode::overlap,
                     "another vessel lies over it, and its walls may be those of the other; look at another "
                     "projection");
}

void warn_of_vessel(Warnings& warnings, const Vessel& vessel, const AnalysisOptions& options) {
    warn_of_missing_numbers(warnings, vessel);
    warn_of_misfit(warnings, vessel, options.diameter.method);
    warn_of_diffuse_disease(warnings, vessel);
    warn_of_bifurcations(warnings, vessel, options.bifurcation.max_deviation_percent);
    for (const Stenosis& lesion : lesions(vessel)) warn_of_lesion(warnings, vessel, lesion);
}

/// What looks like a vessel and was not measured, so that nobody takes it for healthy.
void warn_of_uncovered(Warnings& warnings, const Analysis& analysis, const VesselTreeOptions& options) {
    if (analysis.vessels.empty() || analysis.mask.blank()) return;
    const Uncovered uncovered =
        find_uncovered(analysis.mask, analysis.vessels, options.min_vessel.in_px(analysis.mask.calibration));
    for (const Uncovered::Piece& piece : uncovered.pieces)
        warnings.add(
            WarningCode::not_measured,
            "around " + place(piece.at_px) + " a piece of about " +
                std::to_string(std::lround(piece.length_px)) +
                " px looks like a vessel and was not measured: it is short, at the border of the field, or "
                "has background on one side only; measure it between two points if it is one");
    constexpr double worth_telling = 0.05;
    if (uncovered.rest > worth_telling)
        warnings.add(WarningCode::not_measured,
                     percent(100.0 * uncovered.rest) +
                         " of what looks like a vessel lies in pieces too short to be measured");
}

/// Why there is no vessel; of several points that were given, which one it is.
std::string failure(const Analysis& analysis, std::span<const Point> given) {
    const std::string general(explain(analysis.reason));
    if (!analysis.unreached || *analysis.unreached >= given.size()) return general;
    const std::string point = place(given[*analysis.unreached]);
    if (analysis.reason == Unmeasurable::no_path)
        return "no vessel leads from the point " + place(given[*analysis.unreached - 1]) + " to the point " +
               point;
    return "the given point " + point + " lies on no vessel" +
           (analysis.nearest_vessel_px ? ", the nearest is at " + place(*analysis.nearest_vessel_px) : "");
}

}  // namespace

std::vector<Warning> warnings_of(const Analysis& analysis, Polarity polarity, const AnalysisOptions& options,
                                 std::span<const Point> given) {
    Warnings warnings;
    warn_of_spacing(warnings, analysis.calibration);
    warn_of_polarity(warnings, polarity);
    for (const Vessel& vessel : analysis.vessels) warn_of_vessel(warnings, vessel, options);
    warn_of_uncovered(warnings, analysis, options.tree);
    if (analysis.reason != Unmeasurable::none)
        warnings.add(warning_code(analysis.reason), with_advice(failure(analysis, given), analysis.reason));
    const bool between_points = !given.empty();  // elsewhere vessels begin where they are seen from
    if (between_points && !analysis.vessels.empty() &&
        begins_narrow(analysis.vessels.front(), options.stenosis))
        warnings.add(
            analysis.vessels.front(), WarningCode::narrow_origin,
            "it is narrow from the first point on: if the vessel begins there, measure it as ostial; "
            "else begin farther proximal");
    return warnings.take();
}

}  // namespace stenometry
