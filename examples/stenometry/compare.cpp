#include <algorithm>
#include <array>
#include <memory>

#include "compared_visits.h"
#include "comparison_summary.h"
#include "failure.h"
#include "output.h"
#include "stenometry/error.h"
#include "terminal.h"
#include "values.h"
#include "verb.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

constexpr std::array phase_names{"before", "after", "followup"};

struct CompareCommand {
    std::vector<fs::path> analyses;
    fs::path balloon, json, csv;
    std::vector<int> vessels;
    std::optional<std::size_t> lesion;
    std::vector<std::string> points, stents;
    std::string stent_visit = "after";
    std::optional<double> balloon_nominal_mm;
    bool same_calibration = false;
    ComparisonOptions options;
};

std::vector<Point> points_of(const std::string& option, const std::vector<std::string>& texts,
                             std::size_t first, std::size_t count) {
    std::vector<Point> points;
    for (std::size_t k = 0; k < count; ++k) {
        const auto point = parse_point(texts[first + k]);
        if (!point)
            throw Failure(ExitCode::wrong_command, option + ": '" + texts[first + k] + "' is not X,Y");
        points.push_back(*point);
    }
    return points;
}

/// Groups of so many points.
std::vector<std::vector<Point>> groups_of(const std::string& option, const std::vector<std::string>& texts,
                                          std::size_t size) {
    if (texts.size() % size != 0)
        throw Failure(ExitCode::wrong_command, option + " takes " + std::to_string(size) +
                                                   " points each time, and has " +
                                                   std::to_string(texts.size()) + " in all");
    std::vector<std::vector<Point>> groups;
    for (std::size_t k = 0; k < texts.size(); k += size) groups.push_back(points_of(option, texts, k, size));
    return groups;
}

ComparisonOptions options_of(const CompareCommand& command) {
    ComparisonOptions options = command.options;
    options.lesion = command.lesion;
    options.points = groups_of("--point", command.points, command.analyses.size());
    const auto visit =
        static_cast<std::size_t>(std::ranges::find(phase_names, command.stent_visit) - phase_names.begin());
    if (visit >= command.analyses.size())
        throw Failure(ExitCode::wrong_command,
                      "--stent-in " + command.stent_visit + ": there is no such visit");
    for (const std::vector<Point>& ends : groups_of("--stent", command.stents, 2))
        options.stents.push_back({.visit = visit, .proximal_px = ends[0], .distal_px = ends[1]});
    return options;
}

const Visit& vessel_with_id(const AnalysedVisit& visit, int id) {
    const auto found = std::ranges::find(visit.vessels, id, [](const Visit& v) { return v.vessel.id; });
    if (found == visit.vessels.end())
        throw Failure(ExitCode::unmeasurable,
                      visit.path.string() + " has no measured vessel " + std::to_string(id));
    return *found;
}

double most_severe(const Visit& visit) {
    double most = -1.0;
    for (const Stenosis& narrowing : visit.vessel.stenoses)
        if (narrowing.is_lesion) most = std::max(most, narrowing.percent_diameter_stenosis.value_or(100.0));
    return most;
}

/// The visits of one vessel: as told, else the one with the most severe lesion before, and what matches it.
struct ChosenVisits {
    std::vector<Visit> visits;
    std::vector<ComparisonWarning> warnings;
};

ChosenVisits choose(const std::vector<AnalysedVisit>& analysed, const std::vector<int>& ids) {
    ChosenVisits chosen;
    for (std::size_t v = 0; v < analysed.size(); ++v) {
        if (!ids.empty()) {
            chosen.visits.push_back(vessel_with_id(analysed[v], ids[v]));
        } else if (v == 0) {
            chosen.visits.push_back(*std::ranges::max_element(analysed[v].vessels, {}, most_severe));
        } else {
            const auto best = choose_vessel(chosen.visits.front(), analysed[v].vessels);
            chosen.visits.push_back(analysed[v].vessels[best->index]);
            constexpr double clear_lead = 3.0;
            if (best->lead < clear_lead)
                chosen.warnings.push_back({ComparisonWarningCode::match_ambiguous,
                                           "another vessel of " + analysed[v].path.string() +
                                               " matches nearly as well: give --vessel",
                                           v});
        }
    }
    return chosen;
}

std::optional<Balloon> read_balloon(const CompareCommand& command) {
    if (command.balloon.empty()) {
        if (command.balloon_nominal_mm)
            throw Failure(ExitCode::wrong_command, "--balloon-nominal needs --balloon");
        return {};
    }
    return Balloon{read_visit(command.balloon, command.same_calibration).vessels.front(),
                   command.balloon_nominal_mm};
}

