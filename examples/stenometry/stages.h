#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "stenometry/pipeline.h"
#include "values.h"

namespace stenometry::program {

/// What a LENGTH on the command line is, for the foot of the help.
inline constexpr const char* length_note =
    "A LENGTH has its unit: 3mm, where the size of a pixel is known, or 9px for pixels of the image.\n";

/// An option whose meaning depends on the image: lengths in px count in its pixels, those in mm need their
/// size.
struct GivenLength {
    std::string text;    ///< option and value, as they were given
    bool in_mm = false;  ///< whether one of its lengths is
    /// Sets what the option is for, by the `Frame::sized_calibration` of the image.
    std::function<void(AnalysisOptions&, const Calibration&)> set;
};

/// The options of the stages as they were given.
struct StageSettings {
    AnalysisOptions options;           ///< all but lengths
    std::vector<GivenLength> lengths;  ///< in the order of the command line's options
    bool reference_chosen = false, reference_diameter_given = false;
};

/// What the settings mean for one image.
/// \param name of the image, for the message
/// \throws Failure wrong_command, naming option and image, for a length in mm where the size of a pixel is
/// unknown.
AnalysisOptions options_for(const StageSettings& settings, const Frame& frame, const std::string& name);

/// The same while the size of a pixel is still to be found: lengths in mm mean nothing yet where it is
/// unknown.
AnalysisOptions options_before_calibration(const StageSettings& settings, const Frame& frame);

/// Adds the options of the stage that tells what looks like a vessel. `settings` must live as long as
/// `command`; for the other functions too.
void add_vesselness_options(CLI::App& command, StageSettings& settings);

/// Adds the options of the stage that tells vessels from everything else.
void add_segmentation_options(CLI::App& command, StageSettings& settings);

/// Adds the options of the stages that find the walls and their distance.
void add_wall_options(CLI::App& command, StageSettings& settings);

/// Adds the options of the stages that measure a vessel, those of its walls among them.
void add_measuring_options(CLI::App& command, StageSettings& settings);

/// Adds what is said of one vessel, place by place: what of it is not healthy, what leaves it.
void add_one_vessel_options(CLI::App& command, StageSettings& settings);

/// Adds what the tree can do for the vessels.
void add_tree_options(CLI::App& command, StageSettings& settings);

/// The options, with what shows the user on a terminal how far the analysis has come, and wipes that with
/// them.
AnalysisOptions with_progress(AnalysisOptions options);

/// \throws Failure wrong_command for options that contradict each other.
void check(const StageSettings& settings);

}  // namespace stenometry::program
