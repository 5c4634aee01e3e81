#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "given_vessels.h"
#include "input.h"
#include "spacing.h"
#include "stages.h"

namespace stenometry::program {

/// What is to be measured in a frame, and how: what `analyze`, `measure` and `batch` have in common.
struct AnalysisSettings {
    InputOptions input;
    SpacingOptions spacing;
    GivenVessels vessels;
    StageSettings stages;
    std::string from, to;          ///< ends of one vessel, as X,Y; empty: the whole tree
    std::vector<std::string> via;  ///< points of it in between

    bool one_vessel() const { return !from.empty(); }
};

/// Adds --from, --to and --via. `settings` must live as long as `command`; for the other functions too.
/// Returns --from and --to.
std::pair<CLI::Option*, CLI::Option*> add_end_options(CLI::App& command, AnalysisSettings& settings);

/// Adds what is said of the stages that find a whole tree and measure it, and of vessels found elsewhere.
void add_tree_analysis_options(CLI::App& command, AnalysisSettings& settings);

/// \throws Failure wrong_command for options that contradict each other.
void check(const AnalysisSettings& settings);

/// Measures what is asked for. The frame gets the calibration that is, and `input` learns what tells vessels
/// and the size of a pixel.
/// \throws Failure wrong_command for a point or a file that does not fit the frame, unreadable for a fault of
/// a file, unmeasurable where catheter or vessels that are given cannot be used.
Analysis analyze_frame(const AnalysisSettings& settings, Frame& frame, ReportInput& input,
                       const ProgressCallback& progress = {});

}  // namespace stenometry::program
