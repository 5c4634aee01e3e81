#include <iomanip>
#include <memory>
#include <sstream>

#include "failure.h"
#include "input.h"
#include "output.h"
#include "spacing.h"
#include "stages.h"
#include "stenometry/io/image.h"
#include "stenometry/viz/overlay.h"
#include "summary.h"
#include "threads.h"
#include "verb.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

struct CalibrateCommand {
    InputOptions input;
    SpacingOptions spacing;
    StageSettings stages;
    fs::path json, overlay;
    std::optional<int> threads;
};

/// The walls where they served, as a vessel's.
Analysis walls_that_served(const Frame& frame, const std::optional<CatheterCalibration>& catheter) {
    Analysis analysis{.calibration = frame.calibration};
    if (!catheter) return analysis;
    Vessel vessel{.contour = catheter->contour};
    for (std::size_t i = 0; i < catheter->used.size(); ++i)
        if (!catheter->used[i]) vessel.contour.left_px[i] = vessel.contour.right_px[i] = no_point;
    analysis.vessels.push_back(std::move(vessel));
    return analysis;
}

std::string catheter_text(const CatheterCalibration& catheter) {
    std::ostringstream out;
    out << std::fixed << std::setprecision(2) << "catheter of " << catheter.catheter.outer_diameter_mm
        << " mm, " << (catheter.catheter.contents == CatheterContents::contrast ? "filled" : "empty") << ": "
        << catheter.mean_diameter_px << " px wide (standard error " << catheter.standard_error_px << ") over "
        << std::setprecision(1) << catheter.length_mm << " mm, where it appears " << std::setprecision(3)
        << catheter.apparent_ratio << " times (standard error " << catheter.apparent_ratio_sd
        << ") as wide as a vessel of its size\n";
    return out.str();
}

void run(const CalibrateCommand& command) {
    check(command.spacing, command.input);
    if (!command.spacing.by_catheter() && !command.spacing.by_ruler())
        throw Failure(ExitCode::wrong_command,
                      "nothing to calibrate by: give --catheter-mm, --catheter-french or --ruler");
    require_png("--overlay", command.overlay);
    Frame frame = read_frame(command.input);
    ReportInput input = report_input(frame, command.input.image.string());
    input.catheter =
        calibrate(frame, command.spacing, options_for(command.stages, frame, input.path), input.path);
    OutputFiles files({command.input.image});
    if (!command.json.empty()) files.add_text(command.json, to_json(frame.calibration, input));
    if (!command.overlay.empty())
        files.add(command.overlay, [&](const fs::path& to) {
            io::write_png(to, viz::draw_overlay(frame, walls_that_served(frame, input.catheter)));
        });
    if (command.json != "-") {
        files.add_text("-", calibration_summary(frame.calibration) + '\n');
        if (input.catheter) files.add_text("-", catheter_text(*input.catheter));
    }
    files.write_all();
}

}  // namespace

Verb add_calibrate(CLI::App& program) {
    CLI::App* app = program.add_subcommand("calibrate",
                                           "Find the size of a pixel by a catheter or a ruler in the image.");
    const auto command = std::make_shared<CalibrateCommand>();
    add_input_options(*app, command->input);
    add_spacing_options(*app, command->spacing);
    add_thread_option(*app, command->threads);
    add_vesselness_options(*app, command->stages);
    add_wall_options(*app, command->stages);
    app->add_option("--json", command->json,
                    "the calibration, after the schema stenometry.calibration/1; - is standard output")
        ->type_name("FILE")
        ->group("Output");
    app->add_option("--overlay", command->overlay, "picture of the frame with the walls that served, PNG")
        ->type_name("FILE")
        ->group("Output");
    app->footer(
        std::string(length_note) +
        "Example: stenometry calibrate angiogram.png --catheter 40,12 --catheter 66,95 --catheter-mm 1.98");
    return {app, [command] { run_with_threads(command->threads, [&] { run(*command); }); }};
}

}  // namespace stenometry::program
