#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>

#include "data_set.h"
#include "failure.h"
#include "findings.h"
#include "given_vessels.h"
#include "input.h"
#include "network.h"
#include "output.h"
#include "scores.h"
#include "side_by_side.h"
#include "stages.h"
#include "stenometry/error.h"
#include "stenometry/external_mask.h"
#include "stenometry/io/cine.h"
#include "stenometry/io/mask.h"
#include "stenometry/pipeline.h"
#include "terminal.h"
#include "threads.h"
#include "values.h"
#include "verb.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

struct EvaluateCommand {
    fs::path folder;
    std::vector<std::string> tasks;
    std::string drawn = "vessels";
    fs::path masks, probabilities, analyses;
    GivenSpacing spacing;
    std::optional<double> min_percent;
    ScoreOptions scores;
    NetworkOptions network;
    StageSettings stages;
    fs::path json, csv;
    bool each = false;
    std::optional<int> threads;
    /// Options of the stages that find vessels and of those that measure them.
    std::vector<const CLI::Option*> finding, measuring;

    /// Whether somebody else's results are scored.
    bool given() const { return !masks.empty() || !probabilities.empty() || !analyses.empty(); }

    /// Whether it was asked for; where nobody says, what the results are for that are given, or everything.
    bool wants(const std::string& task) const {
        if (!tasks.empty()) return std::find(tasks.begin(), tasks.end(), task) != tasks.end();
        if (!given()) return true;
        return task == "segment" ? !masks.empty() || !probabilities.empty()
                                 : task == "analyze" && !analyses.empty();
    }

    /// Whether the program measures lesions, and whether it looks for vessels, itself.
    bool measures() const { return (wants("analyze") || wants("measure")) && analyses.empty(); }
    bool finds() const { return measures() || (wants("segment") && masks.empty() && probabilities.empty()); }
};

/// Results of somebody else, by the name of the image.
struct Results {
    FilesByName masks, probabilities, analyses;
};

Results results_of(const EvaluateCommand& command) {
    Results results;
    if (!command.masks.empty()) results.masks = FilesByName(command.masks);
    if (!command.probabilities.empty()) results.probabilities = FilesByName(command.probabilities);
    if (!command.analyses.empty()) results.analyses = FilesByName(command.analyses, {".json"});
    return results;
}

/// The probability as `segment` writes it, in 16 bits: what rounds to the same is as likely.
Image<float> as_written(const Image<float>& probability) {
    Image<float> rounded(probability.width(), probability.height());
    for (int y = 0; y < rounded.height(); ++y)
        std::transform(probability.row(y), probability.row(y) + probability.width(), rounded.row(y),
                       [](float p) { return std::round(p * 65535.0F) / 65535.0F; });
    return rounded;
}

/// The work on one image.
class Scorer {
  public:
    Scorer(const EvaluateCommand& command, const Results& results, const Sample& sample)
        : command_(command), results_(results), sample_(sample) {}

    SampleScores run() {
        read();
        SampleScores scores{.name = sample_.name};
        if (command_.wants("segment") && truth_.vessels) scores.mask = score_mask();
        if (command_.wants("analyze") && (truth_.phantom || truth_.regions)) score_analysis(scores);
        if (command_.wants("measure") && truth_.phantom && truth_.phantom->ends)
            scores.measured = score_measurement();
        if (!scores.mask && !scores.analyzed && !scores.regions && !scores.measured)
            throw IoError("its truth is not what was asked for");
        return scores;
    }

  private:
    void read() {
        const std::optional<PhantomTruth> phantom = sample_.read_phantom_truth();
        frame_ = io::open_cine(sample_.image)->read(phantom ? phantom->frame : 0);
        truth_ = sample_.read_truth(frame_);
        truth_.phantom = phantom;
        if (phantom) frame_.calibration = Calibration::from_user(phantom->mm_per_px);
        if (const auto calibration = command_.spacing.calibration()) frame_.calibration = *calibration;
        options_ = options_for(command_.stages, frame_, sample_.image.string());
    }

    VesselMask given_vessels() const {
        Image<std::uint8_t> mask;
        Image<float> probability;
        if (!command_.masks.empty()) mask = io::read_mask(results_.masks.at(sample_.name), frame_.index);
        if (!command_.probabilities.empty())
            probability = io::read_probability(results_.probabilities.at(sample_.name), frame_.index);
        VesselMask vessels = external_mask(frame_, mask, probability);
        vessels.probability = probability;  // as it was given, and none if none was
        return vessels;
    }

