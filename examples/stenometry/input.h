#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "stenometry/filled_frames.h"
#include "stenometry/frame.h"

namespace stenometry::program {

/// The size of a pixel by the user's word.
struct GivenSpacing {
    std::optional<double> mm, error_mm;

    /// Empty if none is given.
    /// \throws Failure wrong_command if the error is not below the size.
    std::optional<Calibration> calibration() const;
};

/// Adds --spacing and --spacing-error. `spacing` must live as long as `command`.
/// \param otherwise what the size is without, for the help
void add_given_spacing_options(CLI::App& command, GivenSpacing& spacing, const std::string& otherwise);

/// Which frame is analysed, and how large its pixels are.
struct InputOptions {
    std::filesystem::path image;
    GivenSpacing spacing;      ///< overrides what the file says
    std::optional<int> frame;  ///< absent: the best-filled one
    /// Whether vessels are bright in it; absent: where the file does not say it, if they are beyond doubt.
    std::optional<bool> invert;
};

/// Adds IMAGE, --spacing, --spacing-error, --frame and --invert. `options` must live as long as `command`.
void add_input_options(CLI::App& command, InputOptions& options);

/// Adds --invert and --no-invert, which `add_input_options` adds too.
void add_invert_option(CLI::App& command, std::optional<bool>& invert);

/// \throws Failure wrong_command if a file called `name` with `count` frames has no frame `index`.
void require_frame(int index, int count, const std::string& name);

/// Reads the frame that is asked for, or chooses one and says which.
/// \throws Failure unreadable for a fault of the file; wrong_command if there is no such frame.
Frame read_frame(const InputOptions& options);

/// A frame, and where it was chosen from a cine, which of its frames show a filled artery.
struct FrameOfCine {
    Frame frame;
    std::optional<FrameRange> filled;
};

/// The same, and says which are filled.
FrameOfCine read_frame_of_cine(const InputOptions& options);

/// The point that `text` spells as X,Y. \pre `text` is one, as `point_value` has checked.
/// \throws Failure wrong_command, naming `option` and the nearest vessel, if it lies outside the frame.
Point point_inside(const Frame& frame, const std::string& text, const std::string& option);

}  // namespace stenometry::program
