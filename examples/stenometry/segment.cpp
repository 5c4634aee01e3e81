#include <memory>
#include <utility>

#include "failure.h"
#include "given_vessels.h"
#include "input.h"
#include "itk_files.h"
#include "network.h"
#include "output.h"
#include "stages.h"
#include "threads.h"
#include "verb.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

struct SegmentCommand {
    InputOptions input;
    StageSettings stages;
    NetworkOptions network;
    fs::path mask, probability, catheter;
    std::optional<int> threads;
};

void run(const SegmentCommand& command) {
    if (command.mask.empty() && command.probability.empty() && command.catheter.empty())
        throw Failure(ExitCode::wrong_command, "nothing to write: give --mask, --probability or --catheter");
    require_image("--mask", command.mask);
    require_image("--probability", command.probability);
    require_image("--catheter", command.catheter);
    const Frame frame = read_frame(command.input);
    const VesselMask vessels = require_vessel(
        find_vessels(frame, command.network,
                     with_progress(options_for(command.stages, frame, command.input.image.string()))),
        command.input.image.string() + ": " + std::string(explain(Unmeasurable::no_vessel)));
    OutputFiles files({command.input.image, command.network.model, command.network.settings});
    const auto add = [&files](const fs::path& path, OutputFiles::Writer write) {
        if (!path.empty()) files.add(path, std::move(write));
    };
    add(command.mask, mask_writer(vessels.mask, frame.calibration));
    add(command.probability, probability_writer(vessels.probability, frame.calibration));
    add(command.catheter, mask_writer(vessels.catheter, frame.calibration));
    files.write_all();
}

}  // namespace

Verb add_segment(CLI::App& program) {
    CLI::App* app = program.add_subcommand("segment", "Tell vessels from everything else in one frame.");
    const auto command = std::make_shared<SegmentCommand>();
    add_input_options(*app, command->input);
    add_thread_option(*app, command->threads);
    add_vesselness_options(*app, command->stages);
    add_segmentation_options(*app, command->stages);
    exclude_segmentation_options(
        *app, *add_network_options(*app, command->network, "Vessels found elsewhere (input)"));
    const auto add = [&](const std::string& name, fs::path& path, const std::string& help) {
        app->add_option(name, path, help)->type_name("FILE")->group("Output");
    };
    add("--mask", command->mask,
        "write vessels 255, everything else 0, 8 bits, of the frame's size; .png, .nrrd, .nii, .nii.gz or "
        ".mha");
    add("--probability", command->probability,
        "write vessel probability 0 to 1, as 0 to 65535 in a .png, as it is in the other formats");
    add("--catheter", command->catheter,
        "write what was taken for a catheter 255, everything else 0, in the formats of --mask");
    app->footer(std::string(length_note) +
                "Example: stenometry segment angiogram.png --mask vessels.png --probability probability.png");
    return {app, [command] { run_with_threads(command->threads, [&] { run(*command); }); }};
}

}  // namespace stenometry::program