    MaskScores score_mask() const {
        const bool given = !command_.masks.empty() || !command_.probabilities.empty();
        VesselMask vessels = given ? given_vessels() : find_vessels(frame_, command_.network, options_);
        if (!given) vessels.probability = as_written(vessels.probability);
        const Image<std::uint8_t>& truth = *truth_.vessels;
        MaskScores scores{.dice = dice(vessels.mask, truth),
                          .cl_dice = centerline_dice(vessels.mask, truth),
                          .hausdorff95_px = hausdorff_px(vessels.mask, truth),
                          .centerlines = compare_lines(skeleton(vessels.mask), skeleton(truth),
                                                       command_.scores.tolerance_px)};
        if (!vessels.probability.empty()) scores.auc = area_under_curve(vessels.probability, truth);
        return scores;
    }

    /// What somebody else found, or else what `measure` does.
    template <class Measure>
    Findings findings(Measure measure) const {
        if (!command_.analyses.empty()) return read_findings(results_.analyses.at(sample_.name));
        return findings_of(measure());
    }

    LesionScores score_lesions(const std::vector<FoundLesion>& found, const std::vector<TrueLesion>& truth,
                               const LesionMatchOptions& options) const {
        const LesionMatches matches = match_lesions(found, truth, truth_.phantom->mm_per_px, options);
        LesionScores scores;
        for (std::size_t i = 0; i < truth.size(); ++i) {
            const auto& match = matches.found_of_truth[i];
            scores.lesions.push_back({truth[i], match ? std::optional(found[*match]) : std::nullopt});
        }
        for (const std::size_t index : matches.false_positives)
            scores.false_positives.push_back(*found[index].percent_diameter_stenosis);
        return scores;
    }

    void score_analysis(SampleScores& scores) const {
        const Findings found = findings([this] {
            const auto vessels = network_vessels(command_.network, frame_);
            return vessels ? stenometry::analyze(frame_, *vessels, options_)
                           : stenometry::analyze(frame_, options_);
        });
        if (truth_.phantom) {
            std::vector<TrueLesion> all;
            for (const auto& lesions : truth_.phantom->of_vessels)
                all.insert(all.end(), lesions.begin(), lesions.end());
            scores.analyzed = score_lesions(found.lesions, all, {});
        }
        if (truth_.regions) scores.regions = score_regions(found.lesions);
        if (truth_.vessels) scores.followed = score_centerlines(found.centerlines_px);
    }

    RegionMatches score_regions(const std::vector<FoundLesion>& lesions) const {
        std::vector<Point> at;
        for (const FoundLesion& lesion : lesions)
            if (lesion.percent_diameter_stenosis.value_or(0.0) >= command_.scores.min_percent_drawn)
                at.push_back(lesion.at_px);
        return match_regions(at, *truth_.regions);
    }

    LineAgreement score_centerlines(const std::vector<Polyline>& found) const {
        std::vector<Polyline> lines;
        for (const Polyline& points : found) {
            lines.emplace_back();
            for (const Point& at : points) {
                // A line goes on behind a point that is missing, but not across it.
                if (frame_.contains(at))
                    lines.back().push_back(at);
                else if (!lines.back().empty())
                    lines.emplace_back();
            }
        }
        return compare_lines(draw_lines(lines, frame_.width(), frame_.height()), skeleton(*truth_.vessels),
                             command_.scores.tolerance_px);
    }

    LesionScores score_measurement() const {
        const PhantomTruth& phantom = *truth_.phantom;
        const auto [from, to] = *phantom.ends;
        const Findings found = findings([this, a = from, b = to] {
            const auto vessels = network_vessels(command_.network, frame_);
            return vessels ? stenometry::measure(frame_, *vessels, a, b, {}, options_)
                           : stenometry::measure(frame_, a, b, {}, options_);
        });
        // Who is told where the vessel is may be a little further off than who has found it.
        const std::vector<TrueLesion> lesions =
            phantom.of_vessels.empty() ? std::vector<TrueLesion>{} : phantom.of_vessels.front();
        return score_lesions(found.lesions, lesions, {.radius_mm = 4.0});
    }

