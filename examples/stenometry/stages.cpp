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

constexpr std::array evidences{Evidence::classical, Evidence::learned, Evidence::fused};

constexpr std::array branching_laws{BranchingLaw::murray, BranchingLaw::huo_kassab, BranchingLaw::finet};

constexpr const char* finding_vessels = "Finding vessels";

/// A length of the image.
PhysicalLength on_image(const Length& length, const Calibration& calibration) {
    const double px = length.unit == Length::Unit::px ? length.value : length.value / calibration.mm_per_px();
    return PhysicalLength::of_px(px, calibration);
}

/// Only the one of the two that counts on the image: the other keeps its default, which fits the defaults of
/// other options.
void set_length(PhysicalLength& target, const Length& length, const Calibration& calibration) {
    if (length.unit == Length::Unit::mm)
        target.mm = length.value;
    else if (const std::optional<double> mm = calibration.to_mm(length.value))
        target.mm = *mm;
    else
        target.uncalibrated_px = length.value / calibration.uncalibrated_scale;
}

std::string defaults_of(const PhysicalLength& length) {
    return " [" + to_text(length.mm) + "mm; without the size of a pixel " + to_text(length.uncalibrated_px) +
           "px of a picture 512 wide]";
}

/// Adds options of one stage to one group of the help. Every description ends with the default, taken from
/// where the library keeps it.
class StageOptions {
  public:
    StageOptions(CLI::App& command, StageSettings& settings, std::string group)
        : command_(command), settings_(settings), group_(std::move(group)) {}

    /// \param of the length that the option sets
    void add_length(const std::string& name, PhysicalLength& (*of)(AnalysisOptions&),
                    const std::string& help) {
        place_length(name, help + defaults_of(of(settings_.options)), [of](const Length& length) {
            return [of, length](AnalysisOptions& options, const Calibration& calibration) {
                set_length(of(options), length, calibration);
            };
        });
    }

    /// \param setter of a length: what sets it
    template <class Setter>
    CLI::Option* place_length(const std::string& name, const std::string& help, Setter setter) {
        const auto take = [&settings = settings_, name, setter](const std::string& text) {
            const Length length = parse_length(text).value();
            settings.lengths.push_back({name + ' ' + text, length.unit == Length::Unit::mm, setter(length)});
        };
        return place(command_.add_option_function<std::string>(name, take, help))
            ->type_name("LENGTH")
            ->check(length_value());
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
    CLI::Option* add(const std::string& name, const Choices& choices, Choice& choice,
                     const std::string& help) {
        std::vector<std::string> words;
        for (const Choice c : choices) words.emplace_back(to_string(c));
        const auto choose = [&choice, &choices](const std::string& word) {
            for (const Choice c : choices)
                if (word == to_string(c)) choice = c;
        };
        return place(command_.add_option_function<std::string>(name, choose,
                                                               help + ": " + CLI::detail::join(words, ", ") +
                                                                   " [" + std::string(to_string(choice)) +
                                                                   ']'))
            ->type_name("METHOD")
            ->check(one_of(words));
    }

    /// Pairs A,B of lengths, as often as wanted.
    void add_lengths(const std::string& name, const std::string& type, const std::string& help,
                     void (*set)(AnalysisOptions&, PhysicalLength, PhysicalLength)) {
        const auto take = [&settings = settings_, name, set](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) {
                const auto [first, second] = parse_lengths(text).value();
                const bool in_mm = first.unit == Length::Unit::mm || second.unit == Length::Unit::mm;
                settings.lengths.push_back(
                    {name + ' ' + text, in_mm,
                     [set, a = first, b = second](AnalysisOptions& options, const Calibration& calibration) {
                         set(options, on_image(a, calibration), on_image(b, calibration));
                     }});
            }
        };
        place(command_.add_option_function<std::vector<std::string>>(name, take, help))
            ->type_name(type)
            ->allow_extra_args(false)
            ->check(length_pair_value(type));
    }

