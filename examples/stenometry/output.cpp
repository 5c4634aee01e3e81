#include "output.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <system_error>

#include "archive/csv.h"
#include "failure.h"
#include "itk_files.h"
#include "sr.h"
#include "stenometry/error.h"
#include "stenometry/io/image.h"
#include "stenometry/viz/overlay.h"
#include "stenometry/viz/plot.h"
#include "summary.h"
#include "terminal.h"
#include "values.h"

namespace stenometry::program {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail_to_write(const fs::path& path, const std::string& cause) {
    throw Failure(ExitCode::unwritable, "cannot write " + path.string() + ": " + cause);
}

/// Finds what is wrong with a path before anything is written, so that no other file is touched in vain.
void require_writable(const fs::path& path) {
    std::error_code none;
    if (fs::is_directory(path, none)) fail_to_write(path, "it is a directory");
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    if (!fs::exists(folder, none)) fail_to_write(path, "there is no directory " + folder.string());
    if (!fs::is_directory(folder, none)) fail_to_write(path, folder.string() + " is not a directory");
    if (::access((fs::exists(path, none) ? path : folder).c_str(), W_OK) != 0)
        fail_to_write(path, std::strerror(errno));
}

void require_not_among(const std::vector<fs::path>& inputs, const fs::path& path) {
    std::error_code absent;
    for (const fs::path& input : inputs)
        if (!input.empty() && fs::equivalent(path, input, absent))
            throw Failure(ExitCode::wrong_command, path.string() + " is an input and would be written over");
}

bool is_device(const fs::path& path) {
    std::error_code absent;
    return fs::exists(path, absent) && !fs::is_regular_file(path, absent);
}

/// Takes back files that were written; devices and pipes cannot be.
void remove_regular(const fs::path& path) {
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored)) fs::remove(path, ignored);
}

void write_standard_output(const std::string& text) {
    errno = 0;
    std::cout << text << std::flush;
    if (!std::cout) fail_to_write("to standard output", errno != 0 ? std::strerror(errno) : "it is closed");
}

bool is_svg(const fs::path& path) { return ending_of(path) == ".svg"; }

/// `plot.svg` for one vessel, `plot-0.svg`, `plot-1.svg`, ... for several.
fs::path plot_path(const fs::path& path, const Vessel& vessel, std::size_t vessels) {
    if (vessels == 1) return path;
    fs::path numbered = path;
    numbered.replace_filename(path.stem().string() + '-' + std::to_string(vessel.id) +
                              path.extension().string());
    return numbered;
}

void add_plots(OutputFiles& files, const fs::path& path, const Analysis& analysis) {
    for (const Vessel& vessel : analysis.vessels) {
        const fs::path place = plot_path(path, vessel, analysis.vessels.size());
        if (is_svg(path))
            files.add_text(place, viz::plot_diameter_svg(vessel, analysis.calibration));
        else
            files.add(place, [picture = viz::plot_diameter(vessel, analysis.calibration)](
                                 const fs::path& to) { io::write_png(to, picture); });
    }
}

void add_overlay(OutputFiles& files, const AnalysisOutputs& outputs, const Frame& frame,
                 const Analysis& analysis) {
    const auto picture = viz::draw_overlay(frame, analysis, {.scale = outputs.overlay_scale});
    files.add(outputs.overlay, [picture](const fs::path& to) { io::write_png(to, picture); });
}

bool was_measured(const Vessel& vessel) { return vessel.contour.reason == Unmeasurable::none; }

/// Where the vessels come from, if not from the frame.
std::string giver_of_vessels(const ReportInput& input) {
    if (!input.mask.empty()) return input.mask;
    return !input.probability.empty() ? input.probability : input.model;
}

/// The message of the warning about a reason: it says more than the reason alone.
std::string explanation(const Analysis& analysis, Unmeasurable reason) {
    for (const Warning& warning : analysis.warnings)
        if (to_string(warning.code) == to_string(reason)) return warning.message;
    return std::string(explain(reason));
}

