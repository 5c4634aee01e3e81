#include "stenometry/pipeline.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/square_pixels.h"
#include "analysis/uncovered.h"
#include "analysis/vessel_measurement.h"
#include "core/same_size.h"
#include "stenometry/error.h"
#include "stenometry/external_mask.h"

namespace stenometry {
namespace {

void warn(Analysis& analysis, std::string code, std::string message) {
    analysis.warnings.push_back({std::move(code), std::move(message)});
}

// Parts of the whole at which the stages begin, of a frame of 512 x 512 with a few vessels.
constexpr double enhance_at = 0.01, vesselness_at = 0.03, segment_at = 0.08, tree_at = 0.15, vessels_at = 0.2;

void tell(const AnalysisOptions& options, double fraction, std::string_view stage) {
    if (options.progress && !options.progress(fraction, stage)) throw Cancelled();
}

/// \param whose what has no measurement, with a colon; nothing for the frame
void warn(Analysis& analysis, Unmeasurable reason, const std::string& whose = "") {
    warn(analysis, std::string(to_string(reason)), whose + std::string(explain(reason)));
}

void warn_of_spacing(Analysis& analysis) {
    const Calibration& calibration = analysis.calibration;
    if (!calibration.known())
        warn(analysis, "no_calibration", "the size of a pixel is unknown: lengths are in pixels only");
    else if (calibration.source == SpacingSource::detector_plane)
        warn(analysis, "spacing_at_detector",
             "the size of a pixel is known at the detector only: lengths are too large by the magnification");
}

std::string percent(double value) { return std::to_string(std::lround(value)) + " %"; }

std::string place(Point p) {
    return '(' + std::to_string(std::lround(p.x)) + ", " + std::to_string(std::lround(p.y)) + ')';
}

void warn_of_diffuse_disease(Analysis& analysis, const Vessel& vessel, const std::string& name) {
    if (vessel.reference.diffuse)
        warn(analysis, "diffuse_disease",
             name +
                 "little of it is healthy or its healthy part is irregular: the reference may be that of a "
                 "diseased lumen");
}

/// Whether the lumen is narrow from its first point on, and no lesion says so.
bool begins_narrow(const Vessel& vessel, const StenosisOptions& options) {
    if (vessel.reference.diameter_px.empty()) return false;
    for (const Stenosis& stenosis : vessel.stenoses)
        if (stenosis.ostial) return false;
    const double part = vessel.diameter.diameter_px.front() / vessel.reference.diameter_px.front();
    return 100.0 * (1.0 - part) >= options.min_percent_diameter;
}

void warn_of_bifurcations(Analysis& analysis, const Vessel& vessel, const std::string& name,
                          const AnalysisOptions& options) {
    for (const Bifurcation& at : vessel.bifurcations)
        if (at.deviation_percent &&
            std::abs(*at.deviation_percent) > options.bifurcation.max_deviation_percent)
            warn(analysis, "bifurcation_contradicts_law",
                 name + "at the bifurcation " + place(at.at_px) + " the mother vessel is " +
                     percent(std::abs(*at.deviation_percent)) +
                     (*at.deviation_percent > 0.0 ? " wider" : " narrower") +
                     " than its branches let expect");
}

/// Where the width of the lumen and what it takes from the X-rays contradict each other.
void warn_of_depth(Analysis& analysis, const DiameterProfile& profile, const Stenosis& stenosis,
                   const std::string& name) {
    if (profile.depth_ratio.empty() || stenosis.reason != Unmeasurable::none) return;
    const double ratio = profile.depth_ratio[stenosis.mld_index], away = std::abs(std::log(ratio)),
                 sd = profile.depth_ratio_sd[stenosis.mld_index];
    constexpr double significant = 2.5, relevant = 0.15;  // standard errors, and part of the depth
    if (!(away > significant * sd) || !(away > relevant)) return;
    constexpr double worth_telling = 5.0;  // beyond that a number says no more
    warn(analysis, "lumen_not_round",
         name + "at " + place(stenosis.mld_at_px) + " the lumen takes " +
             (ratio < worth_telling ? percent(100.0 * ratio) + " of" : "more than five times") +
             " the X-rays that a round one of its width takes: it is not round, the contrast medium is "
             "diluted, or"
             " another vessel leaves or crosses; the diameter may be off");
}

void warn_of(Analysis& analysis, const Vessel& vessel, const AnalysisOptions& options) {
    const std::string name = "vessel " + std::to_string(vessel.id) + ": ";
    if (vessel.contour.reason != Unmeasurable::none)
        warn(analysis, vessel.contour.reason, name);
    else if (vessel.reference.reason != Unmeasurable::none)
        warn(analysis, vessel.reference.reason, name);
    if (vessel.diameter.method != options.diameter.method && !vessel.diameter.diameter_px.empty())
        warn(
            analysis, "model_misfit",
            name +
                "the image does not follow the physics of a round lumen: diameters are from the walls alone");
    warn_of_diffuse_disease(analysis, vessel, name);
    warn_of_bifurcations(analysis, vessel, name, options);
    for (const Stenosis& stenosis : vessel.stenoses) {
        if (stenosis.reason != Unmeasurable::none) warn(analysis, stenosis.reason, name);
        warn_of_depth(analysis, vessel.diameter, stenosis, name);
        if (stenosis.geometry.overlap == true)
            warn(analysis, "overlap",
                 name + "another vessel lies over the lesion at " + place(stenosis.mld_at_px) +
                     ", whose walls may be those of the other");
    }
}

/// What looks like a vessel and was not measured, so that nobody takes it for healthy.
void warn_of_left_out(Analysis& analysis, const VesselTreeOptions& options) {
    if (analysis.vessels.empty()) return;
    const Uncovered uncovered =
        find_uncovered(analysis.mask, analysis.vessels, options.min_vessel.in_px(analysis.mask.calibration));
    for (const Uncovered::Piece& piece : uncovered.pieces)
        warn(analysis, "not_measured",
             "around " + place(piece.at_px) + " a piece of " + std::to_string(std::lround(piece.length_px)) +
                 " pixels looks like a vessel and was not measured: too short, at the border of the field, "
                 "or without "
                 "background on both sides");
    constexpr double worth_telling = 0.05;
    if (uncovered.rest > worth_telling)
        warn(analysis, "not_measured",
             percent(100.0 * uncovered.rest) +
                 " of what looks like a vessel lies in pieces that are too short to be measured");
}

void add_vessel(Analysis& analysis, Vessel vessel, const AnalysisOptions& options) {
    warn_of(analysis, vessel, options);
    analysis.vessels.push_back(std::move(vessel));
}

void fail(Analysis& analysis, Unmeasurable reason) {
    analysis.reason = reason;
    warn(analysis, reason);
}

/// What looks like a vessel, and the response along which it is followed.
struct Segmentation {
    VesselMask mask;
    Vesselness vesselness;
};

/// \param whole how much of an analysis the caller does
Segmentation segment_frame(const Frame& frame, const AnalysisOptions& options, double whole = 1.0) {
    tell(options, enhance_at / whole, "enhancement");
    const EnhancedFrame enhanced = enhance(frame, options.enhance);
    tell(options, vesselness_at / whole, "vesselness");
    Segmentation found{.vesselness = compute_vesselness(enhanced, options.vesselness)};
    tell(options, segment_at / whole, "segmentation");
    found.mask = segment(enhanced, found.vesselness, options.segment);
    return found;
}

/// What of a mask from elsewhere the detector saw, and the response of its own probability.
Segmentation follow_mask(VesselMask mask, const Frame& frame, const AnalysisOptions& options) {
    mask.mask = mask.mask.clone();
    for (int y = 0; y < frame.height(); ++y)
        for (int x = 0; x < frame.width(); ++x)
            if (!frame.is_valid(x, y)) mask.mask(x, y) = 0;
    Vesselness vesselness = compute_vesselness(mask, frame.valid, options.vesselness);
    return {std::move(mask), std::move(vesselness)};
}

/// \param given vessels found elsewhere; none: they are looked for
Analysis analyze_square(const Frame& input, const VesselMask* given, const AnalysisOptions& options) {
    Analysis analysis;
    analysis.calibration = input.calibration;
    warn_of_spacing(analysis);

    tell(options, 0.0, "valid region");
    const Frame frame = find_valid_region(input, options.valid_region);
    auto [mask, vesselness] = given ? follow_mask(*given, frame, options) : segment_frame(frame, options);
    analysis.mask = std::move(mask);
    // Who asks for the catheter in the mask wants it among the vessels too.
    VesselTreeOptions tree_options = options.tree;
    tree_options.keep_catheter = tree_options.keep_catheter || options.segment.keep_catheter;
    tell(options, tree_at, "vessel tree");
    const VesselTree tree = build_vessel_tree(analysis.mask, vesselness, tree_options);
    const std::vector<TracedVessel> traced = trace_vessels(tree, vesselness, tree_options);
    tell(options, vessels_at, "vessels");
    for (Vessel& vessel : measure_tree(frame, tree, traced, options))
        add_vessel(analysis, std::move(vessel), options);
    warn_of_left_out(analysis, tree_options);
    if (analysis.vessels.empty()) fail(analysis, Unmeasurable::no_vessel);
    tell(options, 1.0, "done");
    return analysis;
}

Analysis measure_square(const Frame& input, const VesselMask* given, Point from, Point to,
                        std::span<const Point> via, const AnalysisOptions& options) {
    Analysis analysis;
    analysis.calibration = input.calibration;
    warn_of_spacing(analysis);

    tell(options, 0.0, "valid region");
    const Frame frame = find_valid_region(input, options.valid_region);
    if (given && given->blank()) {
        fail(analysis, Unmeasurable::no_vessel);
        return analysis;
    }
    const auto [mask, vesselness] =
        given ? follow_mask(*given, frame, options) : segment_frame(frame, options);
    const Centerline line = trace_centerline(vesselness, from, to, via, options.centerline);
    if (line.reason != Unmeasurable::none) {
        fail(analysis, line.reason);
        return analysis;
    }
    tell(options, vessels_at, "vessel");
    std::vector<Point> points{from};
    points.insert(points.end(), via.begin(), via.end());
    points.push_back(to);
    // Where `analyze` follows the vessel too, both have one line, one fit and so one diameter at every place.
    constexpr double longest_detour = 1.6;
    const std::vector<TracedVessel> traced =
        trace_vessels(build_vessel_tree(mask, vesselness, options.tree), vesselness, options.tree);
    std::optional<Vessel> section =
        measure_section(frame, traced, points, longest_detour * length(line.points_px), options);
    add_vessel(analysis, section ? std::move(*section) : measure_vessel(frame, line, options), options);
    tell(options, 1.0, "done");
    if (begins_narrow(analysis.vessels.front(), options.stenosis))
        warn(
            analysis, "narrow_origin",
            "the lumen is narrow from the first point on, which is a lesion only if the vessel begins there");
    return analysis;
}

void validate(const VesselMask& vessels, const Frame& frame) {
    const auto require_size = [&frame](const auto& image, const std::string& name) {
        require_same_size(image, "the " + name + " of the vessels", frame.pixels, "the frame");
    };
    require_size(vessels.mask, "mask");
    require_size(vessels.probability, "probability");
    if (!vessels.catheter.empty()) require_size(vessels.catheter, "catheter");
}

Analysis analyze_frame(const Frame& frame, const VesselMask* given, const AnalysisOptions& options) {
    frame.validate();
    options.validate();
    if (given) validate(*given, frame);
    const SquarePixels square(frame);
    const VesselMask vessels = given ? square.to_square(*given) : VesselMask{};
    return square.restore(analyze_square(square.frame(), given ? &vessels : nullptr, options));
}

Analysis measure_frame(const Frame& frame, const VesselMask* given, Point from, Point to,
                       std::span<const Point> via, const AnalysisOptions& options) {
    frame.validate();
    options.validate();
    if (given) validate(*given, frame);
    require_inside(frame, from, "from");
    require_inside(frame, to, "to");
    for (const Point& point : via) require_inside(frame, point, "via");

    const SquarePixels square(frame);
    std::vector<Point> square_via;
    for (const Point& point : via) square_via.push_back(square.to_square(point));
    const VesselMask vessels = given ? square.to_square(*given) : VesselMask{};
    return square.restore(measure_square(square.frame(), given ? &vessels : nullptr, square.to_square(from),
                                         square.to_square(to), square_via, options));
}

}  // namespace

void AnalysisOptions::validate() const {
    valid_region.validate();
    enhance.validate();
    vesselness.validate();
    segment.validate();
    tree.validate();
    centerline.validate();
    contour.validate();
    diameter.validate();
    bifurcation.validate();
    reference.validate();
    stenosis.validate();
}

VesselMask find_vessels(const Frame& frame, const AnalysisOptions& options) {
    frame.validate();
    options.validate();
    const SquarePixels square(frame);
    tell(options, 0.0, "valid region");
    VesselMask found =
        segment_frame(find_valid_region(square.frame(), options.valid_region), options, tree_at).mask;
    tell(options, 1.0, "done");
    return square.restore(std::move(found));
}

Analysis analyze(const Frame& frame, const AnalysisOptions& options) {
    return analyze_frame(frame, nullptr, options);
}

Analysis analyze(const Frame& frame, const VesselMask& vessels, const AnalysisOptions& options) {
    return analyze_frame(frame, &vessels, options);
}

Analysis measure(const Frame& frame, Point from, Point to, std::span<const Point> via,
                 const AnalysisOptions& options) {
    return measure_frame(frame, nullptr, from, to, via, options);
}

Analysis measure(const Frame& frame, const VesselMask& vessels, Point from, Point to,
                 std::span<const Point> via, const AnalysisOptions& options) {
    return measure_frame(frame, &vessels, from, to, via, options);
}

}  // namespace stenometry
