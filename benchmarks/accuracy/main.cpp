// Measures phantoms of known diameters and writes how exact that was: stenometry_accuracy --out DIR
#include <tbb/global_control.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

#include "page.h"
#include "stenometry/error.h"
#include "stenometry/io/image.h"
#include "tables.h"

namespace {

using namespace stenometry;
using namespace stenometry::accuracy;
namespace fs = std::filesystem;

struct Command {
    std::string line;  ///< as it was given
    fs::path out, page;
    std::string cells, method, date;
    int seeds = 0, threads = 0;
    bool quick = false, readings = false;
};

constexpr std::array diameter_methods{DiameterMethod::physics, DiameterMethod::contour};

void add_options(CLI::App& app, Command& command) {
    std::vector<std::string> names;
    for (const DiameterMethod method : diameter_methods) names.emplace_back(to_string(method));
    app.add_option("--out", command.out, "folder for tables and plots")->required();
    app.add_option("--page", command.page,
                   "Markdown file whose part between two markers is replaced by the results");
    app.add_flag("--quick", command.quick, "a part that takes seconds; what the tests look at");
    app.add_option("--cells", command.cells,
                   "only cells whose name, study/imaging/artery, matches this expression");
    app.add_option("--method", command.method, "of measuring diameters; the library's default unless given")
        ->check(CLI::IsMember(names));
    app.add_option("--seeds", command.seeds, "measurements of each cell; 30 unless given")
        ->check(CLI::Range(2, 10000));
    app.add_option("--threads", command.threads, "as many as there are cores unless given")
        ->check(CLI::Range(1, 1024));
    app.add_option("--date", command.date, "that the page states; today unless given");
    app.add_flag("--readings", command.readings, "write every single measurement, too");
}

AnalysisOptions options_of(const Command& command) {
    AnalysisOptions options;
    for (const DiameterMethod method : diameter_methods)
        if (to_string(method) == command.method) options.diameter.method = method;
    return options;
}

Plan plan_of(const Command& command) {
    Plan plan = command.quick ? quick_plan() : Plan{};
    if (!command.cells.empty()) plan.cells = command.cells;
    if (command.seeds > 0) plan.replicates = command.seeds;
    return plan;
}

void show_progress(const std::string& what, int done, int total) {
    constexpr int lines = 50;
    if (done * lines / total == (done - 1) * lines / total) return;
    std::cerr << '\r' << what << ": " << done << " of " << total << (done == total ? "\n" : "") << std::flush;
}

std::string today() {
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::array<char, 16> text;
    std::strftime(text.data(), text.size(), "%Y-%m-%d", std::gmtime(&now));
    return text.data();
}

Run run_of(const Command& command, const Plan& plan) {
    return {.command = command.line,
            .date = command.date.empty() ? today() : command.date,
            .method = std::string(to_string(options_of(command).diameter.method)),
            .replicates = plan.replicates};
}

void write_tables(const Command& command, const Results& results) {
    io::write_file(command.out / "cells.csv", to_csv(cells_table(results.studies)));
    io::write_file(command.out / "pooled.csv", to_csv(pooled_table(results.studies)));
    io::write_file(command.out / "stability.csv", to_csv(stability_table(results)));
    io::write_file(command.out / "acceptance.csv", to_csv(acceptance_table(results)));
    if (command.readings)
        io::write_file(command.out / "readings.csv", to_csv(readings_table(results.studies)));
}

void write_plots(const fs::path& folder, const std::vector<NamedPlot>& plots) {
    constexpr double pixels_per_unit = 2.0;  // for screens of high resolution
    for (const NamedPlot& plot : plots) {
        io::write_file(folder / (plot.file + ".svg"), viz::to_svg(plot.drawing, plot.title));
        io::write_png(folder / (plot.file + ".png"), viz::to_picture(plot.drawing, pixels_per_unit));
    }
}

std::string text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw IoError("cannot read " + file.string());
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

void write_pages(const Command& command, const Results& results, const Run& run,
                 const std::vector<NamedPlot>& plots) {
    io::write_file(command.out / "figures.md", measured_section(results, run, plots, ""));
    if (command.page.empty()) return;
    const fs::path from_page = fs::proximate(command.out, fs::absolute(command.page).parent_path());
    const std::string folder = from_page.generic_string() + '/';
    io::write_file(command.page,
                   with_section(text_of(command.page), measured_section(results, run, plots, folder)));
}

void run_command(const Command& command) {
    std::unique_ptr<tbb::global_control> limit;
    if (command.threads > 0)
        limit = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                                      static_cast<std::size_t>(command.threads));
    fs::create_directories(command.out);
    const Plan plan = plan_of(command);
    const Results results = run(plan, options_of(command), show_progress);
    const std::vector<NamedPlot> plots = plots_of(results);
    write_tables(command, results);
    write_plots(command.out, plots);
    write_pages(command, results, run_of(command, plan), plots);
    std::cout << verdicts(results);
}

/// The command as one would type it again, the program by its name alone.
std::string line_of(int argc, char** argv) {
    std::string line = fs::path(argv[0]).filename().string();
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        line += word.find_first_of(" |()*$^'") == std::string::npos ? ' ' + word : " '" + word + "'";
    }
    return line;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures phantoms of known diameters, and writes how exact that was as tables and plots");
    Command command{.line = line_of(argc, argv)};
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
