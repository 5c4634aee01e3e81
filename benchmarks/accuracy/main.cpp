// Measures phantoms of known diameters and writes how exact that was: stenometry_accuracy --out DIR
#include <tbb/global_control.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <filesystem>
#include <iostream>
#include <regex>

#include "stenometry/error.h"
#include "stenometry/io/image.h"
#include "tables.h"

namespace {

using namespace stenometry;
using namespace stenometry::accuracy;

struct Command {
    std::string out;
    std::string cells = ".*";
    std::string method;
    int seeds = 30;
    int threads = 0;
};

/// Every method that the library knows, by name. Values follow each other from 0; beyond the last one a name
/// repeats.
std::vector<std::pair<std::string, DiameterMethod>> diameter_methods() {
    std::vector<std::pair<std::string, DiameterMethod>> methods;
    for (int value = 0;; ++value) {
        const auto method = static_cast<DiameterMethod>(value);
        const std::string name(to_string(method));
        for (const auto& known : methods)
            if (known.first == name) return methods;
        methods.emplace_back(name, method);
    }
}

AnalysisOptions options_of(const Command& command) {
    AnalysisOptions options;
    for (const auto& [name, method] : diameter_methods())
        if (name == command.method) options.diameter.method = method;
    return options;
}

void add_options(CLI::App& app, Command& command) {
    std::vector<std::string> names;
    for (const auto& method : diameter_methods()) names.push_back(method.first);
    app.add_option("--out", command.out, "folder for tables and plots")->required();
    app.add_option("--cells", command.cells, "only cells whose name (study/imaging/artery) has a match");
    app.add_option("--method", command.method, "of measuring diameters; the library's default unless given")
        ->check(CLI::IsMember(names));
    app.add_option("--seeds", command.seeds, "measurements of each cell")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();
    app.add_option("--threads", command.threads, "as many as there are cores unless given")
        ->check(CLI::Range(1, 1024));
}

class ProgressLine {
  public:
    explicit ProgressLine(int total) : total_(total) {}
    void operator()(int done) const {
        constexpr int lines = 50;
        if (done * lines / total_ != (done - 1) * lines / total_)
            std::cerr << '\r' + std::to_string(done) + " of " + std::to_string(total_) + " measurements"
                      << std::flush;
        if (done == total_) std::cerr << '\n';
    }

  private:
    int total_;
};

std::vector<StudyResult> run_studies(const Command& command, const AnalysisOptions& options) {
    const std::regex pattern(command.cells);
    std::vector<StudyResult> results;
    for (const Study& study : studies()) {
        std::vector<Cell> cells;
        for (const Cell& cell : cells_of(study))
            if (std::regex_search(cell.name(), pattern)) cells.push_back(cell);
        if (cells.empty()) continue;
        std::cerr << study.name << '\n';
        const ProgressLine progress(static_cast<int>(cells.size()) * command.seeds);
        results.push_back({study.name, study.title, run(cells, command.seeds, options, progress)});
    }
    return results;
}

void write_tables(const std::filesystem::path& folder, const std::vector<StudyResult>& results) {
    std::filesystem::create_directories(folder);
    io::write_file(folder / "readings.csv", to_csv(readings_table(results)));
    io::write_file(folder / "cells.csv", to_csv(cells_table(results)));
    io::write_file(folder / "pooled.csv", to_csv(pooled_table(results)));
}

void run_command(const Command& command) {
    std::unique_ptr<tbb::global_control> limit;
    if (command.threads > 0)
        limit = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                                      static_cast<std::size_t>(command.threads));
    write_tables(command.out, run_studies(command, options_of(command)));
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures phantoms of known diameters, and writes how exact that was as tables and plots");
    Command command;
    add_options(app, command);
    CLI11_PARSE(app, argc, argv);
    try {
        run_command(command);
    } catch (const std::exception& error) {
        std::cerr << "stenometry_accuracy: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
