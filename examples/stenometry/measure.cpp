#include <memory>

#include "frame_analysis.h"
#include "output.h"
#include "sr.h"
#include "terminal.h"
#include "threads.h"
#include "verb.h"

namespace stenometry::program {
namespace {

struct MeasureCommand {
    AnalysisSettings settings;
    AnalysisOutputs outputs;
    std::optional<int> threads;
};

void run(const MeasureCommand& command) {
    check(command.settings);
    check(command.outputs);
    Frame frame = read_frame(command.settings.input);
    require_source_of_report(command.outputs.sr, command.settings.input.image);
    ReportInput input = report_input(frame, command.settings.input.image.string());
    const Analysis analysis = analyze_frame(command.settings, frame, input, shown_progress());
    write(command.outputs, frame, analysis, input);
}

}  // namespace

Verb add_measure(CLI::App& program) {
    CLI::App* app = program.add_subcommand("measure", "Measure one vessel between two points.");
    const auto command = std::make_shared<MeasureCommand>();
    add_input_options(*app, command->settings.input);
    add_spacing_options(*app, command->settings.spacing);
    const auto [from, to] = add_end_options(*app, command->settings);
    from->required();
    to->required();
    add_thread_option(*app, command->threads);
    add_vesselness_options(*app, command->settings.stages);
    add_given_vessels_options(*app, command->settings.vessels);
    add_measuring_options(*app, command->settings.stages);
    add_one_vessel_options(*app, command->settings.stages);
    add_output_options(*app, command->outputs);
    app->footer(
        std::string(length_note) +
        "Example: stenometry measure angiogram.png --spacing 0.2 --from 250,180 --to 262,330 --overlay "
        "walls.png");
    return {app, [command] { run_with_threads(command->threads, [&] { run(*command); }); }};
}

}  // namespace stenometry::program
