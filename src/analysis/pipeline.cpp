#include "stenometry/pipeline.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/overlap.h"
#include "analysis/square_pixels.h"
#include "analysis/tree_bifurcations.h"
#include "analysis/warnings.h"
#include "core/same_size.h"
#include "stenometry/error.h"
#include "stenometry/external_mask.h"

namespace stenometry {
namespace {

/// Before what the stages have said themselves.
void warn(Analysis& analysis, const std::vector<Warning>& warnings) {
    analysis.warnings.insert(analysis.warnings.begin(), warnings.begin(), warnings.end());
}

/// From one centerline to the diameters along it.
Vessel vessel_along(const Frame& frame, const Centerline& centerline, const AnalysisOptions& options) {
    Vessel vessel;
    vessel.contour = detect_contour(frame, centerline, options.contour);
    if (vessel.contour.reason == Unmeasurable::none)
        vessel.diameter = measure_diameter(frame, vessel.contour, options.diameter);
    vessel.contour = fit_walls(std::move(vessel.contour), vessel.diameter);
    return vessel;
}

/// From the diameters to the lesions.
void find_lesions(Vessel& vessel, const Calibration& calibration, const AnalysisOptions& options) {
    if (vessel.contour.reason != Unmeasurable::none) return;
    vessel.statistics = vessel_statistics(vessel.diameter, calibration);
    ReferenceOptions reference = options.reference;
    if (options.bifurcation.step_down)
        for (const SideBranch& branch : side_branches(vessel, calibration))
            reference.side_branches.push_back(branch);
    vessel.reference = estimate_reference(vessel.diameter, calibration, reference);
    if (vessel.reference.reason != Unmeasurable::none) return;
    vessel.stenoses =
        find_stenoses(vessel.contour, vessel.diameter, vessel.reference, calibration, options.stenosis);
}

/// Whether both sides of the lumen are brighter than it along most of its way. The border of the diaphragm or
/// of the heart has a ridge, but only one bright side.
bool two_sided(const VesselContour& contour) {
    constexpr double most = 0.75;
    const auto dark =
        std::count_if(contour.contrast.begin(), contour.contrast.end(), [](double c) { return c > 0.0; });
    return static_cast<double>(dark) >= most * static_cast<double>(contour.contrast.size());
}

/// What can be followed and measured of the tree.
std::vector<Vessel> measured_vessels(const Frame& frame, const VesselTree& tree,
                                     const std::vector<Centerline>& lines, const AnalysisOptions& options) {
    std::vector<Vessel> found;
    for (const Centerline& line : lines) {
        Vessel vessel = vessel_along(frame, line, options);
        if (!two_sided(vessel.contour)) continue;
        vessel.id = static_cast<int>(found.size());
        found.push_back(std::move(vessel));
    }
    find_bifurcations(tree, found, options.reference.branching_law);
    for (Vessel& vessel : found) find_lesions(vessel, frame.sized_calibration(), options);
    find_overlaps(found);
    return found;
}

/// What looks like a vessel, and the response along which it is followed.
struct Segmentation {
    VesselMask mask;
    Vesselness vesselness;
};

Segmentation segment_frame(const Frame& frame, const AnalysisOptions& options) {
    const EnhancedFrame enhanced = enhance(frame, options.enhance);
    Segmentation found{.vesselness = compute_vesselness(enhanced, options.vesselness)};
    found.mask = segment(enhanced, found.vesselness, options.segment);
    return found;
}

/// What of a mask from elsewhere the detector saw, and the response of its own probability.
Segmentation follow_mask(VesselMask mask, const Frame& frame, const AnalysisOptions& options) {
    mask.mask = mask.mask.clone();
    mask.keep_catheter = mask.keep_catheter || options.segment.keep_catheter;
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

    const Frame frame = find_valid_region(input, options.valid_region);
    auto [mask, vesselness] = given ? follow_mask(*given, frame, options) : segment_frame(frame, options);
    analysis.mask = std::move(mask);
    const VesselTree tree = build_vessel_tree(analysis.mask, vesselness, options.tree, options.centerline);
    const std::vector<Centerline> lines = vessels(tree, vesselness, options.tree, options.centerline);
    analysis.vessels = measured_vessels(frame, tree, lines, options);
    if (analysis.vessels.empty()) analysis.reason = Unmeasurable::no_vessel;
    return analysis;
}

/// What a line between two points follows, without telling vessels from the rest of the frame first.
Vesselness find_ridges(const Frame& frame, const AnalysisOptions& options) {
    return compute_vesselness(enhance(frame, options.enhance), options.vesselness);
}

Analysis measure_square(const Frame& input, const VesselMask* given, Point from, Point to,
                        std::span<const Point> via, const AnalysisOptions& options) {
    Analysis analysis;
    analysis.calibration = input.calibration;

    const Frame frame = find_valid_region(input, options.valid_region);
    if (given && given->blank()) {
        analysis.reason = Unmeasurable::no_vessel;
        return analysis;
    }
    const Vesselness vesselness =
        given ? follow_mask(*given, frame, options).vesselness : find_ridges(frame, options);
    const Centerline line = trace_centerline(vesselness, from, to, via, options.centerline);
    if (line.reason != Unmeasurable::none) {
        analysis.reason = line.reason;
        analysis.unreached = line.unreached;
        return analysis;
    }
    Vessel vessel = vessel_along(frame, line, options);
    find_lesions(vessel, frame.sized_calibration(), options);
    analysis.vessels.push_back(std::move(vessel));
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
    Analysis analysis = square.restore(analyze_square(square.frame(), given ? &vessels : nullptr, options));
    warn(analysis, warnings_of(analysis, options));
    return analysis;
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
    Analysis analysis =
        square.restore(measure_square(square.frame(), given ? &vessels : nullptr, square.to_square(from),
                                      square.to_square(to), square_via, options));
    std::vector<Point> points{from};
    points.insert(points.end(), via.begin(), via.end());
    points.push_back(to);
    warn(analysis, warnings_of(analysis, options, points));
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
    bifurcation.validate();
    reference.validate();
    stenosis.validate();
}

VesselMask find_vessels(const Frame& frame, const AnalysisOptions& options) {
    frame.validate();
    options.validate();
    const SquarePixels square(frame);
    return square.restore(
        segment_frame(find_valid_region(square.frame(), options.valid_region), options).mask);
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
