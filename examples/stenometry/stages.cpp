#include "stages.h"

#include <array>
#include <functional>

#include "failure.h"
#include "terminal.h"
#include "values.h"

namespace stenometry::program {
namespace {

constexpr std::array ridge_measures{RidgeMeasure::frangi, RidgeMeasure::sato, RidgeMeasure::jerman,
                                    RidgeMeasure::oriented};
constexpr std::array reference_methods{ReferenceMethod::curve_fitted, ReferenceMethod::interpolated_local,
                                       ReferenceMethod::mean_local, ReferenceMethod::given};

constexpr std::array branching_laws{BranchingLaw::murray, BranchingLaw::huo_kassab, BranchingLaw::finet};

constexpr const char* finding_vessels = "Finding vessels";

// In mm or in pixels: more than any picture has.
constexpr double least_length = 1e-6, longest_length = 1e4;

/// Adds options of one stage to one group of the help. Every description ends with the default, taken from
/// where the library keeps it.
class StageOptions {
  public:
    StageOptions(CLI::App& command, std::string group) : command_(command), group_(std::move(group)) {}

    /// A length in mm, or in pixels where the image has no calibration.
    void add(const std::string& name, PhysicalLength& length, const std::string& help) {
        place(command_.add_option_function<double>(
                  name, [&length](double value) { length = {.mm = value, .uncalibrated_px = value}; },
                  help + " [" + to_text(length.mm) + " mm, " + to_text(length.uncalibrated_px) + " px]"))
            ->type_name("LENGTH")
            ->check(number_within(least_length, longest_length));
    }

    void add(const std::string& name, double& value, double low, double high, const std::string& unit,
             const std::string& help) {
        place(command_.add_option(name, value, help + " [" + to_text(value) + ']'))
            ->type_name(unit)
            ->check(number_within(low, high));
    }

    void add(const std::string& name, bool& value, const std::string& help) {
        place(command_.add_flag(name, value, help));
    }

    template <class Choices, class Choice>
    void add(const std::string& name, const Choices& choices, Choice& choice, const std::string& help) {
        std::vector<std::string> words;
        for (const Choice c : choices) words.emplace_back(to_string(c));
        const auto choose = [&choice, &choices](const std::string& word) {
            for (const Choice c : choices)
                if (word == to_string(c)) choice = c;
        };
        place(command_.add_option_function<std::string>(
                  name, choose,
                  help + ": " + CLI::detail::join(words, ", ") + " [" + std::string(to_string(choice)) + ']'))
            ->type_name("METHOD")
            ->check(one_of(words));
    }

    /// Pairs A,B, as often as wanted.
    void add_pairs(const std::string& name, const std::string& type, const std::string& help,
                   std::function<void(double, double)> take) {
        const auto take_text = [take = std::move(take)](const std::string& text) {
            const Point pair = parse_point(text).value();
            take(pair.x, pair.y);
        };
        place(command_.add_option_function<std::vector<std::string>>(
                  name,
                  [take_text](const std::vector<std::string>& texts) {
                      for (const std::string& text : texts) take_text(text);
                  },
                  help))
            ->type_name(type)
            ->allow_extra_args(false)
            ->check(pair_value(type));
    }

    CLI::Option* place(CLI::Option* option) { return option->group(group_); }

