#include "stenometry/comparison_report.h"

#include <cmath>
#include <utility>

#include "report/json_values.h"

namespace stenometry {
namespace {

using namespace json;

/// An estimate under its name and its interval under `name`_ci95, the unit behind either.
void add(Json& object, const std::string& name, const std::optional<Estimate>& estimate,
         const std::string& unit = "_mm") {
    const int decimals = unit == "_mm" ? mm_decimals : unit == "_percent" ? percent_decimals : ratio_decimals;
    object[name + unit] = value(estimate, decimals);
    object[name + "_ci95" + unit] = interval95(estimate, decimals);
}

void add_percent(Json& object, const std::string& name, const std::optional<Estimate>& estimate) {
    object[name] = value(estimate, percent_decimals);
    object[name + "_ci95"] = interval95(estimate, percent_decimals);
}

Json region_json(const RegionMeasurement& region) {
    Json object{{"from_mm", number(region.from_mm, mm_decimals)},
                {"to_mm", number(region.to_mm, mm_decimals)},
                {"proximal_at_px", point(region.proximal_at_px)},
                {"distal_at_px", point(region.distal_at_px)}};
    add(object, "mld", region.mld_mm);
    object["mld_position_mm"] = number(region.mld_position_mm, mm_decimals);
    object["mld_position_sd_mm"] = number(region.mld_position_sd_mm, mm_decimals);
    object["mld_at_px"] = point(region.mld_at_px);
    add(object, "reference", region.reference_mm);
    add_percent(object, "percent_diameter_stenosis", region.percent_diameter_stenosis);
    add(object, "mean_diameter", region.mean_diameter_mm);
    object["total_occlusion"] = region.total_occlusion;
    object["reason"] = region.reason == Unmeasurable::none ? Json(nullptr) : Json(to_string(region.reason));
    return object;
}

Json match_json(const ComparedVisit& visit) {
    const VesselMatch& match = visit.match;
    const std::optional<double> sd =
        match.first_mm.empty() ? std::nullopt : visit.region(Region::in_stent).mld_position_sd_mm;
    return {{"matched", match.matched()},
            {"failure", match.matched() ? Json(nullptr) : Json(to_string(match.failure))},
            {"evidence", number(match.evidence, percent_decimals)},
            {"scale", number(match.scale, ratio_decimals)},
            {"sd_mm", number(sd, mm_decimals)},
            {"overlap_mm", number(match.overlap_mm, mm_decimals)},
            {"view_difference_deg", number(visit.view_difference_deg, angle_decimals)}};
}

Json profile_json(const Visit& visit, const ComparedVisit& compared) {
    const Vessel& vessel = visit.vessel;
    const std::size_t n = vessel.contour.centerline.points_px.size();
    // Without a calibration nothing is in mm.
    const std::size_t counted = visit.calibration.known() ? n : n + 1;
    const double mm = matching_mm_per_px(visit);
    return {{"arc_length_mm", numbers(vessel.diameter.position_px, counted, mm_decimals, mm)},
            {"position_mm", numbers(compared.position_mm, n, mm_decimals)},
            {"position_sd_mm", numbers(compared.position_sd_mm, n, mm_decimals)},
            {"centerline_px", points(vessel.contour.centerline.points_px, n)},
            {"diameter_mm", numbers(vessel.diameter.diameter_px, counted, mm_decimals, mm)},
            {"diameter_sd_mm", numbers(vessel.diameter.sd_px, counted, mm_decimals, mm)},
            {"reference_mm", numbers(vessel.reference.diameter_px, counted, mm_decimals, mm)}};
}

Json input_json(const ReportInput& input) {
    return {{"path", input.path},
            {"frame", input.frame},
            {"width", input.width},
            {"height", input.height},
            {"primary_angle_deg", number(input.acquisition.primary_angle_deg, angle_decimals)},
            {"secondary_angle_deg", number(input.acquisition.secondary_angle_deg, angle_decimals)}};
}

Json calibration_json(const Calibration& calibration) {
    return {{"mm_per_px_x", number(calibration.mm_per_px_x, spacing_decimals)},
            {"mm_per_px_y", number(calibration.mm_per_px_y, spacing_decimals)},
            {"source", to_string(calibration.source)},
            {"relative_sd", number(calibration.relative_sd, spacing_decimals)}};
}

Json regions_json(const ComparedVisit& compared) {
    Json regions = Json::object();
    for (const Region region : all_regions)
        regions[std::string(to_string(region))] = region_json(compared.region(region));
    return regions;
}

Json visit_json(VisitPhase phase, const Visit& visit, const ComparedVisit& compared,
                const VisitSource& source, bool treated) {
    return {{"phase", to_string(phase)},
            {"analysis", source.analysis},
            {"input", input_json(source.input)},
            {"calibration", calibration_json(visit.calibration)},
            {"vessel", visit.vessel.id},
            {"match", match_json(compared)},
            {"segments", treated ? regions_json(compared) : Json(nullptr)},
            {"profile", profile_json(visit, compared)}};
}

Json stretch_json(const AxisStretch& stretch) {
    return Json::array({number(stretch.from_mm, mm_decimals), number(stretch.to_mm, mm_decimals)});
}

Json treated_json(const Comparison& comparison) {
    if (!comparison.treated) return nullptr;
    Json stents = Json::array();
    for (const AxisStretch& stent : comparison.stents) stents.push_back(stretch_json(stent));
    return {{"from_mm", number(comparison.treated->from_mm, mm_decimals)},
            {"to_mm", number(comparison.treated->to_mm, mm_decimals)},
            {"ends_from", to_string(comparison.ends_from)},
            {"edge_mm", number(comparison.edge_mm, mm_decimals)},
            {"stents", std::move(stents)}};
}

Json gains_json(const Gains& gains) {
    Json object = Json::object();
    add(object, "acute_gain", gains.acute_gain_mm);
    add(object, "late_loss", gains.late_loss_mm);
    add(object, "net_gain", gains.net_gain_mm);
    add(object, "loss_index", gains.loss_index, "");
    return object;
}

Json restenosis_json(const Comparison& comparison) {
    if (!comparison.restenosis) return nullptr;
    const Restenosis& restenosis = *comparison.restenosis;
    const auto& narrowing = comparison.visits.back().region(Region::in_segment).percent_diameter_stenosis;
    const bool known = narrowing || restenosis.binary;
    Json object{{"binary", known ? Json(restenosis.binary) : Json(nullptr)},
                {"probability", number(restenosis.probability, probability_decimals)}};
    add_percent(object, "percent_diameter_stenosis", narrowing);
    object["pattern"] =
        restenosis.pattern == RestenosisPattern::none ? Json(nullptr) : Json(to_string(restenosis.pattern));
    object["extent_mm"] = number(restenosis.extent_mm, mm_decimals);
    object["foci"] = restenosis.foci;
    return object;
}

Json balloon_json(const Comparison& comparison, const ComparisonInput& input) {
    if (!comparison.balloon || !input.balloon) return nullptr;
    const BalloonResult& result = *comparison.balloon;
    Json object{{"analysis", input.balloon_analysis},
                {"vessel", input.balloon->visit.vessel.id},
                {"nominal_mm", number(input.balloon->nominal_mm, mm_decimals)}};
    add(object, "mld", result.mld_mm);
    add(object, "mean_diameter", result.mean_diameter_mm);
    add(object, "recoil", result.recoil_mm);
    add(object, "deficit", result.deficit_mm);
    add(object, "balloon_to_artery_ratio", result.balloon_to_artery_ratio, "");
    return object;
}

Json sizing_json(const std::optional<Sizing>& sizing) {
    if (!sizing) return nullptr;
    Json object = Json::object();
    add(object, "proximal_reference", sizing->proximal_reference_mm);
    add(object, "distal_reference", sizing->distal_reference_mm);
    add(object, "mean_reference", sizing->mean_reference_mm);
    object["lesion_length_mm"] = number(sizing->lesion_length_mm, mm_decimals);
    object["rule"] = sizing_rule;
    object["nominal_balloon_mm"] = number(sizing->nominal_mm, mm_decimals);
    object["nominal_stent_mm"] = number(sizing->nominal_mm, mm_decimals);
    add(object, "expected_mld", sizing->expected_mld_mm);
    object["note"] =
        "Research information, not advice: the lumen after treatment is expected 27.2 +- 7.2 % below the "
        "chart "
        "diameter (499 lesions, PMC2095749)";
    return object;
}

Json warnings_json(const std::vector<ComparisonWarning>& warnings) {
    Json array = Json::array();
    for (const ComparisonWarning& warning : warnings) {
        Json object{{"code", to_string(warning.code)}, {"message", warning.message}};
        if (warning.visit) object["visit"] = *warning.visit;
        array.push_back(std::move(object));
    }
    return array;
}

Json visits_json(const Comparison& comparison, const ComparisonInput& input) {
    Json visits = Json::array();
    for (std::size_t v = 0; v < comparison.visits.size(); ++v)
        visits.push_back(visit_json(static_cast<VisitPhase>(v), input.visits[v], comparison.visits[v],
                                    input.sources[v], comparison.treated.has_value()));
    return visits;
}

Json comparison_json(const Comparison& comparison, const ComparisonInput& input) {
    Json object{
        {"schema", "stenometry.comparison/1"},
        {"software", software()},
        {"common_visit", 1},
        {"visits", visits_json(comparison, input)},
        {"treated_segment", treated_json(comparison)},
        {"gains",
         {{"in_stent", gains_json(comparison.in_stent)}, {"in_segment", gains_json(comparison.in_segment)}}}};
    add_percent(object, "residual_percent_diameter_stenosis", comparison.residual_percent_diameter_stenosis);
    add_percent(object, "stent_expansion_percent", comparison.stent_expansion_percent);
    object["restenosis"] = restenosis_json(comparison);
    object["balloon"] = balloon_json(comparison, input);
    object["sizing"] = sizing_json(comparison.sizing);
    object["warnings"] = warnings_json(comparison.warnings);
    return object;
}

/// The columns of a region of a visit. A pair takes two, of which the ends of intervals alone are needed.
using Row = std::vector<std::pair<std::string, Json>>;

void add_pair(Row& row, const std::string& name, const Json& pair, const char* first, const char* second) {
    const bool has_unit = name.ends_with("_mm") || name.ends_with("_px");
    const std::string stem = has_unit ? name.substr(0, name.size() - 3) : name,
                      unit = has_unit ? name.substr(name.size() - 3) : "";
    row.emplace_back(stem + '_' + first + unit, pair.is_null() ? Json() : pair[0]);
    row.emplace_back(stem + '_' + second + unit, pair.is_null() ? Json() : pair[1]);
}

void add_columns(Row& row, const Json& object) {
    for (const auto& [name, field] : object.items()) {
        if (name.find("_at_px") != std::string::npos)
            add_pair(row, name, field, "x", "y");
        else if (name.find("_ci95") != std::string::npos)
            add_pair(row, name, field, "low", "high");
        else
            row.emplace_back(name, field);
    }
}

/// Gains that end with a visit; the others' columns are empty there.
Gains gains_ending(const Comparison& comparison, std::size_t v, Region region) {
    if (region != Region::in_stent && region != Region::in_segment) return {};
    const Gains& gains = region == Region::in_stent ? comparison.in_stent : comparison.in_segment;
    if (v == 1) return {.acute_gain_mm = gains.acute_gain_mm};
    if (v == 2)
        return {.late_loss_mm = gains.late_loss_mm,
                .net_gain_mm = gains.net_gain_mm,
                .loss_index = gains.loss_index};
    return {};
}

Row csv_row(const Comparison& comparison, const ComparisonInput& input, std::size_t v, Region region) {
    Row row{{"analysis", input.sources[v].analysis},
            {"phase", to_string(static_cast<VisitPhase>(v))},
            {"vessel", input.visits[v].vessel.id},
            {"region", to_string(region)}};
    add_columns(row, region_json(comparison.visits[v].region(region)));
    add_columns(row, gains_json(gains_ending(comparison, v, region)));
    return row;
}

}  // namespace

std::string to_json(const Comparison& comparison, const ComparisonInput& input) {
    std::string text;
    print(comparison_json(comparison, input), text);
    return text + '\n';
}

std::string to_csv(const Comparison& comparison, const ComparisonInput& input) {
    std::string csv;
    for (std::size_t v = 0; v < comparison.visits.size(); ++v)
        for (const Region region : all_regions) {
            const Row row = csv_row(comparison, input, v, region);
            const auto line = [&](auto text_of) {
                for (std::size_t k = 0; k < row.size(); ++k) csv += (k == 0 ? "" : ",") + text_of(row[k]);
                end_line(csv);
            };
            if (csv.empty()) line([](const auto& column) { return column.first; });
            line([](const auto& column) { return csv_field(column.second); });
        }
    return csv;
}

}  // namespace stenometry