    CLI::Option* place(CLI::Option* option) { return option->group(group_); }

  private:
    CLI::App& command_;
    StageSettings& settings_;
    std::string group_;
};

void set_reference(AnalysisOptions& options, const Length& length, const Calibration& calibration) {
    if (length.unit == Length::Unit::mm)
        options.reference.given_mm = length.value;
    else if (const std::optional<double> mm = calibration.to_mm(length.value))
        options.reference.given_mm = mm;
    else
        options.reference.given_px = length.value;
}

void add_reference_options(CLI::App& command, StageSettings& settings) {
    ReferenceOptions& options = settings.options.reference;
    StageOptions reference(command, settings, "Reference diameter");
    reference.add("--reference", reference_methods, options.method, "what the lumen is compared with")
        ->each([&settings](const std::string&) { settings.reference_chosen = true; });
    reference
        .place_length("--reference-diameter", "a reference diameter of your own; implies --reference given",
                      [](const Length& length) {
                          return [length](AnalysisOptions& all, const Calibration& calibration) {
                              set_reference(all, length, calibration);
                          };
                      })
        ->each([&settings](const std::string&) { settings.reference_diameter_given = true; });
    reference.add_length(
        "--reference-window", [](AnalysisOptions& o) -> PhysicalLength& { return o.reference.window; },
        "length averaged at either place taken as healthy");
    reference.add("--ostial", options.ostial,
                  "the vessel begins at its first point with a narrowing: compare with what is distal of it");
    reference.add("--branching-law", branching_laws, options.branching_law,
                  "how the diameter of a vessel depends on those of its branches");
}

void set_lengths(AnalysisOptions& options, const StageSettings& settings, const Calibration& calibration,
                 const std::function<bool(const GivenLength&)>& wanted) {
    if (settings.reference_diameter_given) options.reference.method = ReferenceMethod::given;
    for (const GivenLength& length : settings.lengths)
        if (wanted(length)) length.set(options, calibration);
}

}  // namespace

void add_vesselness_options(CLI::App& command, StageSettings& settings) {
    StageOptions vesselness(command, settings, finding_vessels);
    vesselness.add("--vesselness", ridge_measures, settings.options.vesselness.measure,
                   "what a vessel looks like");
    vesselness.add_length(
        "--min-diameter", [](AnalysisOptions& o) -> PhysicalLength& { return o.vesselness.min_diameter; },
        "narrowest lumen looked for");
    vesselness.add_length(
        "--max-diameter", [](AnalysisOptions& o) -> PhysicalLength& { return o.vesselness.max_diameter; },
        "widest lumen looked for");
}

void add_segmentation_options(CLI::App& command, StageSettings& settings) {
    StageOptions segment(command, settings, finding_vessels);
    SegmentOptions& options = settings.options.segment;
    segment.add("--evidence", evidences, options.evidence, "what tells vessels from everything else");
    segment.add("--low-probability", options.low_probability, 0.0, 1.0, "P",
                "a pixel joins a vessel from here");
    segment.add("--high-probability", options.high_probability, 0.0, 1.0, "P",
                "a vessel needs a pixel of at least this");
    segment.add_length(
        "--min-length", [](AnalysisOptions& o) -> PhysicalLength& { return o.segment.min_length; },
        "shorter pieces are left out");
    segment.add("--keep-catheter", options.keep_catheter, "take the catheter for a vessel too");
}

void add_wall_options(CLI::App& command, StageSettings& settings) {
    StageOptions diameter(command, settings, "Walls and diameter");
    diameter.add_length(
        "--max-lumen", [](AnalysisOptions& o) -> PhysicalLength& { return o.contour.max_diameter; },
        "widest lumen whose walls are looked for");
    diameter.add_length(
        "--smoothing", [](AnalysisOptions& o) -> PhysicalLength& { return o.diameter.smoothing; },
        "sigma of the smoothing along the vessel where diameters come from the walls");
}

