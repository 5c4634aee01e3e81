#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "stenometry/pipeline.h"
#include "stenometry/report.h"

namespace stenometry::program {

/// Files that are written together or not at all.
class OutputFiles {
  public:
    using Writer = std::function<void(const std::filesystem::path&)>;

    OutputFiles() = default;

    /// \param inputs files that must not be written over; empty paths are none
    explicit OutputFiles(std::vector<std::filesystem::path> inputs) : inputs_(std::move(inputs)) {}

    /// `write` is called with `path` by `write_all`.
    /// \throws Failure wrong_command if the path is an input's, or was added before.
    void add(const std::filesystem::path& path, Writer write);

    /// Text for a file, or for standard output where `path` is "-".
    void add_text(const std::filesystem::path& path, std::string text);

    /// Asked before work that takes long, too.
    /// \throws Failure unwritable, naming the file and the cause, if one of them cannot be written.
    void require_writable() const;

    /// Writes everything, standard output last. What was written goes again if something cannot be.
    /// \throws Failure unwritable, naming the file and the cause.
    void write_all() const;

  private:
    struct File {
        std::filesystem::path path;
        Writer write;
    };
    std::vector<std::filesystem::path> inputs_;
    std::vector<File> files_;
    std::string standard_output_;
};

/// Writes what `write` puts into a stream to the file, or to standard output where `path` is "-". A file is
/// there as a whole or not at all.
/// \param inputs files that must not be written over
/// \throws Failure wrong_command if it is one of them; unwritable, naming the file and the cause; whatever
/// `write` throws.
void write_stream(const std::filesystem::path& path, const std::vector<std::filesystem::path>& inputs,
                  const std::function<void(std::ostream&)>& write);

/// Makes the folder, and those that it lies in, where there is none.
/// \throws Failure unwritable, naming it and the cause.
void make_folder(const std::filesystem::path& folder);

/// \throws Failure wrong_command, naming `option`, if its file would be a PNG by another name: one whose
/// ending is another, or standard output.
void require_png(const std::string& option, const std::filesystem::path& path);

/// Where an analysis goes; empty paths are not written.
struct AnalysisOutputs {
    std::filesystem::path json, csv, overlay, plot, tubes, sr;
    double overlay_scale = 2.0;

    /// Whether standard output belongs to a file, and to nothing else.
    bool take_standard_output() const { return json == "-" || csv == "-"; }
};

/// Adds --json, --csv, --overlay, --overlay-scale, --plot, --tubes and --sr. `outputs` must live as
/// long as `command`.
void add_output_options(CLI::App& command, AnalysisOutputs& outputs);

/// \throws Failure wrong_command for outputs that cannot be written together or as what they are called.
void check(const AnalysisOutputs& outputs);

/// Why the analysis has not one measured vessel, in a line that begins with the path; empty if it has.
std::string why_nothing_is_measured(const Analysis& analysis, const ReportInput& input);

/// Writes what is asked for, and the summary for a person where standard output is free.
/// \throws Failure unmeasurable if nothing was measured, unwritable for a fault of a file.
void write(const AnalysisOutputs& outputs, const Frame& frame, const Analysis& analysis,
           const ReportInput& input);

}  // namespace stenometry::program
