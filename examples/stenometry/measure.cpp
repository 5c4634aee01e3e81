#include <memory>

#include "given_vessels.h"
#include "input.h"
#include "output.h"
#include "spacing.h"
#include "stages.h"
#include "threads.h"
#include "values.h"
#include "verb.h"

namespace stenometry::program {
namespace {

struct MeasureCommand {
    InputOptions input;
    SpacingOptions spacing;
    GivenVessels vessels;
    std::string from, to;
    std::vector<std::string> via;
    StageSettings stages;
    AnalysisOutputs outputs;
    std::optional<int> threads;
};

void run(const MeasureCommand& command) {
    check(command.stages);
    check(command.spacing, command.input);
    check(command.outputs);
    Frame frame = read_frame(command.input);
    ReportInput input = report_input(frame, command.input.image.string());
    const Point from = point_inside(frame, command.from, "--from");
    const Point to = point_inside(frame, command.to, "--to");
    std::vector<Point> via;
    for (const std::string& text : command.via) via.push_back(point_inside(frame, text, "--via"));
    input.catheter =
        calibrate(frame, command.spacing, options_before_calibration(command.stages, frame), input.path);
    const AnalysisOptions options = with_progress(options_for(command.stages, frame, input.path));
    const auto vessels = read_given_vessels(command.vessels, frame, input);
    if (!vessels) input.evidence = evidence_for(frame, options.segment.evidence);
    const Analysis analysis =
        vessels ? measure(frame, *vessels, from, to, via, options) : measure(frame, from, to, via, options);
    write(command.outputs, frame, analysis, input);
}

}  // namespace

Verb add_measure(CLI::App& program) {
    CLI::App* app = program.add_subcommand("measure", "Measure one vessel between two points.");
    const auto command = std::make_shared<MeasureCommand>();
    add_input_options(*app, command->input);
    add_spacing_options(*app, command->spacing);
    const std::string unit = " in pixels; the centre of the first pixel is 0,0";
    app->add_option("--from", command->from, "proximal end of the vessel," + unit)
        ->type_name("X,Y")
        ->required()
        ->check(point_value());
    app->add_option("--to", command->to, "distal end of the vessel," + unit)
        ->type_name("X,Y")
        ->required()
        ->check(point_value());
    app->add_option("--via", command->via,
                    "a point that the vessel runs through; again for more, proximal first")
        ->type_name("X,Y")
        ->allow_extra_args(false)
        ->check(point_value());
    add_thread_option(*app, command->threads);
    add_vesselness_options(*app, command->stages);
    add_given_vessels_options(*app, command->vessels);
    add_measuring_options(*app, command->stages);
    add_one_vessel_options(*app, command->stages);
    add_output_options(*app, command->outputs);
    app->footer(
        std::string(length_note) +
        "Example: stenometry measure angiogram.png --spacing 0.2 --from 250,180 --to 262,330 --overlay "
        "walls.png");
    return {app, [command] { run_with_threads(command->threads, [&] { run(*command); }); }};
}

}  // namespace stenometry::program
