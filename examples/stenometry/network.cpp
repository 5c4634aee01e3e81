#include "network.h"

#include "failure.h"
#include "module.h"
#include "network_module.h"
#include "stenometry/error.h"
#include "stenometry/external_mask.h"
#include "stenometry/valid_region.h"

namespace stenometry::program {
namespace {

const Module network_module{
    .file = "stenometry_network.so", .entry = network_module_entry, .absence = "neural networks"};

}  // namespace

CLI::Option* add_network_options(CLI::App& command, NetworkOptions& options, const std::string& group) {
    CLI::Option* model =
        command
            .add_option("--model", options.model,
                        "find the vessels by this neural network, ONNX with one image as input and one "
                        "probability for each of its pixels as output")
            ->type_name("FILE.onnx")
            ->group(group);
    command
        .add_option("--model-settings", options.settings,
                    "what the network expects: size, channels, range of grey, ... [FILE.json]")
        ->type_name("FILE.json")
        ->group(group)
        ->needs(model);
    return model;
}

void exclude_segmentation_options(CLI::App& command, CLI::Option& option) {
    for (const char* name : {"--evidence", "--low-probability", "--high-probability", "--min-length"})
        if (CLI::Option* stage = command.get_option_no_throw(name)) option.excludes(stage);
}

std::optional<VesselMask> network_vessels(const NetworkOptions& options, const Frame& frame) {
    if (options.model.empty()) return {};
    const auto run = reinterpret_cast<RunNetwork>(load_module("--model", network_module));
    try {
        Image<float> probability;
        run(options.model, options.settings, find_valid_region(frame), probability);
        return external_mask(frame, {}, probability);
    } catch (const IoError& error) {
        throw Failure(ExitCode::unreadable, error.what());
    }
}

}  // namespace stenometry::program
