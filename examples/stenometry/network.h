#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>

#include "stenometry/segment.h"

namespace stenometry::program {

/// A neural network that finds the vessels; empty: none.
struct NetworkOptions {
    std::filesystem::path model, settings;
};

/// Adds --model, which it returns, and --model-settings to `group` of the help. `options` must live as long
/// as `command`.
CLI::Option* add_network_options(CLI::App& command, NetworkOptions& options, const std::string& group);

/// Lets `option` stand beside none of the options with which the program tells vessels itself.
void exclude_segmentation_options(CLI::App& command, CLI::Option& option);

/// Vessels by the network, none outside of the frame's valid region; empty if there is no network.
/// \throws Failure unreadable for a fault of a file, wrong_command if the program was built without networks.
std::optional<VesselMask> network_vessels(const NetworkOptions& options, const Frame& frame);

}  // namespace stenometry::program
