#include "scores.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>

#include "stenometry/version.h"
#include "terminal.h"
#include "values.h"

namespace stenometry::program {
namespace {

using Json = nlohmann::ordered_json;
using Figure = std::function<std::optional<double>(const SampleScores&)>;

/// Mean and spread of one figure over the images for which it is defined.
struct Spread {
    std::size_t count = 0;
    std::optional<double> mean, sd, least, greatest;
};

Spread spread_of(const std::vector<double>& values) {
    const ErrorStatistics statistics = error_statistics(values);
    Spread spread{.count = values.size(), .mean = statistics.bias, .sd = statistics.sd};
    if (values.empty()) return spread;
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    spread.least = *least;
    spread.greatest = *greatest;
    return spread;
}

struct NamedFigure {
    std::string key;    ///< in JSON and CSV
    std::string title;  ///< for people
    Figure of;
};

template <class Get>
Figure of_mask(Get get) {
    return [get](const SampleScores& s) { return s.mask ? get(*s.mask) : std::nullopt; };
}

template <class Get>
Figure of_followed(Get get) {
    return [get](const SampleScores& s) { return s.followed ? get(*s.followed) : std::nullopt; };
}

std::vector<NamedFigure> mask_figures(const ScoreOptions& options) {
    const std::string near = " within " + to_text(options.tolerance_px) + " px";
    return {{"dice", "Dice", of_mask([](const MaskScores& m) { return m.dice; })},
            {"cl_dice", "clDice", of_mask([](const MaskScores& m) { return m.cl_dice; })},
            {"auc", "AUC", of_mask([](const MaskScores& m) { return m.auc; })},
            {"hausdorff95_px", "Hausdorff 95 %, px",
             of_mask([](const MaskScores& m) { return m.hausdorff95_px; })},
            {"centerline_recall", "centerline recall" + near,
             of_mask([](const MaskScores& m) { return m.centerlines.recall; })},
            {"centerline_precision", "centerline precision" + near,
             of_mask([](const MaskScores& m) { return m.centerlines.precision; })}};
}

std::vector<NamedFigure> followed_figures(const ScoreOptions& options) {
    const std::string near = " within " + to_text(options.tolerance_px) + " px";
    return {
        {"followed_recall", "recall" + near, of_followed([](const LineAgreement& a) { return a.recall; })},
        {"followed_precision", "precision" + near,
         of_followed([](const LineAgreement& a) { return a.precision; })}};
}

Spread spread_of(const Evaluation& evaluation, const NamedFigure& figure) {
    std::vector<double> values;
    for (const SampleScores& sample : evaluation.samples)
        if (const auto value = figure.of(sample)) values.push_back(*value);
    return spread_of(values);
}

/// How many lesions were there, were found, and are none.
struct Detection {
    std::size_t images = 0, lesions = 0, found = 0, false_positives = 0;

