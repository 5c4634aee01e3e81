#include "given_vessels.h"

#include "failure.h"
#include "stenometry/error.h"
#include "stenometry/external_mask.h"
#include "stenometry/io/mask.h"
#include "values.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

template <class T>
void require_size(const Image<T>& image, const Frame& frame, const std::string& option,
                  const fs::path& path) {
    if (image.empty() || same_size(image, frame.pixels)) return;
    throw Failure(ExitCode::wrong_command,
                  option + ' ' + path.string() + " is " + size_text(image.width(), image.height()) +
                      ", but the frame is " + size_text(frame.width(), frame.height()));
}

}  // namespace

VesselMask require_vessel(VesselMask vessels, const std::string& complaint) {
    if (vessels.blank()) throw Failure(ExitCode::unmeasurable, complaint);
    return vessels;
}

void add_given_vessels_options(CLI::App& command, GivenVessels& options) {
    const std::string group = "Vessels found elsewhere (input)";
    const auto add = [&](const std::string& name, fs::path& path, const std::string& help) {
        CLI::Option* option = command.add_option(name, path, help)->type_name("FILE")->group(group);
        exclude_segmentation_options(command, *option);
        return option;
    };
    CLI::Option* mask = add(
        "--mask", options.mask,
        "read the vessels from here: an image of the frame's size, PNG, NRRD, NIfTI, ..., above half of its "
        "largest value on vessels [they are looked for]");
    CLI::Option* probability = add(
        "--probability", options.probability,
        "read the probability of vessel from here, 8 or 16 bits or 0 to 1: centerlines follow it; without "
        "--mask vessels are what is above 0.5");
    CLI::Option* model = add_network_options(command, options.network, group);
    exclude_segmentation_options(command, *model);
    model->excludes(mask)->excludes(probability);
}

std::optional<VesselMask> read_given_vessels(const GivenVessels& options, const Frame& frame,
                                             ReportInput& input) {
    if (auto vessels = network_vessels(options.network, frame)) {
        input.model = options.network.model.string();
        return require_vessel(std::move(*vessels),
                              input.path + ": the network " + input.model + " finds no vessel in it");
    }
    if (options.mask.empty() && options.probability.empty()) return {};
    input.mask = options.mask.string();
    input.probability = options.probability.string();
    try {
        Image<std::uint8_t> mask;
        Image<float> probability;
        if (!options.mask.empty()) mask = io::read_mask(options.mask, frame.index);
        if (!options.probability.empty())
            probability = io::read_probability(options.probability, frame.index);
        require_size(mask, frame, "--mask", options.mask);
        require_size(probability, frame, "--probability", options.probability);
        return require_vessel(
            external_mask(frame, mask, probability),
            input.path + (mask.empty() ? ": no probability of " + input.probability + " is above 0.5"
                                       : ": no pixel of " + input.mask + " is vessel"));
    } catch (const IoError& error) {
        throw Failure(ExitCode::unreadable, error.what());
    }
}

VesselMask find_vessels(const Frame& frame, const NetworkOptions& network, const AnalysisOptions& options) {
    if (auto vessels = network_vessels(network, frame)) return std::move(*vessels);
    return stenometry::find_vessels(frame, options);
}

}  // namespace stenometry::program