/// The options with which this program lets a user do what a warning advises.
std::string options_against(WarningCode code) {
    switch (code) {
        case WarningCode::no_calibration:
        case WarningCode::spacing_at_detector:
            return "--spacing or --catheter-french";
        case WarningCode::inverted:
            return "--no-invert if they are not";
        case WarningCode::vessel_too_short:
        case WarningCode::no_healthy_segment:
        case WarningCode::diffuse_disease:
            return "--reference-diameter";
        case WarningCode::narrow_origin:
            return "--ostial";
        default:
            return "";
    }
}

std::string text_of(const Warning& warning) {
    const std::string options = options_against(warning.code);
    return options.empty() ? warning.message : warning.message + " (" + options + ')';
}

std::string csv_line(const std::vector<std::string>& fields) {
    std::string line;
    for (std::size_t i = 0; i < fields.size(); ++i) line += (i == 0 ? "" : ",") + csv_field(fields[i]);
    return line + "\r\n";
}

/// The rows that the file has already, as a script leaves them that names one file for many images.
std::optional<CsvTable> earlier_rows(const fs::path& path) {
    std::error_code absent;
    if (!fs::is_regular_file(path, absent) || fs::file_size(path, absent) == 0) return {};
    std::ifstream file(path, std::ios::binary);
    try {
        return parse_csv(std::string{std::istreambuf_iterator<char>(file), {}});
    } catch (const Failure&) {
        return CsvTable{};  // it has none that could be kept
    }
}

/// The table with the rows of other images, and of other frames, that the file has: they stay.
std::string with_earlier_rows(const std::string& csv, const AnalysisOutputs& outputs,
                              const ReportInput& input) {
    const std::optional<CsvTable> earlier = earlier_rows(outputs.csv);
    if (!earlier) return csv;
    const CsvTable now = parse_csv(csv);
    if (earlier->columns != now.columns)
        fail_to_write(
            outputs.csv,
            "it is there already, and is no table of lesions with the same columns: name another file");
    std::string merged = csv_line(now.columns);
    for (const std::vector<std::string>& row : earlier->rows)
        if (row[0] != input.path || row[1] != std::to_string(input.frame)) merged += csv_line(row);
    for (const std::vector<std::string>& row : now.rows) merged += csv_line(row);
    return merged;
}

}  // namespace

void write_stream(const fs::path& path, const std::vector<fs::path>& inputs,
                  const std::function<void(std::ostream&)>& write) {
    errno = 0;
    if (path == "-") {
        write(std::cout);
        std::cout.flush();
        if (!std::cout)
            fail_to_write("to standard output", errno != 0 ? std::strerror(errno) : "it is closed");
        return;
    }
    require_not_among(inputs, path);
    require_writable(path);
    const fs::path draft = is_device(path) ? path : fs::path(path.string() + ".part");
    try {
        std::ofstream file(draft, std::ios::binary);
        write(file);
        file.close();
        if (!file) fail_to_write(path, std::strerror(errno));
        if (draft != path) fs::rename(draft, path);
    } catch (...) {
        if (draft != path) remove_regular(draft);
        throw;
    }
}

void make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw Failure(ExitCode::unwritable, "cannot make " + folder.string() + ": " + error.message());
}

void OutputFiles::add(const fs::path& path, Writer write) {
    require_not_among(inputs_, path);
    for (const File& file : files_)
        if (file.path == path && !is_device(path))
            throw Failure(ExitCode::wrong_command, path.string() + " would be written twice");
    files_.push_back({path, std::move(write)});
}

void OutputFiles::add_text(const fs::path& path, std::string text) {
    if (path == "-")
        standard_output_ += text;
    else
        add(path, [text = std::move(text)](const fs::path& to) { io::write_file(to, text); });
}

void OutputFiles::require_writable() const {
    for (const File& file : files_) program::require_writable(file.path);
}

void OutputFiles::write_all() const {
    require_writable();
    std::size_t written = 0;
    try {
        for (; written < files_.size(); ++written) files_[written].write(files_[written].path);
        write_standard_output(standard_output_);
    } catch (const std::exception& error) {
        for (std::size_t i = 0; i < written; ++i) remove_regular(files_[i].path);
        throw Failure(ExitCode::unwritable, error.what());
    }
}