    const EvaluateCommand& command_;
    const Results& results_;
    const Sample& sample_;
    Frame frame_;
    Truth truth_;
    AnalysisOptions options_;
};

/// The scores of one image, or why there are none.
SampleScores score(const EvaluateCommand& command, const Results& results, const Sample& sample) {
    const auto failed = [&](const std::string& cause) {
        return SampleScores{.name = sample.name, .failure = cause};
    };
    try {
        return Scorer(command, results, sample).run();
    } catch (const IoError& error) {
        return failed(error.what());
    } catch (const InvalidInput& error) {
        return failed(error.what());
    } catch (const Failure& failure) {
        return failed(failure.what());
    }
}

/// One image after the other on every thread; the order of what comes out is that of the data set.
std::vector<SampleScores> score_all(const EvaluateCommand& command, const Results& results,
                                    const DataSet& set) {
    std::vector<SampleScores> scores(set.samples.size());
    Progress progress("images", static_cast<int>(scores.size()), Progress::Elsewhere::nothing);
    std::mutex showing;
    int done = 0;
    side_by_side(scores.size(), [&](std::size_t i) {
        scores[i] = score(command, results, set.samples[i]);
        const std::lock_guard lock(showing);
        progress.show(++done);
    });
    return scores;
}

/// Who gives an option on which no score depends expects another score.
void require_effect(const std::vector<const CLI::Option*>& options, const std::string& cause) {
    for (const CLI::Option* option : options)
        if (option->count() > 0)
            throw Failure(ExitCode::wrong_command, option->get_name() + " has no effect: " + cause);
}

void require_consistent(const EvaluateCommand& command) {
    check(command.stages);
    if (command.json == "-" && command.csv == "-")
        throw Failure(ExitCode::wrong_command, "--json - and --csv - both ask for standard output");
    if (!command.analyses.empty() && !command.wants("analyze") && !command.wants("measure"))
        throw Failure(ExitCode::wrong_command, "--analyses goes with --task analyze or --task measure");
    if ((!command.masks.empty() || !command.probabilities.empty()) && !command.wants("segment"))
        throw Failure(ExitCode::wrong_command, "--masks and --probabilities go with --task segment");
    if (!command.finds()) require_effect(command.finding, "what is scored is given");
    if (!command.measures()) require_effect(command.measuring, "nothing is measured");
    if (command.min_percent && !command.wants("analyze") && !command.wants("measure"))
        throw Failure(ExitCode::wrong_command, "--min-percent has no effect: no lesions are scored");
}

/// Files that scores must not be written over.
std::vector<fs::path> inputs_of(const EvaluateCommand& command, const Results& results, const DataSet& set) {
    std::vector<fs::path> inputs = set.files;
    for (const FilesByName* files : {&results.masks, &results.probabilities, &results.analyses})
        for (const auto& [name, path] : files->all()) inputs.push_back(path);
    inputs.insert(inputs.end(), {command.network.model, command.network.settings});
    return inputs;
}

OutputFiles outputs_of(const EvaluateCommand& command, const std::vector<fs::path>& inputs,
                       const Evaluation& evaluation) {
    OutputFiles files(inputs);
    if (!command.json.empty()) files.add_text(command.json, to_json(evaluation));
    if (!command.csv.empty()) files.add_text(command.csv, to_csv(evaluation));
    if (command.json != "-" && command.csv != "-") files.add_text("-", to_table(evaluation, command.each));
    return files;
}

void run(const EvaluateCommand& command) {
    require_consistent(command);
    const DataSet set =
        open_data_set(command.folder, command.drawn == "lesions" ? Drawn::lesions : Drawn::vessels);
    const Results results = results_of(command);
    const std::vector<fs::path> inputs = inputs_of(command, results, set);
    Evaluation evaluation{.path = command.folder, .layout = set.layout, .options = command.scores};
    if (command.min_percent)
        evaluation.options.min_percent = evaluation.options.min_percent_drawn = *command.min_percent;
    outputs_of(command, inputs, evaluation).require_writable();  // or hours of scoring are lost
    EvaluateCommand with = command;
    with.scores = evaluation.options;
    evaluation.samples = score_all(with, results, set);
    if (evaluation.failed() == evaluation.samples.size())
        throw Failure(ExitCode::unmeasurable,
                      command.folder.string() + ": none of its " + std::to_string(evaluation.samples.size()) +
                          " images can be scored; " + evaluation.samples.front().name + ": " +
                          evaluation.samples.front().failure);
    outputs_of(command, inputs, evaluation).write_all();
    if (const std::size_t failed = evaluation.failed(); failed > 0)
        warn(std::to_string(failed) + " of " + std::to_string(evaluation.samples.size()) +
             " images have no scores");
}

