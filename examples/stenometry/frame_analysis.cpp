#include "frame_analysis.h"

#include "values.h"

namespace stenometry::program {
namespace {

struct GivenPoints {
    Point from, to;
    std::vector<Point> via;
};

GivenPoints points_of(const AnalysisSettings& settings, const Frame& frame) {
    GivenPoints points{.from = point_inside(frame, settings.from, "--from"),
                       .to = point_inside(frame, settings.to, "--to")};
    for (const std::string& text : settings.via) points.via.push_back(point_inside(frame, text, "--via"));
    return points;
}

Analysis analyze_as_given(const Frame& frame, const std::optional<VesselMask>& vessels,
                          const std::optional<GivenPoints>& points, const AnalysisOptions& options) {
    if (points && vessels) return measure(frame, *vessels, points->from, points->to, points->via, options);
    if (points) return measure(frame, points->from, points->to, points->via, options);
    return vessels ? analyze(frame, *vessels, options) : analyze(frame, options);
}

}  // namespace

std::pair<CLI::Option*, CLI::Option*> add_end_options(CLI::App& command, AnalysisSettings& settings) {
    const std::string unit = " in pixels; the centre of the first pixel is 0,0";
    const auto add = [&](const std::string& name, auto& value, const std::string& help) {
        return command.add_option(name, value, help)->type_name("X,Y")->check(point_value());
    };
    const std::pair ends{add("--from", settings.from, "proximal end of the vessel," + unit),
                         add("--to", settings.to, "distal end of the vessel," + unit)};
    add("--via", settings.via, "a point that the vessel runs through; again for more, proximal first")
        ->allow_extra_args(false);
    return ends;
}

void add_tree_analysis_options(CLI::App& command, AnalysisSettings& settings) {
    add_vesselness_options(command, settings.stages);
    add_segmentation_options(command, settings.stages);
    add_given_vessels_options(command, settings.vessels);
    add_measuring_options(command, settings.stages);
    add_tree_options(command, settings.stages);
}

void check(const AnalysisSettings& settings) {
    check(settings.stages);
    check(settings.spacing, settings.input);
}

Analysis analyze_frame(const AnalysisSettings& settings, Frame& frame, ReportInput& input,
                       const ProgressCallback& progress) {
    std::optional<GivenPoints> points;
    if (settings.one_vessel()) points = points_of(settings, frame);
    input.catheter =
        calibrate(frame, settings.spacing, options_before_calibration(settings.stages, frame), input.path);
    AnalysisOptions options = options_for(settings.stages, frame, input.path);
    options.progress = progress;
    const auto vessels = read_given_vessels(settings.vessels, frame, input);
    if (!vessels) input.evidence = evidence_for(frame, options.segment.evidence);
    return analyze_as_given(frame, vessels, points, options);
}

}  // namespace stenometry::program
