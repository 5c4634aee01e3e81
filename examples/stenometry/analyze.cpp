#include <memory>

#include "failure.h"
#include "frame_analysis.h"
#include "output.h"
#include "sr.h"
#include "terminal.h"
#include "threads.h"
#include "verb.h"

namespace stenometry::program {
namespace {

struct AnalyzeCommand {
    AnalysisSettings settings;
    AnalysisOutputs outputs;
    std::optional<int> threads;
};

void run(const AnalyzeCommand& command) {
    check(command.settings);
    check(command.outputs);
    auto [frame, filled] = read_frame_of_cine(command.settings.input);
    require_source_of_report(command.outputs.sr, command.settings.input.image);
    ReportInput input = report_input(frame, command.settings.input.image.string());
    input.filled_frames = filled;
    const Analysis analysis = analyze_frame(command.settings, frame, input, shown_progress());
    write(command.outputs, frame, analysis, input);
}

}  // namespace

Verb add_analyze(CLI::App& program) {
    CLI::App* app =
        program.add_subcommand("analyze", "Find the vessels of one frame and measure every lesion.");
    const auto command = std::make_shared<AnalyzeCommand>();
    add_input_options(*app, command->settings.input);
    add_spacing_options(*app, command->settings.spacing);
    add_thread_option(*app, command->threads);
    add_tree_analysis_options(*app, command->settings);
    add_output_options(*app, command->outputs);
    app->footer(std::string(length_note) +
                "Example: stenometry analyze cine.dcm --json lesions.json --overlay lesions.png");
    return {app, [command] { run_with_threads(command->threads, [&] { run(*command); }); }};
}

}  // namespace stenometry::program
