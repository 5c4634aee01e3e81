#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>

#include "network.h"
#include "stenometry/pipeline.h"
#include "stenometry/report.h"
#include "stenometry/segment.h"

namespace stenometry::program {

/// Files with vessels that were found elsewhere, or with the network that finds them; empty: none.
struct GivenVessels {
    std::filesystem::path mask, probability;
    NetworkOptions network;
};

/// Adds --mask and --probability as input, and --model, which the options of the segmentation exclude where
/// `command` has them. `options` must live as long as `command`.
void add_given_vessels_options(CLI::App& command, GivenVessels& options);

/// The vessels that are given for this frame, if any; `input` learns where they come from.
/// \throws Failure unreadable for a fault of a file; wrong_command, naming the file, if it does not fit the
/// frame; unmeasurable, naming file or network, if it has no vessel.
std::optional<VesselMask> read_given_vessels(const GivenVessels& options, const Frame& frame,
                                             ReportInput& input);

/// \throws Failure unmeasurable, with the complaint, if the mask has no vessel.
VesselMask require_vessel(VesselMask vessels, const std::string& complaint);

/// The vessels of a frame: by the network if there is one, else by this library's stages.
VesselMask find_vessels(const Frame& frame, const NetworkOptions& network, const AnalysisOptions& options);

}  // namespace stenometry::program
