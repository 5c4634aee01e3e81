#include "network.h"

#include <dlfcn.h>

#include <array>

#include "failure.h"
#include "network_module.h"
#include "stenometry/error.h"
#include "stenometry/external_mask.h"
#include "stenometry/valid_region.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

constexpr const char* module_name = "stenometry_network.so";

/// Beside the program, where it is built, or where it is installed.
fs::path module_path() {
    const fs::path beside = fs::read_symlink("/proc/self/exe").parent_path();
    for (const fs::path& folder : {beside, beside / STENOMETRY_MODULE_FOLDER})
        if (fs::exists(folder / module_name)) return folder / module_name;
    throw Failure(ExitCode::wrong_command,
                  std::string("--model: there is no ") + module_name +
                      " beside the program: it was built without neural networks, or the file is lost");
}

/// Loaded until the program ends: what it links has threads of its own.
RunNetwork load_module() {
    const fs::path path = module_path();
    void* module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    void* entry = module != nullptr ? dlsym(module, network_module_entry) : nullptr;
    if (entry == nullptr) throw Failure(ExitCode::unreadable, std::string("--model: ") + dlerror());
    return reinterpret_cast<RunNetwork>(entry);
}

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
    for (const char* name : {"--low-probability", "--high-probability", "--min-length"})
        if (CLI::Option* stage = command.get_option_no_throw(name)) option.excludes(stage);
}

std::optional<VesselMask> network_vessels(const NetworkOptions& options, const Frame& frame) {
    if (options.model.empty()) return {};
    const RunNetwork run = load_module();
    try {
        Image<float> probability;
        run(options.model, options.settings, find_valid_region(frame), probability);
        return external_mask(frame, {}, probability);
    } catch (const IoError& error) {
        throw Failure(ExitCode::unreadable, error.what());
    }
}

}  // namespace stenometry::program