/// Kept apart, to know later which of them were given.
void add_stage_options(CLI::App& app, EvaluateCommand& command) {
    const auto added_by = [&app](const auto& add) {
        const std::size_t before = app.get_options().size();
        add();
        std::vector<const CLI::Option*> options;
        for (const CLI::Option* option : app.get_options()) options.push_back(option);
        options.erase(options.begin(), options.begin() + static_cast<std::ptrdiff_t>(before));
        return options;
    };
    command.finding = added_by([&] {
        add_given_spacing_options(app, command.spacing, "that of the truth or of the file; else pixels");
        add_vesselness_options(app, command.stages);
        add_segmentation_options(app, command.stages);
    });
    command.measuring = added_by([&] { add_measuring_options(app, command.stages); });
}

void add_results_options(CLI::App& app, EvaluateCommand& command) {
    const std::string group = "Results of somebody else, by the names of the images";
    const auto add = [&](const std::string& name, fs::path& path, const std::string& help) {
        return app.add_option(name, path, help)->type_name("FOLDER")->group(group);
    };
    CLI::Option* masks = add("--masks", command.masks, "masks of vessels, as analyze --mask reads them");
    CLI::Option* probabilities =
        add("--probabilities", command.probabilities,
            "probabilities of vessel; without --masks vessels are what is above 0.5");
    CLI::Option* analyses =
        add("--analyses", command.analyses, "NAME.json, after the schema stenometry.analysis/2 or /1");
    CLI::Option* model = add_network_options(app, command.network, "Finding vessels");
    exclude_segmentation_options(app, *model);
    for (CLI::Option* given : {masks, probabilities, analyses}) model->excludes(given);
}

void add_scoring_options(CLI::App& app, EvaluateCommand& command) {
    app.add_option("FOLDER", command.folder, "the data set")->required()->type_name("");
    app.add_option(
           "--task", command.tasks,
           "what is scored: segment, analyze or measure; again for more [all for which there is a truth]")
        ->type_name("VERB")
        ->allow_extra_args(false)
        ->check(one_of({"segment", "analyze", "measure"}));
    app.add_option("--drawn", command.drawn, "what drawn masks show: vessels or lesions [vessels]")
        ->type_name("WHAT")
        ->check(one_of({"vessels", "lesions"}));
    app.add_option("--tolerance", command.scores.tolerance_px, "how near centerlines agree [3]")
        ->type_name("PX")
        ->check(number_within(0.0, 1000.0));
    app.add_option("--min-percent", command.min_percent,
                   "lesions count from this % diameter stenosis [40; in drawn regions 50]")
        ->type_name("PERCENT")
        ->check(number_within(0.0, 100.0));
    add_thread_option(app, command.threads);
}

}  // namespace

Verb add_evaluate(CLI::App& program) {
    CLI::App* app = program.add_subcommand(
        "evaluate", "Score masks, centerlines and lesions against a data set whose truth is known.");
    const auto command = std::make_shared<EvaluateCommand>();
    add_scoring_options(*app, *command);
    add_stage_options(*app, *command);
    add_results_options(*app, *command);
    app->add_option("--json", command->json,
                    "every figure, after the schema stenometry.evaluation/1; - is standard output")
        ->type_name("FILE")
        ->group("Output");
    app->add_option("--csv", command->csv, "a row per image; - is standard output")
        ->type_name("FILE")
        ->group("Output");
    app->add_flag("--each", command->each, "a line for each image before the table")->group("Output");
    app->footer(
        std::string(length_note) +
        "A data set is a folder with N.png beside N_gt.png, beside N_mask.png and N.json (as the verb\n"
        "phantom writes them), or images/ beside masks/, mask_derived/ or annotations/*.json (COCO).\n"
        "Images that cannot be scored are listed with the reason and counted.\n"
        "Example: stenometry evaluate dca1 --each --csv scores.csv");
    return {app, [command] { run_with_threads(command->threads, [&] { run(*command); }); }};
}

}  // namespace stenometry::program