    void add(const Detection& other) {
        images += other.images;
        lesions += other.lesions;
        found += other.found;
        false_positives += other.false_positives;
    }
    static std::optional<double> part(std::size_t some, std::size_t all) {
        if (all == 0) return {};
        return static_cast<double>(some) / static_cast<double>(all);
    }
    std::optional<double> sensitivity() const { return part(found, lesions); }
    std::optional<double> precision() const { return part(found, found + false_positives); }
    std::optional<double> false_per_image() const { return part(false_positives, images); }
};

std::optional<double> f1(std::optional<double> sensitivity, std::optional<double> precision) {
    if (!sensitivity || !precision) return {};
    const double sum = *sensitivity + *precision;
    return sum > 0.0 ? 2.0 * *sensitivity * *precision / sum : 0.0;
}

Detection detection_of(const LesionScores& scores, double min_percent) {
    Detection detection{.images = 1};
    for (const LesionScore& lesion : scores.lesions) {
        if (lesion.truth.percent_diameter_stenosis < min_percent) continue;
        ++detection.lesions;
        detection.found += lesion.found ? 1 : 0;
    }
    detection.false_positives =
        static_cast<std::size_t>(std::count_if(scores.false_positives.begin(), scores.false_positives.end(),
                                               [&](double p) { return p >= min_percent; }));
    return detection;
}

using Scores = std::optional<LesionScores> SampleScores::*;

Detection detection_of(const Evaluation& evaluation, Scores scores, double min_percent) {
    Detection all;
    for (const SampleScores& sample : evaluation.samples)
        if (sample.*scores) all.add(detection_of(*(sample.*scores), min_percent));
    return all;
}

RegionMatches regions_of(const Evaluation& evaluation) {
    RegionMatches all;
    for (const SampleScores& sample : evaluation.samples)
        if (sample.regions) {
            all.regions += sample.regions->regions;
            all.regions_found += sample.regions->regions_found;
            all.lesions += sample.regions->lesions;
            all.lesions_in_regions += sample.regions->lesions_in_regions;
        }
    return all;
}

/// The lesions that were found, of those of at least this much.
std::vector<LesionScore> found_lesions(const Evaluation& evaluation, Scores scores, double min_percent) {
    std::vector<LesionScore> found;
    for (const SampleScores& sample : evaluation.samples) {
        if (!(sample.*scores)) continue;
        for (const LesionScore& lesion : (sample.*scores)->lesions)
            if (lesion.found && lesion.truth.percent_diameter_stenosis >= min_percent)
                found.push_back(lesion);
    }
    return found;
}

struct NamedError {
    std::string key, title;
    int decimals;
    std::function<std::optional<double>(const LesionScore&)> of;
};

template <class Found, class True>
NamedError error(std::string key, std::string title, int decimals, Found found, True truth) {
    return {std::move(key), std::move(title), decimals, [=](const LesionScore& l) -> std::optional<double> {
                const std::optional<double>& value = (*l.found).*found;
                return value ? std::optional(*value - l.truth.*truth) : std::nullopt;
            }};
}

const std::vector<NamedError>& named_errors() {
    using F = FoundLesion;
    using T = TrueLesion;
    static const std::vector<NamedError> errors{
        error("percent_diameter", "%DS, points", 2, &F::percent_diameter_stenosis,
              &T::percent_diameter_stenosis),
        error("mld_mm", "MLD, mm", 3, &F::mld_mm, &T::mld_mm),
        error("reference_mm", "reference, mm", 3, &F::reference_mm, &T::reference_mm),
        error("length_mm", "length, mm", 2, &F::length_mm, &T::length_mm)};
    return errors;
}

ErrorStatistics statistics_of(const std::vector<LesionScore>& lesions, const NamedError& error) {
    std::vector<double> errors;
    for (const LesionScore& lesion : lesions)
        if (const auto value = error.of(lesion)) errors.push_back(*value);
    return error_statistics(errors);
}

/// Part of the 95 % intervals of the MLD that hold the truth.
std::optional<double> coverage_of(const std::vector<LesionScore>& lesions) {
    std::size_t intervals = 0, hold = 0;
    for (const LesionScore& lesion : lesions) {
        if (!lesion.found->mld_ci95_mm) continue;
        ++intervals;
        hold += lesion.found->mld_ci95_mm->contains(lesion.truth.mld_mm) ? 1 : 0;
    }
    return Detection::part(hold, intervals);
}

/// Line through measured over true MLD, by least squares.
struct Slope {
    double slope = 0.0, intercept_mm = 0.0;
};

std::optional<Slope> slope_of(const std::vector<LesionScore>& lesions) {
    double n = 0.0, x = 0.0, y = 0.0, xx = 0.0, xy = 0.0;
    for (const LesionScore& lesion : lesions) {
        if (!lesion.found->mld_mm) continue;
        const double at = lesion.truth.mld_mm, value = *lesion.found->mld_mm;
        n += 1.0, x += at, y += value, xx += at * at, xy += at * value;
    }
    const double determinant = n * xx - x * x;
    if (n < 3.0 || !(determinant > 1e-12)) return {};
    return Slope{(n * xy - x * y) / determinant, (xx * y - x * xy) / determinant};
}

/// What was measured between two points of vessels that have no lesion.
std::pair<std::size_t, std::size_t> healthy_and_false(const Evaluation& evaluation) {
    std::size_t healthy = 0, wrong = 0;
    for (const SampleScores& sample : evaluation.samples) {
        if (!sample.measured || !sample.measured->lesions.empty()) continue;
        ++healthy;
        const std::vector<double>& found = sample.measured->false_positives;
        wrong += static_cast<std::size_t>(std::count_if(
            found.begin(), found.end(), [&](double p) { return p >= evaluation.options.false_in_healthy; }));
    }
    return {healthy, wrong};
}

template <class Member>
bool any(const Evaluation& evaluation, Member member) {
    return std::any_of(evaluation.samples.begin(), evaluation.samples.end(),
                       [&](const SampleScores& sample) { return (sample.*member).has_value(); });
}

// The table.

constexpr int title_width = 36, column_width = 10;

std::string text(const std::optional<double>& value, int decimals) {
    if (!value) return "-";
    std::ostringstream out;
    out << std::fixed << std::setprecision(decimals) << *value;
    return out.str();
}

class Table {
  public:
    void head(const std::string& title, const std::vector<std::string>& columns) {
        // What is bold is as wide as its letters.
        out_ << '\n'
             << bold(title)
             << std::string(static_cast<std::size_t>(std::max<long>(0, title_width + 2 - std::ssize(title))),
                            ' ');
        cells(columns);
    }
    void row(const std::string& title, const std::vector<std::string>& columns) {
        out_ << "  " << std::left << std::setw(title_width) << title << std::right;
        cells(columns);
    }
    void line(const std::string& text) { out_ << text << '\n'; }
    std::string take() { return out_.str(); }

