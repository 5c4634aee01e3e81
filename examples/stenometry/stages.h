#pragma once

#include <CLI/CLI.hpp>

#include "stenometry/pipeline.h"

namespace stenometry::program {

/// Adds the options of the stages that find vessels. `options` must live as long as `command`.
void add_segmentation_options(CLI::App& command, AnalysisOptions& options);

/// Adds the options of the stages that measure a vessel.
void add_measuring_options(CLI::App& command, AnalysisOptions& options);

/// \throws Failure wrong_command for options that contradict each other.
void check(const AnalysisOptions& options);

}  // namespace stenometry::program