void require_png(const std::string& option, const fs::path& path) {
    if (path == "-")
        throw Failure(ExitCode::wrong_command, option + " -: pictures are not written to standard output");
    const std::string ending = ending_of(path);
    if (!ending.empty() && ending != ".png")
        throw Failure(ExitCode::wrong_command, option + ' ' + path.string() + ": the name must end in .png");
}

void add_output_options(CLI::App& command, AnalysisOutputs& outputs) {
    const auto add = [&](const std::string& name, fs::path& path, const std::string& help) {
        command.add_option(name, path, help)->type_name("FILE")->group("Output");
    };
    add("--json", outputs.json,
        "everything measured, after the schema stenometry.analysis/2; - is standard output");
    add("--csv", outputs.csv,
        "a row per lesion; rows of other images that the file has stay; - is standard output");
    add("--overlay", outputs.overlay, "picture of the frame with walls and lesions, PNG");
    add("--plot", outputs.plot,
        "diameter along each vessel, .svg or .png; several vessels: FILE-0.svg, FILE-1.svg, ...");
    add("--tubes", outputs.tubes,
        "centerlines and radii of the vessels as tubes in the plane z = 0, in mm or else in pixels, .tre: "
        "for 3D "
        "Slicer and ITKTubeTK");
    add("--sr", outputs.sr,
        "DICOM structured report (TID 1500) with a measurement group per lesion, .dcm; of a DICOM IMAGE");
    command
        .add_option("--overlay-scale", outputs.overlay_scale,
                    "size of the overlay over the size of the frame, 1 to 8 [2]")
        ->type_name("FACTOR")
        ->check(number_within(1.0, 8.0))
        ->group("Output");
}

void check(const AnalysisOutputs& outputs) {
    if (outputs.json == "-" && outputs.csv == "-")
        throw Failure(ExitCode::wrong_command, "--json - and --csv - both ask for standard output");
    require_png("--overlay", outputs.overlay);
    if (!outputs.plot.empty() && !is_svg(outputs.plot) && ending_of(outputs.plot) != ".png")
        throw Failure(ExitCode::wrong_command,
                      "--plot " + outputs.plot.string() + ": the name must end in .svg or .png");
    require_tubes("--tubes", outputs.tubes);
    require_structured_report(outputs.sr);
}

std::string why_nothing_is_measured(const Analysis& analysis, const ReportInput& input) {
    if (std::any_of(analysis.vessels.begin(), analysis.vessels.end(), was_measured)) return {};
    const Unmeasurable reason =
        analysis.vessels.empty() ? analysis.reason : analysis.vessels.front().contour.reason;
    const std::string giver = giver_of_vessels(input);
    return input.path + ": " +
           (reason == Unmeasurable::no_vessel && !giver.empty()
                ? "no vessel of " + giver + " can be followed and measured in it"
                : explanation(analysis, reason));
}

void write(const AnalysisOutputs& outputs, const Frame& frame, const Analysis& analysis,
           const ReportInput& input) {
    if (const std::string reason = why_nothing_is_measured(analysis, input); !reason.empty())
        throw Failure(ExitCode::unmeasurable, reason);
    OutputFiles files({input.path, input.mask, input.probability, input.model});
    if (!outputs.json.empty()) files.add_text(outputs.json, to_json(analysis, input));
    if (!outputs.csv.empty())
        files.add_text(outputs.csv, with_earlier_rows(to_csv(analysis, input), outputs, input));
    if (!outputs.overlay.empty()) add_overlay(files, outputs, frame, analysis);
    if (!outputs.plot.empty()) add_plots(files, outputs.plot, analysis);
    if (!outputs.tubes.empty()) files.add(outputs.tubes, tube_writer(analysis));
    if (!outputs.sr.empty()) files.add(outputs.sr, structured_report_writer(analysis, input));
    if (!outputs.take_standard_output()) files.add_text("-", summary(analysis, input));
    files.write_all();
    for (const Warning& warning : analysis.warnings) warn(text_of(warning));
}

}  // namespace stenometry::program