  private:
    void cells(const std::vector<std::string>& columns) {
        for (const std::string& column : columns) out_ << std::right << std::setw(column_width) << column;
        out_ << '\n';
    }
    std::ostringstream out_;
};

void add_spreads(Table& table, const Evaluation& evaluation, const std::string& title,
                 const std::vector<NamedFigure>& figures) {
    table.head(title, {"mean", "sd", "least", "greatest", "images"});
    for (const NamedFigure& figure : figures) {
        const Spread s = spread_of(evaluation, figure);
        const int decimals = figure.key == "hausdorff95_px" ? 2 : 4;
        table.row(figure.title, {text(s.mean, decimals), text(s.sd, decimals), text(s.least, decimals),
                                 text(s.greatest, decimals), std::to_string(s.count)});
    }
}

std::string of(std::size_t some, std::size_t all) {
    return std::to_string(some) + " of " + std::to_string(all);
}

void add_detection(Table& table, const Evaluation& evaluation) {
    const double min = evaluation.options.min_percent;
    const Detection d = detection_of(evaluation, &SampleScores::analyzed, min);
    table.head("Lesions of " + to_text(min) + " % and more", {"value", "", "count"});
    table.row("sensitivity", {text(d.sensitivity(), 4), "", of(d.found, d.lesions)});
    table.row("precision", {text(d.precision(), 4), "", of(d.found, d.found + d.false_positives)});
    table.row("F1", {text(f1(d.sensitivity(), d.precision()), 4)});
    table.row("false per image", {text(d.false_per_image(), 4), "", std::to_string(d.false_positives)});
}

void add_regions(Table& table, const Evaluation& evaluation) {
    const RegionMatches r = regions_of(evaluation);
    const auto sensitivity = Detection::part(r.regions_found, r.regions);
    const auto precision = Detection::part(r.lesions_in_regions, r.lesions);
    table.head("Lesions of " + to_text(evaluation.options.min_percent_drawn) + " % in drawn regions",
               {"value", "", "count"});
    table.row("sensitivity", {text(sensitivity, 4), "", of(r.regions_found, r.regions)});
    table.row("precision", {text(precision, 4), "", of(r.lesions_in_regions, r.lesions)});
    table.row("F1", {text(f1(sensitivity, precision), 4)});
}

void add_errors(Table& table, const std::string& title, const std::vector<LesionScore>& lesions) {
    table.head(title, {"bias", "sd", "mean size", "worst", "lesions"});
    for (const NamedError& error : named_errors()) {
        const ErrorStatistics s = statistics_of(lesions, error);
        table.row(error.title, {text(s.bias, error.decimals), text(s.sd, error.decimals),
                                text(s.mean_absolute, error.decimals), text(s.worst, error.decimals),
                                std::to_string(s.count)});
    }
}

void add_measured(Table& table, const Evaluation& evaluation) {
    const std::vector<LesionScore> found = found_lesions(evaluation, &SampleScores::measured, 0.0);
    add_errors(table, "Errors between two given points", found);
    const Detection d = detection_of(evaluation, &SampleScores::measured, 0.0);
    table.row("found", {text(d.sensitivity(), 4), "", of(d.found, d.lesions)});
    table.row("95 % intervals of MLD that hold it", {text(coverage_of(found), 4)});
    if (const auto slope = slope_of(found))
        table.row("measured over true MLD, slope", {text(slope->slope, 4)});
    const auto [healthy, wrong] = healthy_and_false(evaluation);
    table.row("lesions of " + to_text(evaluation.options.false_in_healthy) + " % in healthy vessels",
              {std::to_string(wrong), "", "of " + std::to_string(healthy)});
}

std::string found_text(const LesionScore& lesion) {
    if (!lesion.found) return "missed";
    return text(lesion.found->percent_diameter_stenosis, 1) + " %";
}

/// What one image has, on one line.
std::string line_of(const SampleScores& sample, const Evaluation& evaluation) {
    std::string line = sample.name + ':';
    if (!sample.failure.empty()) return line + " failed: " + sample.failure;
    for (const NamedFigure& figure : mask_figures(evaluation.options))
        if (const auto value = figure.of(sample))
            line += ' ' + figure.key + ' ' + text(value, figure.key == "hausdorff95_px" ? 2 : 4);
    for (const auto& [scores, verb] :
         {std::pair(&sample.analyzed, " analyzed"), std::pair(&sample.measured, " measured")}) {
        if (!*scores) continue;
        line += verb;
        for (const LesionScore& lesion : (*scores)->lesions)
            line +=
                ' ' + text(lesion.truth.percent_diameter_stenosis, 1) + " % as " + found_text(lesion) + ',';
        line += ' ' + std::to_string((*scores)->false_positives.size()) + " elsewhere";
    }
    if (sample.regions)
        line += " regions " + of(sample.regions->regions_found, sample.regions->regions) +
                ", lesions in them " + of(sample.regions->lesions_in_regions, sample.regions->lesions);
    return line;
}

// JSON and CSV.

Json number(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json json_of(const Spread& s) {
    return {{"images", s.count},
            {"mean", number(s.mean)},
            {"sd", number(s.sd)},
            {"least", number(s.least)},
            {"greatest", number(s.greatest)}};
}

Json json_of(const ErrorStatistics& s) {
    return {{"count", s.count},
            {"bias", number(s.bias)},
            {"sd", number(s.sd)},
            {"mean_absolute", number(s.mean_absolute)},
            {"worst", number(s.worst)}};
}

Json spreads_json(const Evaluation& evaluation, const std::vector<NamedFigure>& figures) {
    Json json = Json::object();
    for (const NamedFigure& figure : figures) json[figure.key] = json_of(spread_of(evaluation, figure));
    return json;
}

Json errors_json(const std::vector<LesionScore>& lesions) {
    Json json = Json::object();
    for (const NamedError& error : named_errors()) json[error.key] = json_of(statistics_of(lesions, error));
    return json;
}

Json analyzed_json(const Evaluation& evaluation) {
    const double min = evaluation.options.min_percent;
    const Detection d = detection_of(evaluation, &SampleScores::analyzed, min);
    return {{"images", d.images},
            {"min_percent", min},
            {"lesions", d.lesions},
            {"found", d.found},
            {"false", d.false_positives},
            {"sensitivity", number(d.sensitivity())},
            {"precision", number(d.precision())},
            {"f1", number(f1(d.sensitivity(), d.precision()))},
            {"false_per_image", number(d.false_per_image())},
            {"errors", errors_json(found_lesions(evaluation, &SampleScores::analyzed, min))}};
}

Json measured_json(const Evaluation& evaluation) {
    const Detection d = detection_of(evaluation, &SampleScores::measured, 0.0);
    const std::vector<LesionScore> found = found_lesions(evaluation, &SampleScores::measured, 0.0);
    const auto slope = slope_of(found);
    const auto [healthy, wrong] = healthy_and_false(evaluation);
    return {{"images", d.images},
            {"lesions", d.lesions},
            {"found", d.found},
            {"errors", errors_json(found)},
            {"mld_ci95_coverage", number(coverage_of(found))},
            {"mld_slope", slope ? Json(slope->slope) : Json(nullptr)},
            {"mld_intercept_mm", slope ? Json(slope->intercept_mm) : Json(nullptr)},
            {"healthy_vessels", healthy},
            {"lesions_in_healthy_vessels", wrong}};
}

Json regions_json(const Evaluation& evaluation) {
    const RegionMatches r = regions_of(evaluation);
    const auto sensitivity = Detection::part(r.regions_found, r.regions);
    const auto precision = Detection::part(r.lesions_in_regions, r.lesions);
    return {{"min_percent", evaluation.options.min_percent_drawn},
            {"regions", r.regions},
            {"regions_found", r.regions_found},
            {"lesions", r.lesions},
            {"lesions_in_regions", r.lesions_in_regions},
            {"sensitivity", number(sensitivity)},
            {"precision", number(precision)},
            {"f1", number(f1(sensitivity, precision))}};
}

/// The columns of one image.
std::vector<std::pair<std::string, Json>> row_of(const SampleScores& sample, const Evaluation& evaluation) {
    std::vector<std::pair<std::string, Json>> row{{"image", sample.name}};
    for (const auto& figures : {mask_figures(evaluation.options), followed_figures(evaluation.options)})
        for (const NamedFigure& figure : figures) row.emplace_back(figure.key, number(figure.of(sample)));
    const auto add_lesions = [&](const std::string& name, const std::optional<LesionScores>& scores,
                                 double min) {
        const Detection d = scores ? detection_of(*scores, min) : Detection{};
        for (const auto& [key, count] : {std::pair("_lesions", d.lesions), std::pair("_found", d.found),
                                         std::pair("_false", d.false_positives)})
            row.emplace_back(name + key, scores ? Json(count) : Json(nullptr));
    };
    add_lesions("analyzed", sample.analyzed, evaluation.options.min_percent);
    add_lesions("measured", sample.measured, 0.0);
    const RegionMatches r = sample.regions.value_or(RegionMatches{});
    for (const auto& [key, count] :
         {std::pair("regions", r.regions), std::pair("regions_found", r.regions_found),
          std::pair("region_lesions", r.lesions),
          std::pair("region_lesions_in_regions", r.lesions_in_regions)})
        row.emplace_back(key, sample.regions ? Json(count) : Json(nullptr));
    row.emplace_back("failure", sample.failure.empty() ? Json(nullptr) : Json(sample.failure));
    return row;
}

Json images_json(const Evaluation& evaluation) {
    Json images = Json::array();
    for (const SampleScores& sample : evaluation.samples) {
        Json image = Json::object();
        for (const auto& [key, value] : row_of(sample, evaluation)) image[key] = value;
        images.push_back(image);
    }
    return images;
}

/// RFC 4180, 2.6 and 2.7.
std::string csv_field(const Json& value) {
    if (value.is_null()) return {};
    if (!value.is_string()) return value.dump();
    const std::string plain = value.get<std::string>();
    if (plain.find_first_of(",\"\r\n") == std::string::npos) return plain;
    std::string quoted = "\"";
    for (const char c : plain) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + '"';
}

}  // namespace

std::size_t Evaluation::failed() const {
    return static_cast<std::size_t>(std::count_if(
        samples.begin(), samples.end(), [](const SampleScores& sample) { return !sample.failure.empty(); }));
}

std::string to_table(const Evaluation& evaluation, bool each) {
    Table table;
    table.line(evaluation.path.string() + ": " + evaluation.layout + ", " +
               of(evaluation.samples.size() - evaluation.failed(), evaluation.samples.size()) +
               " images scored");
    for (const SampleScores& sample : evaluation.samples)
        if (each || !sample.failure.empty()) table.line(line_of(sample, evaluation));
    if (any(evaluation, &SampleScores::mask))
        add_spreads(table, evaluation, "Vessels", mask_figures(evaluation.options));
    if (any(evaluation, &SampleScores::followed))
        add_spreads(table, evaluation, "Centerlines that were measured",
                    followed_figures(evaluation.options));
    if (any(evaluation, &SampleScores::regions)) add_regions(table, evaluation);
    if (any(evaluation, &SampleScores::analyzed)) {
        add_detection(table, evaluation);
        add_errors(table, "Errors of these lesions",
                   found_lesions(evaluation, &SampleScores::analyzed, evaluation.options.min_percent));
    }
    if (any(evaluation, &SampleScores::measured)) add_measured(table, evaluation);
    return table.take();
}

std::string to_json(const Evaluation& evaluation) {
    Json json{{"schema", "stenometry.evaluation/1"},
              {"software", {{"name", "stenometry"}, {"version", std::string(version())}}},
              {"data_set", {{"path", evaluation.path.string()}, {"layout", evaluation.layout}}},
              {"images", evaluation.samples.size()},
              {"failed", evaluation.failed()},
              {"tolerance_px", evaluation.options.tolerance_px}};
    if (any(evaluation, &SampleScores::mask))
        json["vessels"] = spreads_json(evaluation, mask_figures(evaluation.options));
    if (any(evaluation, &SampleScores::followed))
        json["centerlines"] = spreads_json(evaluation, followed_figures(evaluation.options));
    if (any(evaluation, &SampleScores::regions)) json["regions"] = regions_json(evaluation);
    if (any(evaluation, &SampleScores::analyzed)) json["analyzed"] = analyzed_json(evaluation);
    if (any(evaluation, &SampleScores::measured)) json["measured"] = measured_json(evaluation);
    json["each"] = images_json(evaluation);
    return json.dump(2) + '\n';
}

std::string to_csv(const Evaluation& evaluation) {
    std::string csv;
    const auto add_line = [&csv](const auto& row, auto field) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i > 0) csv += ',';
            csv += field(row[i]);
        }
        csv += "\r\n";
    };
    add_line(row_of({}, evaluation), [](const auto& column) { return column.first; });
    for (const SampleScores& sample : evaluation.samples)
        add_line(row_of(sample, evaluation), [](const auto& column) { return csv_field(column.second); });
    return csv;
}

}  // namespace stenometry::program
