#include "spacing.h"

#include <utility>

#include "failure.h"
#include "values.h"

namespace stenometry::program {
namespace {

constexpr double usual_ruler_error_px = 1.0;  // of a mark that is set by hand

[[noreturn]] void reject(const std::string& message) { throw Failure(ExitCode::wrong_command, message); }

/// The first option that was given of those that say how large a catheter is or what it is like.
std::optional<std::string> catheter_option(const SpacingOptions& options) {
    if (options.catheter_mm) return "--catheter-mm";
    if (options.catheter_french) return "--catheter-french";
    if (!options.catheter.empty()) return "--catheter";
    if (options.inner_mm) return "--catheter-inner-mm";
    if (options.catheter_empty) return "--catheter-empty";
    return {};
}

std::optional<std::string> ruler_option(const SpacingOptions& options) {
    if (!options.ruler.empty()) return "--ruler";
    if (options.ruler_mm) return "--ruler-mm";
    if (options.ruler_error_px) return "--ruler-error";
    return {};
}

/// One source of the size of a pixel excludes the others.
void require_one_source(const SpacingOptions& options, const InputOptions& input) {
    std::vector<std::string> given;
    if (input.spacing.mm) given.emplace_back("--spacing");
    for (const auto& option : {catheter_option(options), ruler_option(options)})
        if (option) given.push_back(*option);
    if (given.size() > 1)
        reject(given[0] + " and " + given[1] + " both give the size of a pixel: leave one out");
}

KnownCatheter known_catheter(const SpacingOptions& options) {
    KnownCatheter catheter = options.catheter_french
                                 ? KnownCatheter::of_french(*options.catheter_french)
                                 : KnownCatheter{.outer_diameter_mm = *options.catheter_mm};
    if (options.catheter_empty) catheter.contents = CatheterContents::empty;
    catheter.inner_diameter_mm = options.inner_mm;
    return catheter;
}

void check_catheter(const SpacingOptions& options) {
    const auto given = catheter_option(options);
    if (!given) return;
    if (!options.by_catheter())
        reject(*given + ": its size is missing; give --catheter-mm or --catheter-french");
    if (options.catheter_mm && options.catheter_french)
        reject("--catheter-mm and --catheter-french both give the size of the catheter: leave one out");
    if (options.catheter.size() == 1)
        reject("--catheter: give two points or more, or none for the catheter that is found");
    if (const double outer = known_catheter(options).outer_diameter_mm;
        options.inner_mm.value_or(0.0) >= outer)
        reject("--catheter-inner-mm " + to_text(*options.inner_mm) + " must be below the outer diameter of " +
               to_text(outer) + " mm");
}

void check_ruler(const SpacingOptions& options) {
    const auto given = ruler_option(options);
    if (!given) return;
    if (!options.ruler_mm) reject(*given + ": the distance is missing; give --ruler-mm");
    if (options.ruler.size() != 2) reject("--ruler: give the option twice, once for either mark");
    if (parse_point(options.ruler[0]) == parse_point(options.ruler[1]))
        reject("--ruler: both marks are one point");
}

std::vector<Point> points_inside(const Frame& frame, const std::vector<std::string>& texts,
                                 const std::string& option) {
    std::vector<Point> points;
    for (const std::string& text : texts) points.push_back(point_inside(frame, text, option));
    return points;
}

CatheterCalibration measure_catheter(const Frame& frame, const SpacingOptions& options,
                                     const AnalysisOptions& stages) {
    const KnownCatheter catheter = known_catheter(options);
    if (options.catheter.empty()) return calibrate_by_catheter(frame, catheter, stages);
    return calibrate_by_catheter(frame, points_inside(frame, options.catheter, "--catheter"), catheter,
                                 stages);
}

}  // namespace

void add_spacing_options(CLI::App& command, SpacingOptions& options) {
    const auto add = [&](const std::string& name, auto& value, const char* type, const std::string& help) {
        return command.add_option(name, value, help)->type_name(type)->group("Size of a pixel");
    };
    add("--catheter", options.catheter, "X,Y",
        "a point on a catheter of known size, in pixels; again for one more on the same straight part or "
        "beyond a bend [the catheter that is found]")
        ->allow_extra_args(false)
        ->check(point_value());
    add("--catheter-mm", options.catheter_mm, "MM",
        "outer diameter of the catheter, as its maker measured it")
        ->check(positive_number());
    add("--catheter-french", options.catheter_french, "FR",
        "the same as the nominal size; 1 Fr is 1/3 mm, and less certain than --catheter-mm")
        ->check(positive_number());
    add("--catheter-inner-mm", options.inner_mm, "MM",
        "inner diameter [" + to_text(KnownCatheter::usual_inner_ratio) +
            " of the outer one, as of guide catheters]")
        ->check(positive_number());
    command
        .add_flag("--catheter-empty", options.catheter_empty,
                  "the catheter holds no contrast [it is filled with it]; needs --catheter points")
        ->group("Size of a pixel");
    add("--ruler", options.ruler, "X,Y",
        "a mark of a ruler or a grid in the plane of the vessel, in pixels; give two")
        ->allow_extra_args(false)
        ->check(point_value());
    add("--ruler-mm", options.ruler_mm, "MM", "distance of the two marks")->check(positive_number());
    add("--ruler-error", options.ruler_error_px, "PX",
        "standard error of either mark [" + to_text(usual_ruler_error_px) + ']')
        ->check(number_within(0.0, 100.0));
}

void check(const SpacingOptions& options, const InputOptions& input) {
    require_one_source(options, input);
    check_catheter(options);
    check_ruler(options);
    if (options.catheter_empty && options.catheter.empty())
        reject(
            "--catheter-empty: give two points with --catheter; only a filled catheter is found by itself");
}

std::optional<CatheterCalibration> calibrate(Frame& frame, const SpacingOptions& options,
                                             const AnalysisOptions& stages, const std::string& path) {
    if (options.by_ruler()) {
        const std::vector<Point> marks = points_inside(frame, options.ruler, "--ruler");
        frame.calibration =
            calibrate_by_ruler(marks[0], marks[1], *options.ruler_mm,
                               options.ruler_error_px.value_or(usual_ruler_error_px), frame.calibration);
    }
    if (!options.by_catheter()) return {};
    CatheterCalibration found = measure_catheter(frame, options, stages);
    if (found.reason != Unmeasurable::none)
        throw Failure(ExitCode::unmeasurable,
                      path + ": calibration by catheter: " + std::string(explain(found.reason)));
    frame.calibration = found.calibration;
    return found;
}

}  // namespace stenometry::program