  private:
    CLI::App& command_;
    std::string group_;
};

void give_reference(ReferenceOptions& reference, double diameter) {
    reference.method = ReferenceMethod::given;
    reference.given_mm = diameter;
    reference.given_px = diameter;
}

void add_reference_options(CLI::App& command, ReferenceOptions& options) {
    StageOptions reference(command, "Reference diameter");
    reference.add("--reference", reference_methods, options.method, "what the lumen is compared with");
    reference
        .place(command.add_option_function<double>(
            "--reference-diameter", [&options](double diameter) { give_reference(options, diameter); },
            "a reference diameter of your own; implies --reference given"))
        ->type_name("LENGTH")
        ->check(positive_number());
    reference.add("--reference-window", options.window, "length averaged at either place taken as healthy");
    reference.add("--ostial", options.ostial,
                  "the vessel begins at its first point with a narrowing: compare with what is distal of it");
    reference.add("--branching-law", branching_laws, options.branching_law,
                  "how diameters hang together at a bifurcation");
}

}  // namespace

void add_vesselness_options(CLI::App& command, AnalysisOptions& options) {
    StageOptions vesselness(command, finding_vessels);
    vesselness.add("--vesselness", ridge_measures, options.vesselness.measure, "what a vessel looks like");
    vesselness.add("--min-diameter", options.vesselness.min_diameter, "narrowest lumen looked for");
    vesselness.add("--max-diameter", options.vesselness.max_diameter, "widest lumen looked for");
}

void add_segmentation_options(CLI::App& command, AnalysisOptions& options) {
    StageOptions segment(command, finding_vessels);
    segment.add("--low-probability", options.segment.low_probability, 0.0, 1.0, "P",
                "a pixel joins a vessel from here");
    segment.add("--high-probability", options.segment.high_probability, 0.0, 1.0, "P",
                "a vessel needs a pixel of at least this");
    segment.add("--min-length", options.segment.min_length, "shorter pieces are left out");
    segment.add("--keep-catheter", options.segment.keep_catheter, "take the catheter for a vessel too");
}

void add_wall_options(CLI::App& command, AnalysisOptions& options) {
    StageOptions diameter(command, "Walls and diameter");
    diameter.add("--max-lumen", options.contour.max_diameter, "widest lumen whose walls are looked for");
    diameter.add("--smoothing", options.diameter.smoothing,
                 "sigma of the smoothing along the vessel where diameters come from the walls");
}

void add_measuring_options(CLI::App& command, AnalysisOptions& options) {
    add_wall_options(command, options);
    add_reference_options(command, options.reference);
    StageOptions stenosis(command, "Lesions");
    stenosis.add("--min-stenosis", options.stenosis.min_percent_diameter, 0.0, 100.0, "PERCENT",
                 "a narrowing is a lesion from this % diameter stenosis");
    stenosis.add("--border", options.stenosis.border_percent, 0.0, 100.0, "PERCENT",
                 "a lesion ends where the narrowing is this part of the reference");
    stenosis.add("--min-lesion", options.stenosis.min_length, "shorter narrowings are taken for noise");
}

void add_one_vessel_options(CLI::App& command, AnalysisOptions& options) {
    StageOptions reference(command, "Reference diameter");
    const auto length = [](double value) { return PhysicalLength{.mm = value, .uncalibrated_px = value}; };
    reference.add_pairs("--exclude", "FROM,TO",
                        "arc lengths from the first point between which nothing is healthy; again for more",
                        [&options, length](double from, double to) {
                            options.reference.exclude.push_back({length(from), length(to)});
                        });
    reference.add_pairs(
        "--side-branch", "AT,DIAMETER",
        "arc length at which a side branch leaves, and its diameter: the reference steps down "
        "there; again for more",
        [&options, length](double at, double diameter) {
            options.reference.side_branches.push_back({length(at), length(diameter)});
        });
}

void add_tree_options(CLI::App& command, AnalysisOptions& options) {
    StageOptions reference(command, "Reference diameter");
    reference.add("--step-down", options.bifurcation.step_down,
                  "let the reference step down where vessels of the tree leave");
}

AnalysisOptions with_progress(AnalysisOptions options) {
    options.progress = shown_progress();
    return options;
}

void check(const AnalysisOptions& options) {
    if (options.reference.method == ReferenceMethod::given && !options.reference.given_mm)
        throw Failure(ExitCode::wrong_command, "--reference given: --reference-diameter is missing");
    if (options.reference.method != ReferenceMethod::given && options.reference.given_mm)
        throw Failure(ExitCode::wrong_command, "--reference-diameter goes with --reference given only");
}

}  // namespace stenometry::program
