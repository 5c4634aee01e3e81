#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "input.h"
#include "stenometry/catheter_calibration.h"

namespace stenometry::program {

/// An object of known size in the image, from which the size of a pixel comes.
struct SpacingOptions {
    std::vector<std::string> catheter;  ///< points on it; none: the one that is found
    std::optional<double> catheter_mm, catheter_french, inner_mm;
    bool catheter_empty = false;
    std::vector<std::string> ruler;
    std::optional<double> ruler_mm;
    std::optional<double> ruler_error_px;

    bool by_catheter() const { return catheter_mm || catheter_french; }
    bool by_ruler() const { return !ruler.empty(); }
};

/// Adds --catheter, --ruler and what belongs to them. `options` must live as long as `command`.
void add_spacing_options(CLI::App& command, SpacingOptions& options);

/// \throws Failure wrong_command, naming the option, for options that contradict each other or miss one.
void check(const SpacingOptions& options, const InputOptions& input);

/// Gives the frame the calibration that is asked for, if any, and returns what it comes from if that is a
/// catheter.
/// \param stages with which vessels are measured, and so the catheter
/// \throws Failure wrong_command for points outside the frame; unmeasurable if the catheter is.
std::optional<CatheterCalibration> calibrate(Frame& frame, const SpacingOptions& options,
                                             const AnalysisOptions& stages, const std::string& path);

}  // namespace stenometry::program
