#include "stenometry/pipeline.h"

#include <algorithm>
#include <utility>

#include "square_pixels.h"
#include "stenometry/error.h"

namespace stenometry {
namespace {

void warn(Analysis& analysis, std::string code, std::string message) {
    analysis.warnings.push_back({std::move(code), std::move(message)});
}

void warn_of_spacing(Analysis& analysis) {
    const Calibration& calibration = analysis.calibration;
    if (!calibration.known())
        warn(analysis, "no_calibration", "the size of a pixel is unknown: lengths are in pixels only");
    else if (calibration.source == SpacingSource::detector_plane)
        warn(analysis, "spacing_at_detector",
             "the size of a pixel is known at the detector only: lengths are too large by the magnification");
}

void warn_of(Analysis& analysis, const Vessel& vessel) {
    const std::string name = "vessel " + std::to_string(vessel.id) + ": ";
    if (vessel.contour.reason != Unmeasurable::none)
        warn(analysis, std::string(to_string(vessel.contour.reason)),
             name + std::string(explain(vessel.contour.reason)));
    else if (vessel.reference.reason != Unmeasurable::none)
        warn(analysis, std::string(to_string(vessel.reference.reason)),
             name + std::string(explain(vessel.reference.reason)));
    for (const Stenosis& stenosis : vessel.stenoses)
        if (stenosis.reason != Unmeasurable::none)
            warn(analysis, std::string(to_string(stenosis.reason)),
                 name + std::string(explain(stenosis.reason)));
}

/// From one centerline to its lesions.
Vessel measure_vessel(const Frame& frame, const Centerline& centerline, const AnalysisOptions& options) {
    Vessel vessel;
    vessel.contour = detect_contour(frame, centerline, options.contour);
    if (vessel.contour.reason != Unmeasurable::none) return vessel;
    vessel.diameter = measure_diameter(frame, vessel.contour, options.diameter);
    vessel.reference = estimate_reference(vessel.diameter, frame.calibration, options.reference);
    if (vessel.reference.reason != Unmeasurable::none) return vessel;
    vessel.stenoses =
        find_stenoses(vessel.contour, vessel.diameter, vessel.reference, frame.calibration, options.stenosis);
    vessel.contour = fit_walls(std::move(vessel.contour), vessel.diameter);
    return vessel;
}

/// Whether both sides of the lumen are brighter than it along most of its way. The border of the diaphragm or
/// of the heart has a ridge, but only one bright side.
bool two_sided(const VesselContour& contour) {
    constexpr double most = 0.75;
    const auto dark =
        std::count_if(contour.contrast.begin(), contour.contrast.end(), [](double c) { return c > 0.0; });
    return static_cast<double>(dark) >= most * static_cast<double>(contour.contrast.size());
}

void add_vessel(Analysis& analysis, Vessel vessel) {
    vessel.id = static_cast<int>(analysis.vessels.size());
    warn_of(analysis, vessel);
    analysis.vessels.push_back(std::move(vessel));
}

void fail(Analysis& analysis, Unmeasurable reason) {
    analysis.reason = reason;
    warn(analysis, std::string(to_string(reason)), std::string(explain(reason)));
}

Analysis analyze_square(const Frame& input, const AnalysisOptions& options) {
    Analysis analysis;
    analysis.calibration = input.calibration;
    warn_of_spacing(analysis);

    const Frame frame = find_valid_region(input, options.valid_region);
    const EnhancedFrame enhanced = enhance(frame, options.enhance);
    const Vesselness vesselness = compute_vesselness(enhanced, options.vesselness);
    analysis.mask = segment(enhanced, vesselness, options.segment);
    // Who asks for the catheter in the mask wants it among the vessels too.
    VesselTreeOptions tree_options = options.tree;
    tree_options.keep_catheter = tree_options.keep_catheter || options.segment.keep_catheter;
    const VesselTree tree = build_vessel_tree(analysis.mask, vesselness, tree_options);
    for (const Centerline& line : vessels(tree, vesselness, tree_options))
        if (Vessel vessel = measure_vessel(frame, line, options); two_sided(vessel.contour))
            add_vessel(analysis, std::move(vessel));
    if (analysis.vessels.empty()) fail(analysis, Unmeasurable::no_vessel);
    return analysis;
}

Analysis measure_square(const Frame& input, Point from, Point to, std::span<const Point> via,
                        const AnalysisOptions& options) {
    Analysis analysis;
    analysis.calibration = input.calibration;
    warn_of_spacing(analysis);

    const Frame frame = find_valid_region(input, options.valid_region);
    const Vesselness vesselness = compute_vesselness(enhance(frame, options.enhance), options.vesselness);
    const Centerline line = trace_centerline(vesselness, from, to, via, options.centerline);
    if (line.reason != Unmeasurable::none) {
        fail(analysis, line.reason);
        return analysis;
    }
    add_vessel(analysis, measure_vessel(frame, line, options));
    return analysis;
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
    reference.validate();
    stenosis.validate();
}

Analysis analyze(const Frame& frame, const AnalysisOptions& options) {
    frame.validate();
    options.validate();
    const SquarePixels square(frame);
    return square.restore(analyze_square(square.frame(), options));
}

Analysis measure(const Frame& frame, Point from, Point to, std::span<const Point> via,
                 const AnalysisOptions& options) {
    frame.validate();
    options.validate();
    require_inside(frame, from, "from");
    require_inside(frame, to, "to");
    for (const Point& point : via) require_inside(frame, point, "via");

    const SquarePixels square(frame);
    std::vector<Point> square_via;
    for (const Point& point : via) square_via.push_back(square.to_square(point));
    return square.restore(
        measure_square(square.frame(), square.to_square(from), square.to_square(to), square_via, options));
}

}  // namespace stenometry
