#include "stenometry/report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "lumen/measured_profile.h"
#include "report/json_values.h"

namespace stenometry {
namespace {

using namespace json;

std::optional<double> to_mm(const std::optional<double>& px, const Calibration& calibration) {
    return px ? calibration.to_mm(*px) : std::nullopt;
}

std::optional<double> to_mm2(const std::optional<double>& px2, const Calibration& calibration) {
    if (!px2 || !calibration.known()) return {};
    return *px2 * calibration.mm_per_px() * calibration.mm_per_px();
}

Json numbers_mm(const std::vector<double>& values_px, std::size_t count, const Calibration& calibration) {
    if (!calibration.known()) return nullptr;
    return numbers(values_px, count, mm_decimals, calibration.mm_per_px());
}

Json areas_mm2(const std::vector<double>& areas_px2, std::size_t count, const Calibration& calibration) {
    if (!calibration.known()) return nullptr;
    return numbers(areas_px2, count, mm_decimals, calibration.mm_per_px() * calibration.mm_per_px());
}

/// Diameters without those of a lumen that is not told apart from a closed one.
std::vector<double> seen_diameters(const DiameterProfile& profile) {
    std::vector<double> seen = profile.diameter_px;
    for (std::size_t i = 0; i < seen.size(); ++i)
        if (!lumen_seen(profile, i)) seen[i] = std::numeric_limits<double>::quiet_NaN();
    return seen;
}

/// A length under `name`_mm and `name`_px.
void add_length(Json& object, const std::string& name, const std::optional<double>& px,
                const Calibration& calibration) {
    object[name + "_mm"] = number(to_mm(px, calibration), mm_decimals);
    object[name + "_px"] = number(px, px_decimals);
}

void add_area(Json& object, const std::string& name, const std::optional<double>& px2,
              const Calibration& calibration) {
    object[name + "_mm2"] = number(to_mm2(px2, calibration), mm_decimals);
    object[name + "_px2"] = number(px2, px_decimals);
}

Json reason(Unmeasurable why) { return why == Unmeasurable::none ? Json(nullptr) : Json(to_string(why)); }

/// The shape of a lesion. The columns of the CSV are named and ordered as its members.
Json geometry_json(const LesionGeometry& g, const Calibration& calibration) {
    Json object = Json::object();
    add_length(object, "mld_position", g.mld_position_px, calibration);
    add_length(object, "proximal_border", g.proximal_border_px, calibration);
    add_length(object, "proximal_border_sd", g.proximal_border_sd_px, calibration);
    add_length(object, "distal_border", g.distal_border_px, calibration);
    add_length(object, "distal_border_sd", g.distal_border_sd_px, calibration);
    add_area(object, "plaque_area", g.plaque_area_px2, calibration);
    add_length(object, "plaque_left", g.plaque_left_px, calibration);
    add_length(object, "plaque_right", g.plaque_right_px, calibration);
    add_length(object, "plaque_sd", g.plaque_sd_px, calibration);
    object["symmetry"] = number(g.symmetry, ratio_decimals);
    object["inflow_angle_deg"] = number(g.inflow_angle_deg, angle_decimals);
    object["outflow_angle_deg"] = number(g.outflow_angle_deg, angle_decimals);
    add_area(object, "minimal_area_densitometric", g.minimal_area_densitometric_px2, calibration);
    object["overlap"] = g.overlap ? Json(*g.overlap) : Json(nullptr);
    return object;
}

/// Where a lesion lies in the tree. The columns of the CSV are named and ordered as its members.
Json location_json(const LesionLocation& l, const Calibration& calibration) {
    Json object = Json::object();
    add_length(object, "from_ostium", l.from_ostium_px, calibration);
    object["third"] = l.third ? Json(to_string(*l.third)) : Json(nullptr);
    object["near_origin"] = l.ostial ? Json(*l.ostial) : Json(nullptr);
    object["medina"] = l.medina ? Json(to_string(*l.medina)) : Json(nullptr);
    return object;
}

/// Where no lumen is seen within a lesion.
Json gap_json(const LumenGap& gap, const Calibration& calibration) {
    Json object = Json::object();
    add_length(object, "length", gap.length_px, calibration);
    object["stump_at_px"] = point(gap.stump_at_px);
    object["stump_index"] = gap.stump_index;
    add_length(object, "stump_diameter", gap.stump_diameter_px, calibration);
    object["filling_at_px"] = point(gap.filling_at_px);
    object["filling_index"] = gap.filling_index;
    add_length(object, "filling_diameter", gap.filling_diameter_px, calibration);
    return object;
}

Json ectasia_json(const Ectasia& e) {
    const auto max_mm = e.max_diameter_estimate_mm(), reference_mm = e.reference_estimate_mm();
    const Estimate max_px = e.max_diameter_estimate_px(), reference_px = e.reference_estimate_px();
    const Estimate ratio = e.ratio_estimate();
    Json object{
        {"id", e.id},
        {"max_diameter_mm", value(max_mm, mm_decimals)},
        {"max_diameter_ci95_mm", interval95(max_mm, mm_decimals)},
        {"max_diameter_px", value(max_px, px_decimals)},
        {"max_diameter_ci95_px", interval95(max_px, px_decimals)},
        {"max_at_px", point(e.max_at_px)},
        {"max_index", e.max_index},
        {"reference_mm", value(reference_mm, mm_decimals)},
        {"reference_ci95_mm", interval95(reference_mm, mm_decimals)},
        {"reference_px", value(reference_px, px_decimals)},
        {"reference_ci95_px", interval95(reference_px, px_decimals)},
        {"ratio", value(ratio, ratio_decimals)},
        {"ratio_ci95", interval95(ratio, ratio_decimals)},
        {"probability_at_least_1_5", number(e.probability_at_least(1.5), probability_decimals)},
        {"length_mm", number(e.length_mm(), mm_decimals)},
        {"length_px", number(e.length_px, px_decimals)},
        {"proximal_at_px", point(e.proximal_at_px)},
        {"proximal_index", e.proximal_index},
        {"distal_at_px", point(e.distal_at_px)},
        {"distal_index", e.distal_index},
        {"shape", to_string(e.shape)},
        {"is_ectasia", e.is_ectasia()},
        {"doubt", e.is_ectasia() ? Json(nullptr) : Json(to_string(e.doubt))},
        {"side_vessel", e.location.side_vessel ? Json(*e.location.side_vessel) : Json(nullptr)},
    };
    add_length(object, "max_position", e.max_position_px, e.calibration);
    add_length(object, "bulge_left", e.bulge_left_px, e.calibration);
    add_length(object, "bulge_right", e.bulge_right_px, e.calibration);
    object["symmetry"] = number(e.symmetry, ratio_decimals);
    object.update(location_json(e.location, e.calibration));
    return object;
}

Json stenosis_json(const Stenosis& s) {
    const auto mld_mm = s.mld_estimate_mm(), mld_px = s.mld_estimate_px();
    const auto reference_mm = s.reference_estimate_mm(), reference_px = s.reference_estimate_px();
    const auto narrowing = s.percent_diameter_stenosis_estimate();
    Json object = {
        {"id", s.id},
        {"mld_mm", value(mld_mm, mm_decimals)},
        {"mld_ci95_mm", interval95(mld_mm, mm_decimals)},
        {"mld_px", value(mld_px, px_decimals)},
        {"mld_ci95_px", interval95(mld_px, px_decimals)},
        {"mld_at_px", point(s.mld_at_px)},
        {"mld_index", s.mld_index},
        {"reference_mm", value(reference_mm, mm_decimals)},
        {"reference_ci95_mm", interval95(reference_mm, mm_decimals)},
        {"reference_px", value(reference_px, px_decimals)},
        {"reference_ci95_px", interval95(reference_px, px_decimals)},
        {"percent_diameter_stenosis", value(narrowing, percent_decimals)},
        {"percent_diameter_stenosis_ci95", interval95(narrowing, percent_decimals)},
        {"percent_area_stenosis_circular", number(s.percent_area_stenosis_circular, percent_decimals)},
        {"percent_area_stenosis_densitometric",
         number(s.geometry.percent_area_stenosis_densitometric, percent_decimals)},
        {"length_mm", number(s.length_mm(), mm_decimals)},
        {"length_px", number(s.length_px, px_decimals)},
        {"proximal_at_px", point(s.proximal_at_px)},
        {"proximal_index", s.proximal_index},
        {"distal_at_px", point(s.distal_at_px)},
        {"distal_index", s.distal_index},
        {"probability_at_least_50", number(s.probability_at_least(50.0), probability_decimals)},
        {"probability_at_least_70", number(s.probability_at_least(70.0), probability_decimals)},
        {"is_lesion", s.is_lesion},
        {"side_vessel", s.side_vessel ? Json(*s.side_vessel) : Json(nullptr)},
        {"ostial", s.ostial},
        {"total_occlusion", s.total_occlusion},
        {"reason", reason(s.reason)},
    };
    if (s.confidence) object["confidence"] = number(*s.confidence, probability_decimals);
    object.update(geometry_json(s.geometry, s.calibration));
    object.update(location_json(s.location, s.calibration));
    if (s.gap) object["gap"] = gap_json(*s.gap, s.calibration);
    return object;
}

Json statistics_json(const VesselStatistics& v, const Calibration& calibration) {
    Json object = Json::object();
    add_length(object, "length", v.length_px, calibration);
    add_length(object, "proximal_diameter", v.proximal_diameter_px, calibration);
    add_length(object, "distal_diameter", v.distal_diameter_px, calibration);
    add_length(object, "mean_diameter", v.mean_diameter_px, calibration);
    add_length(object, "diameter_sd", v.diameter_sd_px, calibration);
    add_length(object, "min_diameter", v.min_diameter_px, calibration);
    add_length(object, "max_diameter", v.max_diameter_px, calibration);
    return object;
}

Json bifurcation_json(const Bifurcation& b, const Calibration& calibration) {
    Json object{{"index", b.index}, {"at_px", point(b.at_px)}, {"side_vessel", b.side_vessel}};
    add_length(object, "proximal_diameter", b.proximal_diameter_px, calibration);
    add_length(object, "distal_diameter", b.distal_diameter_px, calibration);
    add_length(object, "side_diameter", b.side_diameter_px, calibration);
    add_length(object, "law_diameter", b.law_diameter_px, calibration);
    object["deviation_percent"] = number(b.deviation_percent, percent_decimals);
    object["medina"] = b.medina ? Json(to_string(*b.medina)) : Json(nullptr);
    return object;
}

/// The profile's own positions, which are right for pixels that are not square too.
std::vector<double> positions_px(const Vessel& vessel) {
    const Polyline& line = vessel.contour.centerline.points_px;
    return vessel.diameter.position_px.size() == line.size() ? vessel.diameter.position_px
                                                             : cumulative_length(line);
}

Unmeasurable reason_of(const Vessel& vessel) {
    return vessel.contour.reason != Unmeasurable::none ? vessel.contour.reason : vessel.reference.reason;
}

/// As the method of the diameters found it.
double blur_px(const Vessel& vessel) {
    return vessel.diameter.method == DiameterMethod::physics ? vessel.diameter.blur_px
                                                             : vessel.contour.blur_px;
}

/// Where it is in the tree.
Json place_json(const Vessel& vessel, const Calibration& calibration) {
    return {
        {"id", vessel.id},
        {"parent", vessel.parent ? Json(*vessel.parent) : Json(nullptr)},
        {"order", vessel.order ? Json(*vessel.order) : Json(nullptr)},
        {"from_ostium_mm", number(to_mm(vessel.from_ostium_px, calibration), mm_decimals)},
        {"from_ostium_px", number(vessel.from_ostium_px, px_decimals)},
    };
}

/// How it was measured, in a number or a word each.
Json measuring_json(const Vessel& vessel, const Calibration& calibration) {
    return {
        {"reason", reason(reason_of(vessel))},
        {"diameter_method", to_string(vessel.diameter.method)},
        {"reference_method", to_string(vessel.reference.method)},
        {"reference_ostial", vessel.reference.ostial},
        {"diffuse_disease", vessel.reference.diffuse},
        {"healthy_length_mm", number(to_mm(vessel.reference.healthy_px, calibration), mm_decimals)},
        {"healthy_length_px", number(vessel.reference.healthy_px, px_decimals)},
        {"blur_px", number(blur_px(vessel), px_decimals)},
    };
}

Json profile_json(const Vessel& vessel, const Calibration& calibration) {
    const Polyline& line = vessel.contour.centerline.points_px;
    const std::size_t n = line.size();
    const std::vector<double> arc = positions_px(vessel), seen = seen_diameters(vessel.diameter);
    return {
        {"centerline_px", points(line, n)},
        {"left_wall_px", points(vessel.contour.left_px, n)},
        {"right_wall_px", points(vessel.contour.right_px, n)},
        {"arc_length_px", numbers(arc, n, px_decimals)},
        {"arc_length_mm", numbers_mm(arc, n, calibration)},
        {"diameter_px", numbers(seen, n, px_decimals)},
        {"diameter_mm", numbers_mm(seen, n, calibration)},
        {"depth_ratio", numbers(vessel.diameter.depth_ratio, n, ratio_decimals)},
        {"depth_ratio_sd", numbers(vessel.diameter.depth_ratio_sd, n, ratio_decimals)},
        {"diameter_sd_px", numbers(vessel.diameter.sd_px, n, px_decimals)},
        {"diameter_sd_mm", numbers_mm(vessel.diameter.sd_px, n, calibration)},
        {"densitometric_area_px2", numbers(vessel.diameter.area_px2, n, px_decimals)},
        {"densitometric_area_mm2", areas_mm2(vessel.diameter.area_px2, n, calibration)},
        {"reference_px", numbers(vessel.reference.diameter_px, n, px_decimals)},
        {"reference_mm", numbers_mm(vessel.reference.diameter_px, n, calibration)},
        {"reference_sd_px", numbers(vessel.reference.sd_px, n, px_decimals)},
        {"reference_sd_mm", numbers_mm(vessel.reference.sd_px, n, calibration)},
    };
}

Json vessel_json(const Vessel& vessel, const Calibration& calibration) {
    Json stenoses = Json::array();
    for (const Stenosis& s : vessel.stenoses) stenoses.push_back(stenosis_json(s));
    Json ectasias = Json::array();
    for (const Ectasia& e : vessel.ectasias) ectasias.push_back(ectasia_json(e));
    Json bifurcations = Json::array();
    for (const Bifurcation& b : vessel.bifurcations) bifurcations.push_back(bifurcation_json(b, calibration));
    Json object = place_json(vessel, calibration);
    object["stenoses"] = std::move(stenoses);
    object["ectasias"] = std::move(ectasias);
    object["bifurcations"] = std::move(bifurcations);
    object["statistics"] = statistics_json(vessel.statistics, calibration);
    object.update(measuring_json(vessel, calibration));
    object.update(profile_json(vessel, calibration));
    return object;
}

Json input_json(const ReportInput& input) {
    Json json{
        {"path", input.path},
        {"frame", input.frame},
        {"frames", input.frames},
        {"width", input.width},
        {"height", input.height},
        {"intensity", to_string(input.intensity)},
        {"primary_angle_deg", number(input.acquisition.primary_angle_deg, angle_decimals)},
        {"secondary_angle_deg", number(input.acquisition.secondary_angle_deg, angle_decimals)},
    };
    if (input.filled_frames) json["filled_frames"] = {input.filled_frames->first, input.filled_frames->last};
    if (input.polarity != Polarity::assumed) json["polarity"] = to_string(input.polarity);
    if (input.evidence) json["evidence"] = to_string(*input.evidence);
    // Only where the vessels are not our own.
    if (!input.mask.empty()) json["mask"] = input.mask;
    if (!input.probability.empty()) json["probability"] = input.probability;
    if (!input.model.empty()) json["model"] = input.model;
    return json;
}

Json catheter_json(const CatheterCalibration& c) {
    return {
        {"outer_diameter_mm", number(c.catheter.outer_diameter_mm, mm_decimals)},
        {"inner_diameter_mm", number(c.catheter.inner_diameter_mm, mm_decimals)},
        {"contents", to_string(c.catheter.contents)},
        {"mean_diameter_px", number(c.mean_diameter_px, px_decimals)},
        {"standard_error_px", number(c.standard_error_px, px_decimals)},
        {"apparent_ratio", number(c.apparent_ratio, ratio_decimals)},
        {"apparent_ratio_sd", number(c.apparent_ratio_sd, ratio_decimals)},
        {"length_mm", number(c.length_mm, mm_decimals)},
    };
}

Json catheter_walls_json(const CatheterCalibration& c) {
    const std::size_t n = c.contour.centerline.points_px.size();
    return {
        {"centerline_px", points(c.contour.centerline.points_px, n)},
        {"left_wall_px", points(c.contour.left_px, n)},
        {"right_wall_px", points(c.contour.right_px, n)},
        {"used", c.used},
    };
}

Json calibration_json(const Calibration& calibration, const ReportInput& input) {
    Json json{
        {"mm_per_px_x", number(calibration.mm_per_px_x, spacing_decimals)},
        {"mm_per_px_y", number(calibration.mm_per_px_y, spacing_decimals)},
        {"source", to_string(calibration.source)},
        {"relative_sd", number(calibration.relative_sd, spacing_decimals)},
    };
    if (input.catheter) json["catheter"] = catheter_json(*input.catheter);
    return json;
}

Json warning_json(const Warning& warning) {
    Json json{{"code", to_string(warning.code)}, {"message", warning.message}};
    if (warning.vessel) json["vessel"] = *warning.vessel;
    if (warning.lesion) json["lesion"] = *warning.lesion;
    return json;
}

Json course_json(const Catheter& catheter, const Calibration& calibration) {
    Json object{{"tip_at_px", point(catheter.centerline_px.back())}};
    add_length(object, "diameter", catheter.diameter_px, calibration);
    object["centerline_px"] = points(catheter.centerline_px, catheter.centerline_px.size());
    return object;
}

Json analysis_json(const Analysis& analysis, const ReportInput& input) {
    Json vessels = Json::array();
    for (const Vessel& vessel : analysis.vessels)
        vessels.push_back(vessel_json(vessel, analysis.calibration));
    Json warnings = Json::array();
    for (const Warning& w : analysis.warnings) warnings.push_back(warning_json(w));
    return {
        {"schema", "stenometry.analysis/2"},
        {"software", software()},
        {"input", input_json(input)},
        {"calibration", calibration_json(analysis.calibration, input)},
        {"catheter",
         analysis.catheter ? course_json(*analysis.catheter, analysis.calibration) : Json(nullptr)},
        {"vessels", std::move(vessels)},
        {"warnings", std::move(warnings)},
    };
}

/// A column's name: the part of a pair that it has stands before the unit.
std::string column_of_pair(const std::string& name, const std::string& part) {
    const std::size_t unit = name.rfind('_');
    const bool has_unit = name.ends_with("_px") || name.ends_with("_mm");
    return has_unit ? name.substr(0, unit) + '_' + part + name.substr(unit) : name + '_' + part;
}

/// Columns with their values.
using CsvRow = std::vector<std::pair<std::string, Json>>;

/// The columns of one lesion. Pairs take two: mld_at_px is mld_at_x_px and mld_at_y_px, mld_ci95_mm is
/// mld_ci95_low_mm and mld_ci95_high_mm.
CsvRow csv_row(const Vessel& vessel, const Stenosis& stenosis, const Calibration& calibration,
               const ReportInput& input) {
    CsvRow row{{"frame", input.frame}, {"vessel", vessel.id}, {"lesion", stenosis.id}};
    const Json columns = stenosis_json(stenosis);
    // The confidence is not always there.
    const auto add = [&](const std::string& name) { row.emplace_back(name, columns.value(name, Json())); };
    const auto add_pair = [&](const std::string& name, const std::string& first, const std::string& second) {
        const Json& pair = columns[name];
        row.emplace_back(column_of_pair(name, first), pair.is_null() ? Json() : pair[0]);
        row.emplace_back(column_of_pair(name, second), pair.is_null() ? Json() : pair[1]);
    };
    const auto add_interval = [&](const std::string& name) { add_pair(name, "low", "high"); };
    const auto add_place = [&](const std::string& name) { add_pair(name, "x", "y"); };
    add("percent_diameter_stenosis");
    add_interval("percent_diameter_stenosis_ci95");
    add("percent_area_stenosis_circular");
    add("mld_mm");
    add_interval("mld_ci95_mm");
    add("reference_mm");
    add_interval("reference_ci95_mm");
    add("length_mm");
    add("mld_px");
    add_interval("mld_ci95_px");
    add("reference_px");
    add_interval("reference_ci95_px");
    add("length_px");
    add_place("mld_at_px");
    add_place("proximal_at_px");
    add_place("distal_at_px");
    for (const char* name :
         {"probability_at_least_50", "probability_at_least_70", "confidence", "side_vessel", "ostial",
          "total_occlusion", "reason", "percent_area_stenosis_densitometric"})
        add(name);
    const Json geometry = geometry_json(stenosis.geometry, stenosis.calibration);
    for (const auto& [name, value] : geometry.items()) row.emplace_back(name, value);
    const Json location = location_json(stenosis.location, stenosis.calibration);
    for (const auto& [name, value] : location.items()) row.emplace_back(name, value);
    const std::optional<double> gap = stenosis.gap ? std::optional(stenosis.gap->length_px) : std::nullopt;
    row.emplace_back("gap_length_mm", number(to_mm(gap, stenosis.calibration), mm_decimals));
    row.emplace_back("gap_length_px", number(gap, px_decimals));
    const Json statistics = statistics_json(vessel.statistics, calibration);
    for (const auto& [name, value] : statistics.items()) row.emplace_back("vessel_" + name, value);
    return row;
}

/// The columns of one ectasia, named and ordered as its members in the JSON; pairs take two, and places in
/// the arrays of the vessel are left out.
CsvRow csv_row(const Vessel& vessel, const Ectasia& ectasia, const ReportInput& input) {
    CsvRow row{{"frame", input.frame}, {"vessel", vessel.id}, {"ectasia", ectasia.id}};
    const auto add_pair = [&row](const std::string& name, const Json& pair, const char* first,
                                 const char* second) {
        row.emplace_back(column_of_pair(name, first), pair.is_null() ? Json() : pair[0]);
        row.emplace_back(column_of_pair(name, second), pair.is_null() ? Json() : pair[1]);
    };
    const Json columns = ectasia_json(ectasia);
    for (const auto& [name, value] : columns.items()) {
        if (name.find("_ci95") != std::string::npos)
            add_pair(name, value, "low", "high");
        else if (name.ends_with("_at_px"))
            add_pair(name, value, "x", "y");
        else if (name != "id" && name != "is_ectasia" && name != "doubt" && !name.ends_with("_index"))
            row.emplace_back(name, value);
    }
    return row;
}

/// What a vessel has once, without its profile, its lesions and its bifurcations.
CsvRow csv_row(const Vessel& vessel, const Calibration& calibration, const ReportInput& input) {
    CsvRow row{{"frame", input.frame}};
    Json columns = place_json(vessel, calibration);
    columns.update(measuring_json(vessel, calibration));
    columns.update(statistics_json(vessel.statistics, calibration));
    for (const auto& [name, value] : columns.items()) row.emplace_back(name == "id" ? "vessel" : name, value);
    return row;
}

/// A number and the two ends of its interval.
void add_estimate(CsvRow& row, const std::string& name, const std::string& unit,
                  const std::optional<Estimate>& estimate, int decimals) {
    const auto interval = estimate ? estimate->interval95() : std::nullopt;
    row.emplace_back(name + unit, estimate ? number(estimate->value, decimals) : Json());
    row.emplace_back(name + "_ci95_low" + unit, interval ? number(interval->low, decimals) : Json());
    row.emplace_back(name + "_ci95_high" + unit, interval ? number(interval->high, decimals) : Json());
}

CsvRow csv_row(int id, const CineLesion& lesion) {
    CsvRow row{{"cine_lesion", id},
               {"lesion_frames", lesion.lesion_frames},
               {"frames_seen", lesion.sightings.size()},
               {"in_single_frame", lesion.in_single_frame()}};
    add_estimate(row, "percent_diameter_stenosis", "", lesion.percent_diameter_stenosis, percent_decimals);
    add_estimate(row, "mld", "_mm", lesion.mld_mm, mm_decimals);
    add_estimate(row, "mld", "_px", lesion.mld_px, px_decimals);
    row.emplace_back("confidence", number(lesion.confidence, probability_decimals));
    return row;
}

CsvRow csv_row(int id, const LesionSighting& sighting) {
    CsvRow row{{"cine_lesion", id},
               {"frame", sighting.frame},
               {"vessel", sighting.vessel},
               {"lesion", sighting.stenosis ? Json(*sighting.stenosis) : Json()},
               {"is_lesion", sighting.is_lesion},
               {"mld_at_x_px", number(sighting.at_px.x, px_decimals)},
               {"mld_at_y_px", number(sighting.at_px.y, px_decimals)}};
    add_estimate(row, "percent_diameter_stenosis", "", sighting.percent_diameter_stenosis, percent_decimals);
    add_estimate(row, "mld", "_px", sighting.mld_px, px_decimals);
    return row;
}

std::string csv_header(const CsvRow& columns) {
    std::string csv = "path";
    for (const auto& [name, unused] : columns) csv += ',' + name;
    end_line(csv);
    return csv;
}

void add_row(std::string& csv, const std::string& path, const CsvRow& row) {
    csv += csv_text(path);
    for (const auto& [unused, value] : row) csv += ',' + csv_field(value);
    end_line(csv);
}

}  // namespace

ReportInput report_input(const Frame& frame, std::string path) {
    return {.path = std::move(path),
            .frame = frame.index,
            .frames = frame.count,
            .width = frame.width(),
            .height = frame.height(),
            .intensity = frame.intensity,
            .polarity = frame.polarity,
            .acquisition = frame.acquisition};
}

std::string to_json(const Analysis& analysis, const ReportInput& input) {
    std::string text;
    print(analysis_json(analysis, input), text);
    return text + '\n';
}

std::string to_json(const Calibration& calibration, const ReportInput& input) {
    Json json{
        {"schema", "stenometry.calibration/1"},
        {"software", software()},
        {"input", input_json(input)},
        {"calibration", calibration_json(calibration, input)},
    };
    if (input.catheter) json["catheter_walls"] = catheter_walls_json(*input.catheter);
    std::string text;
    print(json, text);
    return text + '\n';
}

std::string to_csv(const Analysis& analysis, const ReportInput& input) {
    std::string csv = csv_header(csv_row({}, {}, {}, input));
    for (const Vessel& vessel : analysis.vessels)
        for (const Stenosis& stenosis : lesions(vessel))
            add_row(csv, input.path, csv_row(vessel, stenosis, analysis.calibration, input));
    return csv;
}

std::string vessels_to_csv(const Analysis& analysis, const ReportInput& input) {
    std::string csv = csv_header(csv_row(Vessel{}, Calibration{}, input));
    for (const Vessel& vessel : analysis.vessels)
        add_row(csv, input.path, csv_row(vessel, analysis.calibration, input));
    return csv;
}

std::string ectasias_to_csv(const Analysis& analysis, const ReportInput& input) {
    std::string csv = csv_header(csv_row({}, Ectasia{}, input));
    for (const Vessel& vessel : analysis.vessels)
        for (const Ectasia& ectasia : ectasias(vessel))
            add_row(csv, input.path, csv_row(vessel, ectasia, input));
    return csv;
}

std::string cine_lesions_to_csv(std::span<const CineLesion> lesions, const std::string& path) {
    std::string csv = csv_header(csv_row(0, CineLesion{}));
    int id = 0;
    for (const CineLesion& lesion : lesions) add_row(csv, path, csv_row(id++, lesion));
    return csv;
}

std::string sightings_to_csv(std::span<const CineLesion> lesions, const std::string& path) {
    std::string csv = csv_header(csv_row(0, LesionSighting{}));
    int id = 0;
    for (const CineLesion& lesion : lesions) {
        for (const LesionSighting& sighting : lesion.sightings) add_row(csv, path, csv_row(id, sighting));
        ++id;
    }
    return csv;
}

}  // namespace stenometry
