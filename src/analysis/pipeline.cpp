#include "stenometry/pipeline.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/catheter_course.h"
#include "analysis/confidence.h"
#include "analysis/ectasia_doubts.h"
#include "analysis/lesion_places.h"
#include "analysis/square_pixels.h"
#include "analysis/tree_place.h"
#include "analysis/vessel_measurement.h"
#include "analysis/warnings.h"
#include "core/same_size.h"
#include "segment/asked_evidence.h"
#include "stenometry/error.h"
#include "stenometry/external_mask.h"

namespace stenometry {
namespace {

// Parts of the whole at which the stages begin, of a frame of 512 x 512 with a few vessels.
constexpr double enhance_at = 0.01, vesselness_at = 0.03, segment_at = 0.08, tree_at = 0.15, vessels_at = 0.2;

void tell(const AnalysisOptions& options, double fraction, std::string_view stage) {
    if (options.progress && !options.progress(fraction, stage)) throw Cancelled();
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
    found.mask = segment_by_asked_evidence(frame, enhanced, found.vesselness, options.segment);
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

/// A tree, and the vessels that are followed through it.
struct TracedTree {
    VesselTree tree;
    std::vector<TracedVessel> vessels;
};

TracedTree trace_tree(const VesselMask& mask, const Vesselness& vesselness, const AnalysisOptions& options) {
    tell(options, tree_at, "vessel tree");
    TracedTree traced{.tree = build_vessel_tree(mask, vesselness, options.tree, options.centerline)};
    traced.vessels = trace_vessels(traced.tree, vesselness, options.tree, options.centerline);
    return traced;
}

/// \param given vessels found elsewhere; none: they are looked for
Analysis analyze_square(const Frame& input, const VesselMask* given, const AnalysisOptions& options) {
    Analysis analysis;
    analysis.calibration = input.calibration;

    tell(options, 0.0, "valid region");
    const Frame frame = find_valid_region(input, options.valid_region);
    auto [mask, vesselness] = given ? follow_mask(*given, frame, options) : segment_frame(frame, options);
    analysis.mask = std::move(mask);
    const auto [tree, traced] = trace_tree(analysis.mask, vesselness, options);
    tell(options, vessels_at, "vessels");
    analysis.vessels = measure_tree(frame, tree, traced, options);
    analysis.catheter = catheter_course(analysis.mask, vesselness, options.tree);
    find_places_in_tree(analysis.vessels, analysis.catheter
                                              ? std::optional(analysis.catheter->centerline_px.back())
                                              : std::nullopt);
    judge_narrowings(analysis.vessels, analysis.mask, options.stenosis);
    judge_ectasias(analysis.vessels, analysis.mask);
    find_lesion_places(analysis.vessels, frame.sized_calibration(), options);
    if (analysis.vessels.empty()) analysis.reason = Unmeasurable::no_vessel;
    tell(options, 1.0, "done");
    return analysis;
}

/// The points that a vessel is measured along.
std::vector<Point> in_order(Point from, std::span<const Point> via, Point to) {
    std::vector<Point> points{from};
    points.insert(points.end(), via.begin(), via.end());
    points.push_back(to);
    return points;
}

/// Who points at both ends of a vessel need not know where the blood comes from.
AnalysisOptions in_either_direction(AnalysisOptions options) {
    options.reference.direction_known = options.reference.ostial;
    return options;
}

Analysis measure_square(const Frame& input, const VesselMask* given, Point from, Point to,
                        std::span<const Point> via, const AnalysisOptions& options) {
    Analysis analysis;
    analysis.calibration = input.calibration;

    tell(options, 0.0, "valid region");
    const Frame frame = find_valid_region(input, options.valid_region);
    if (given && given->blank()) {
        analysis.reason = Unmeasurable::no_vessel;
        return analysis;
    }
    const auto [mask, vesselness] =
        given ? follow_mask(*given, frame, options) : segment_frame(frame, options);
    const Centerline line = trace_centerline(vesselness, from, to, via, options.centerline);
    if (line.reason != Unmeasurable::none) {
        analysis.reason = line.reason;
        analysis.unreached = line.unreached;
        if (line.unreached)
            analysis.nearest_vessel_px = nearest_vessel(mask, in_order(from, via, to)[*line.unreached]);
        return analysis;
    }
    const std::vector<TracedVessel> traced = trace_tree(mask, vesselness, options).vessels;
    tell(options, vessels_at, "vessel");
    // Where `analyze` follows the vessel too, both have one line, one fit and so one diameter at every place.
    constexpr double longest_detour = 1.6;
    std::optional<Vessel> section = measure_section(frame, traced, in_order(from, via, to),
                                                    longest_detour * length(line.points_px), options);
    analysis.vessels.push_back(section ? std::move(*section) : measure_vessel(frame, line, options));
    judge_ectasias(analysis.vessels, mask);
    tell(options, 1.0, "done");
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

AnalysisOptions on_square(AnalysisOptions options, const SquarePixels& square) {
    options.reference = square.to_square(options.reference);
    return options;
}

Analysis analyze_frame(const Frame& frame, const VesselMask* given, const AnalysisOptions& options) {
    frame.validate();
    options.validate();
    if (given) validate(*given, frame);
    const SquarePixels square(frame, measurement_reduction(frame));
    const VesselMask vessels = given ? square.to_square(*given) : VesselMask{};
    Analysis analysis = square.restore(
        analyze_square(square.frame(), given ? &vessels : nullptr, on_square(options, square)));
    analysis.warnings = warnings_of(analysis, frame.polarity, options);
    return analysis;
}

Analysis measure_frame(const Frame& frame, const VesselMask* given, Point from, Point to,
                       std::span<const Point> via, const AnalysisOptions& options) {
    frame.validate();
    options.validate();
    if (given) validate(*given, frame);
    require_inside(frame.pixels, from, "from");
    require_inside(frame.pixels, to, "to");
    for (const Point& point : via) require_inside(frame.pixels, point, "via");

    const SquarePixels square(frame, measurement_reduction(frame));
    std::vector<Point> square_via;
    for (const Point& point : via) square_via.push_back(square.to_square(point));
    const VesselMask vessels = given ? square.to_square(*given) : VesselMask{};
    Analysis analysis = square.restore(
        measure_square(square.frame(), given ? &vessels : nullptr, square.to_square(from),
                       square.to_square(to), square_via, in_either_direction(on_square(options, square))));
    analysis.warnings = warnings_of(analysis, frame.polarity, options, in_order(from, via, to));
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
    ectasia.validate();
    location.validate();
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