void add_measuring_options(CLI::App& command, StageSettings& settings) {
    add_wall_options(command, settings);
    add_reference_options(command, settings);
    StageOptions stenosis(command, settings, "Lesions");
    StenosisOptions& options = settings.options.stenosis;
    stenosis.add("--min-stenosis", options.min_percent_diameter, 0.0, 100.0, "PERCENT",
                 "a narrowing is a lesion from this % diameter stenosis");
    stenosis.add("--border", options.border_percent, 0.0, 100.0, "PERCENT",
                 "a lesion ends where the narrowing is this part of the reference");
    stenosis.add_length(
        "--min-lesion", [](AnalysisOptions& o) -> PhysicalLength& { return o.stenosis.min_length; },
        "shorter narrowings are taken for noise");
    stenosis.add("--min-ectasia", settings.options.ectasia.min_ratio, 1.2, 10.0, "RATIO",
                 "a lumen that may be so many times as wide as its reference is an ectasia");
}

void add_one_vessel_options(CLI::App& command, StageSettings& settings) {
    StageOptions reference(command, settings, "Reference diameter");
    reference.add_lengths("--exclude", "FROM,TO",
                          "arc lengths from the first point between which nothing is healthy; again for more",
                          [](AnalysisOptions& options, PhysicalLength from, PhysicalLength to) {
                              options.reference.exclude.push_back({from, to});
                          });
    reference.add_lengths(
        "--side-branch", "AT,DIAMETER",
        "arc length at which a side branch leaves, and its diameter: the reference steps down "
        "there; again for more",
        [](AnalysisOptions& options, PhysicalLength at, PhysicalLength diameter) {
            options.reference.side_branches.push_back({at, diameter});
        });
}

void add_tree_options(CLI::App& command, StageSettings& settings) {
    StageOptions reference(command, settings, "Reference diameter");
    reference.add("--step-down", settings.options.bifurcation.step_down,
                  "let the reference step down where vessels of the tree leave");
    StageOptions lesions(command, settings, "Lesions");
    lesions.add("--min-confidence", settings.options.stenosis.min_confidence, 0.0, 1.0, "P",
                "a narrowing is reported as a lesion from this confidence; the JSON has the others too");
    lesions.add_length(
        "--min-reference", [](AnalysisOptions& o) -> PhysicalLength& { return o.stenosis.min_reference; },
        "narrowings of smaller vessels are not reported; core laboratories take 1.5mm");
}

AnalysisOptions with_progress(AnalysisOptions options) {
    options.progress = shown_progress();
    return options;
}

AnalysisOptions options_for(const StageSettings& settings, const Frame& frame, const std::string& name) {
    AnalysisOptions options = settings.options;
    set_lengths(options, settings, frame.sized_calibration(), [&](const GivenLength& length) {
        if (!length.in_mm || frame.calibration.known()) return true;
        throw Failure(ExitCode::wrong_command,
                      length.text + ": the size of a pixel of " + name +
                          " is unknown; give --spacing or --catheter-french, or the length in px");
    });
    return options;
}

AnalysisOptions options_before_calibration(const StageSettings& settings, const Frame& frame) {
    AnalysisOptions options = settings.options;
    set_lengths(options, settings, frame.sized_calibration(),
                [&](const GivenLength& length) { return !length.in_mm || frame.calibration.known(); });
    return options;
}

void check(const StageSettings& settings) {
    const bool given = settings.options.reference.method == ReferenceMethod::given;
    if (settings.reference_chosen && given && !settings.reference_diameter_given)
        throw Failure(ExitCode::wrong_command, "--reference given: --reference-diameter is missing");
    if (settings.reference_chosen && !given && settings.reference_diameter_given)
        throw Failure(ExitCode::wrong_command, "--reference-diameter goes with --reference given only");
}

}  // namespace stenometry::program