void check(const CompareCommand& command) {
    if (command.analyses.size() < 2 || command.analyses.size() > 3)
        throw Failure(ExitCode::wrong_command,
                      "compare takes two or three analyses: before, after, follow-up");
    if (!command.vessels.empty() && command.vessels.size() != command.analyses.size())
        throw Failure(ExitCode::wrong_command, "--vessel takes one number for every analysis");
    if (command.json == "-" && command.csv == "-")
        throw Failure(ExitCode::wrong_command, "--json and --csv cannot both go to standard output");
}

Comparison compared(const ChosenVisits& chosen, const ComparisonOptions& options) {
    try {
        Comparison comparison = compare(chosen.visits, options);
        comparison.warnings.insert(comparison.warnings.begin(), chosen.warnings.begin(),
                                   chosen.warnings.end());
        return comparison;
    } catch (const InvalidInput& error) {
        throw Failure(ExitCode::wrong_command, error.what());
    }
}

void write(const CompareCommand& command, const Comparison& comparison, const ComparisonInput& input) {
    std::vector<fs::path> inputs = command.analyses;
    inputs.push_back(command.balloon);
    OutputFiles files(std::move(inputs));
    if (!command.json.empty()) files.add_text(command.json, to_json(comparison, input));
    if (!command.csv.empty()) files.add_text(command.csv, to_csv(comparison, input));
    if (command.json != "-" && command.csv != "-") files.add_text("-", summary(comparison));
    files.write_all();
    for (const ComparisonWarning& warning : comparison.warnings) warn(warning.message);
}

void run(const CompareCommand& command) {
    check(command);
    ComparisonOptions options = options_of(command);
    std::vector<AnalysedVisit> analysed;
    for (const fs::path& path : command.analyses)
        analysed.push_back(read_visit(path, command.same_calibration));
    options.balloon = read_balloon(command);
    const ChosenVisits chosen = choose(analysed, command.vessels);
    ComparisonInput input{
        .visits = chosen.visits, .balloon = options.balloon, .balloon_analysis = command.balloon.string()};
    for (const AnalysedVisit& visit : analysed) input.sources.push_back({visit.path.string(), visit.input});
    write(command, compared(chosen, options), input);
}

void add_place_options(CLI::App& app, CompareCommand& command) {
    app.add_option("--vessel", command.vessels,
                   "id of the vessel in every analysis [that with the most severe lesion before, and what "
                   "matches it]")
        ->delimiter(',')
        ->type_name("I,J[,K]");
    app.add_option("--lesion", command.lesion,
                   "id of the narrowing of the vessel before that was treated [the one that widened most]")
        ->type_name("N");
    app.add_option("--point", command.points,
                   "one place in every image, in the order of the analyses; several times")
        ->type_name("X,Y X,Y [X,Y]");
    app.add_option(
           "--stent", command.stents,
           "ends of a stent, or a balloon's markers: proximal, distal; several times [where the lumen "
           "widened; markers are not looked for]")
        ->type_name("X,Y X,Y");
    app.add_option("--stent-in", command.stent_visit, "the image that --stent is of")
        ->check(one_of({"before", "after", "followup"}))
        ->capture_default_str();
}

}  // namespace

Verb add_compare(CLI::App& program) {
    CLI::App* app = program.add_subcommand("compare", "Compare one vessel before, after and at follow-up.");
    const auto command = std::make_shared<CompareCommand>();
    app->add_option("ANALYSIS", command->analyses,
                    "two or three analyses as analyze --json and measure --json write them: before the "
                    "intervention, after it, at follow-up")
        ->required()
        ->type_name("");
    add_place_options(*app, *command);
    app->add_option("--balloon", command->balloon, "analysis of the inflated balloon, measured as a vessel")
        ->type_name("FILE");
    app->add_option("--balloon-nominal", command->balloon_nominal_mm, "its diameter by the chart, in mm")
        ->check(positive_number())
        ->type_name("MM");
    app->add_flag("--same-calibration", command->same_calibration,
                  "one calibration serves all visits, which share its error [each has its own]");
    app->add_option("--edge", command->options.edge_mm, "length of the stent's edges, in mm")
        ->check(positive_number())
        ->capture_default_str()
        ->type_name("MM");
    app->add_option("--json", command->json,
                    "the comparison, after the schema stenometry.comparison/1; - is standard output")
        ->type_name("FILE")
        ->group("Output");
    app->add_option("--csv", command->csv, "a row per visit and region; - is standard output")
        ->type_name("FILE")
        ->group("Output");
    app->footer("Example: stenometry compare before.json after.json followup.json --stent 214,96 250,171");
    return {app, [command] { run(*command); }};
}

}  // namespace stenometry::program
