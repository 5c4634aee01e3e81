#include <memory>

#include "given_vessels.h"
#include "input.h"
#include "output.h"
#include "spacing.h"
#include "stages.h"
#include "threads.h"
#include "verb.h"

namespace stenometry::program {
namespace {

struct AnalyzeCommand {
    InputOptions input;
    SpacingOptions spacing;
    GivenVessels vessels;
    StageSettings stages;
    AnalysisOutputs outputs;
    std::optional<int> threads;
};

void run(const AnalyzeCommand& command) {
    check(command.stages);
    check(command.spacing, command.input);
    check(command.outputs);
    Frame frame = read_frame(command.input);
    ReportInput input = report_input(frame, command.input.image.string());
    input.catheter =
        calibrate(frame, command.spacing, options_before_calibration(command.stages, frame), input.path);
    const AnalysisOptions options = with_progress(options_for(command.stages, frame, input.path));
    const auto vessels = read_given_vessels(command.vessels, frame, input);
    if (!vessels) input.evidence = evidence_for(frame, options.segment.evidence);
    const Analysis analysis = vessels ? analyze(frame, *vessels, options) : analyze(frame, options);
    write(command.outputs, frame, analysis, input);
}

}  // namespace

Verb add_analyze(CLI::App& program) {
    CLI::App* app =
        program.add_subcommand("analyze", "Find the vessels of one frame and measure every lesion.");
    const auto command = std::make_shared<AnalyzeCommand>();
    add_input_options(*app, command->input);
    add_spacing_options(*app, command->spacing);
    add_thread_option(*app, command->threads);
    add_vesselness_options(*app, command->stages);
    add_segmentation_options(*app, command->stages);
    add_given_vessels_options(*app, command->vessels);
    add_measuring_options(*app, command->stages);
    add_tree_options(*app, command->stages);
    add_output_options(*app, command->outputs);
    app->footer(std::string(length_note) +
                "Example: stenometry analyze cine.dcm --json lesions.json --overlay lesions.png");
    return {app, [command] { run_with_threads(command->threads, [&] { run(*command); }); }};
}

}  // namespace stenometry::program
