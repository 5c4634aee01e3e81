#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>

#include "failure.h"
#include "given_vessels.h"
#include "input.h"
#include "network.h"
#include "output.h"
#include "stages.h"
#include "stenometry/io/image.h"
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

/// 0..1 as 0..65535.
Image<std::uint16_t> sixteen_bits(const Image<float>& probability) {
    Image<std::uint16_t> scaled(probability.width(), probability.height());
    for (int y = 0; y < scaled.height(); ++y)
        std::transform(
            probability.row(y), probability.row(y) + probability.width(), scaled.row(y), [](float p) {
                return static_cast<std::uint16_t>(std::lround(std::clamp(p, 0.0F, 1.0F) * 65535.0F));
            });
    return scaled;
}

void run(const SegmentCommand& command) {
    if (command.mask.empty() && command.probability.empty() && command.catheter.empty())
        throw Failure(ExitCode::wrong_command, "nothing to write: give --mask, --probability or --catheter");
    require_png("--mask", command.mask);
    require_png("--probability", command.probability);
    require_png("--catheter", command.catheter);
    const ThreadLimit limit(command.threads);
    const Frame frame = read_frame(command.input);
    const VesselMask vessels =
        require_vessel(find_vessels(frame, command.network,
                                    options_for(command.stages, frame, command.input.image.string())),
                       command.input.image.string() + ": " + std::string(explain(Unmeasurable::no_vessel)));
    OutputFiles files({command.input.image, command.network.model, command.network.settings});
    const auto add = [&files](const fs::path& path, const auto& image) {
        if (!path.empty()) files.add(path, [image](const fs::path& to) { io::write_png(to, image); });
    };
    add(command.mask, vessels.mask);
    add(command.probability, sixteen_bits(vessels.probability));
    add(command.catheter, vessels.catheter);
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
    add("--mask", command->mask, "write vessels 255, everything else 0; 8 bit PNG of the frame's size");
    add("--probability", command->probability, "write vessel probability 0 to 1 as 0 to 65535; 16 bit PNG");
    add("--catheter", command->catheter,
        "write what was taken for a catheter 255, everything else 0; 8 bit PNG");
    app->footer(std::string(length_note) +
                "Example: stenometry segment angiogram.png --mask vessels.png --probability probability.png");
    return {app, [command] { run(*command); }};
}

}  // namespace stenometry::program
