#pragma once

#include <CLI/CLI.hpp>

#include "stenometry/pipeline.h"

namespace stenometry::program {

/// What a LENGTH on the command line is, for the foot of the help.
inline constexpr const char* length_note =
    "A LENGTH is in mm, or in pixels where the size of a pixel is unknown.\n";

/// Adds the options of the stage that tells what looks like a vessel. `options` must live as long as
/// `command`; for the other functions too.
void add_vesselness_options(CLI::App& command, AnalysisOptions& options);

/// Adds the options of the stage that tells vessels from everything else.
void add_segmentation_options(CLI::App& command, AnalysisOptions& options);

/// Adds the options of the stages that find the walls and their distance.
void add_wall_options(CLI::App& command, AnalysisOptions& options);

/// Adds the options of the stages that measure a vessel, those of its walls among them.
void add_measuring_options(CLI::App& command, AnalysisOptions& options);

/// Adds what is said of one vessel, place by place: what of it is not healthy, what leaves it.
void add_one_vessel_options(CLI::App& command, AnalysisOptions& options);

/// Adds what the tree can do for the vessels.
void add_tree_options(CLI::App& command, AnalysisOptions& options);

/// The options, with what shows the user on a terminal how far the analysis has come, and wipes that with
/// them.
AnalysisOptions with_progress(AnalysisOptions options);

/// \throws Failure wrong_command for options that contradict each other.
void check(const AnalysisOptions& options);

}  // namespace stenometry::program
