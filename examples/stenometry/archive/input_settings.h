#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "frame_analysis.h"

namespace stenometry::program {

/// Options as they are given, name to values: those of the command line for all inputs, and those of a row of
/// a manifest, which come before them.
using GivenOptions = std::map<std::string, std::vector<std::string>>;

/// Which frames of a cine are analysed.
struct FrameChoice {
    enum class Kind { best, filled, all, one };
    Kind kind = Kind::best;
    int frame = 0;  ///< of `one`
};

/// Everything that the results of one input depend on, besides the file.
struct InputSettings {
    AnalysisSettings analysis;
    FrameChoice frames;
};

/// Adds the options that `batch` has in common with `analyze`, and --frames. `settings` must live as long as
/// `command`.
void add_input_settings(CLI::App& command, InputSettings& settings);

/// Those of them that were given. \pre `command` is parsed.
GivenOptions given_options(const CLI::App& command);

/// What an option is called of which a manifest has the column, such as --spacing of spacing; empty if none
/// is. Whether it may be given several times, with ; between the values.
struct ColumnOption {
    std::string name;
    bool several = false;
    bool file = false;  ///< its value is a path
};
std::optional<ColumnOption> option_of_column(const std::string& column);

/// What the options mean.
/// \throws Failure wrong_command, naming the option, for a value that it does not take or options that
/// contradict each other.
InputSettings parse_options(const GivenOptions& options);

/// The options as JSON. Of a file that they name it has the SHA-256: what is in it counts, not where it lies.
/// \throws Failure unreadable if there is none.
std::string options_json(const GivenOptions& options);

}  // namespace stenometry::program
