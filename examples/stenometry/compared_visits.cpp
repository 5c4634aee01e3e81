#include "compared_visits.h"

#include <array>
#include <cmath>
#include <limits>

#include "failure.h"
#include "report_analyses.h"

namespace stenometry::program {
namespace {

using AnalysisJson = nlohmann::json;

std::optional<double> analysed_number(const AnalysisJson& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? std::nullopt : std::optional(found->get<double>());
}

double number_or_nan(const AnalysisJson& value) {
    return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

std::vector<double> analysed_numbers(const AnalysisJson& object, const char* name) {
    std::vector<double> numbers;
    const AnalysisJson& values = object.at(name);
    for (const AnalysisJson& value : values) numbers.push_back(number_or_nan(value));
    return numbers;
}

Point analysed_point(const AnalysisJson& value) {
    return value.is_null() ? no_point : Point{value.at(0).get<double>(), value.at(1).get<double>()};
}

Polyline analysed_points(const AnalysisJson& object, const char* name) {
    Polyline points;
    for (const AnalysisJson& value : object.at(name)) points.push_back(analysed_point(value));
    return points;
}

SpacingSource analysed_source(const std::string& name) {
    for (const SpacingSource source :
         {SpacingSource::user, SpacingSource::catheter, SpacingSource::dicom_pixel_spacing,
          SpacingSource::dicom_object_plane, SpacingSource::dicom_isocenter, SpacingSource::detector_plane})
        if (to_string(source) == name) return source;
    return SpacingSource::none;
}

Calibration analysed_calibration(const AnalysisJson& json) {
    return {.mm_per_px_x = analysed_number(json, "mm_per_px_x"),
            .mm_per_px_y = analysed_number(json, "mm_per_px_y"),
            .source = analysed_source(json.at("source").get<std::string>()),
            .relative_sd = analysed_number(json, "relative_sd")};
}

/// How wide a catheter appears is wrong alike in all visits that were calibrated by one.
double shared_part(const AnalysisJson& json, const Calibration& calibration, bool same_calibration) {
    const double whole = calibration.relative_sd.value_or(0.0);
    if (same_calibration) return whole;
    const auto catheter = json.find("catheter");
    if (catheter == json.end()) return 0.0;
    const auto ratio = analysed_number(*catheter, "apparent_ratio"),
               sd = analysed_number(*catheter, "apparent_ratio_sd");
    return ratio && sd ? std::min(whole, *sd / *ratio) : 0.0;
}

/// The standard error that an interval stands for. One end may be cut; the other then has it.
std::optional<double> sd_of(const AnalysisJson& object, const char* name, double value, double cut) {
    constexpr double of_95_percent = 1.959964;
    const AnalysisJson& interval = object.at(name);
    if (interval.is_null()) return {};
    const double low = interval.at(0).get<double>(), high = interval.at(1).get<double>();
    const double reach = low == cut ? high - value : high == cut ? value - low : 0.5 * (high - low);
    return reach / of_95_percent;
}

Unmeasurable analysed_reason(const AnalysisJson& value) {
    if (value.is_null()) return Unmeasurable::none;
    return value.get<std::string>() == to_string(Unmeasurable::total_occlusion)
               ? Unmeasurable::total_occlusion
               : Unmeasurable::lumen_not_seen;
}

Stenosis analysed_stenosis(const AnalysisJson& json, const Calibration& calibration) {
    Stenosis found{.id = json.at("id").get<int>(),
                   .mld_index = json.at("mld_index").get<std::size_t>(),
                   .proximal_index = json.at("proximal_index").get<std::size_t>(),
                   .distal_index = json.at("distal_index").get<std::size_t>(),
                   .mld_at_px = analysed_point(json.at("mld_at_px")),
                   .mld_px = analysed_number(json, "mld_px"),
                   .reference_px = analysed_number(json, "reference_px"),
                   .length_px = json.at("length_px").get<double>(),
                   .percent_diameter_stenosis = analysed_number(json, "percent_diameter_stenosis"),
                   .is_lesion = json.at("is_lesion").get<bool>(),
                   .total_occlusion = json.at("total_occlusion").get<bool>(),
                   .reason = analysed_reason(json.at("reason")),
                   .calibration = calibration};
    if (found.mld_px) found.mld_sd_px = sd_of(json, "mld_ci95_px", *found.mld_px, 0.0);
    if (found.reference_px)
        found.reference_sd_px = sd_of(json, "reference_ci95_px", *found.reference_px, 0.0);
    if (found.percent_diameter_stenosis)
        found.percent_diameter_stenosis_sd =
            sd_of(json, "percent_diameter_stenosis_ci95", *found.percent_diameter_stenosis, 100.0);
    return found;
}

Vessel analysed_vessel(const AnalysisJson& json, const Calibration& calibration) {
    Vessel vessel{.id = json.at("id").get<int>()};
    vessel.contour.centerline.points_px = analysed_points(json, "centerline_px");
    vessel.diameter.position_px = analysed_numbers(json, "arc_length_px");
    vessel.diameter.diameter_px = analysed_numbers(json, "diameter_px");
    vessel.diameter.sd_px = analysed_numbers(json, "diameter_sd_px");
    vessel.reference.diameter_px = analysed_numbers(json, "reference_px");
    vessel.reference.sd_px = analysed_numbers(json, "reference_sd_px");
    vessel.reference.diffuse = json.at("diffuse_disease").get<bool>();
    vessel.from_ostium_px = analysed_number(json, "from_ostium_px");
    for (const AnalysisJson& stenosis : json.at("stenoses"))
        vessel.stenoses.push_back(analysed_stenosis(stenosis, calibration));
    for (const AnalysisJson& branch : json.at("bifurcations"))
        vessel.bifurcations.push_back({.index = branch.at("index").get<std::size_t>(),
                                       .at_px = analysed_point(branch.at("at_px")),
                                       .side_vessel = branch.at("side_vessel").get<int>()});
    return vessel;
}

ReportInput analysed_input(const AnalysisJson& json) {
    ReportInput input{.path = json.at("path").get<std::string>(),
                      .frame = json.at("frame").get<int>(),
                      .width = json.at("width").get<int>(),
                      .height = json.at("height").get<int>()};
    input.acquisition.primary_angle_deg = analysed_number(json, "primary_angle_deg");
    input.acquisition.secondary_angle_deg = analysed_number(json, "secondary_angle_deg");
    return input;
}

/// Arrays of one length, and places within them.
bool is_whole(const Vessel& vessel) {
    const std::size_t size = vessel.contour.centerline.points_px.size();
    for (const auto* values :
         {&vessel.diameter.position_px, &vessel.diameter.diameter_px, &vessel.diameter.sd_px,
          &vessel.reference.diameter_px, &vessel.reference.sd_px})
        if (values->size() != size) return false;
    return size > 1;
}

AnalysedVisit visit_of(const std::filesystem::path& path, const AnalysisJson& document,
                       bool same_calibration) {
    AnalysedVisit visit{.path = path, .input = analysed_input(document.at("input"))};
    const Calibration calibration = analysed_calibration(document.at("calibration"));
    const double shared = shared_part(document.at("calibration"), calibration, same_calibration);
    for (const AnalysisJson& json : document.at("vessels")) {
        Vessel vessel = analysed_vessel(json, calibration);
        if (is_whole(vessel))
            visit.vessels.push_back({std::move(vessel), calibration, visit.input.acquisition, shared});
    }
    return visit;
}

}  // namespace

AnalysedVisit read_visit(const std::filesystem::path& path, bool same_calibration) {
    const AnalysisJson document = read_analysis(path);
    try {
        AnalysedVisit visit = visit_of(path, document, same_calibration);
        if (visit.vessels.empty())
            throw Failure(ExitCode::unmeasurable, path.string() +
                                                      " has no vessel with a diameter profile and a "
                                                      "reference: there is nothing to compare");
        return visit;
    } catch (const AnalysisJson::exception&) {
        throw Failure(ExitCode::unreadable, "cannot read " + path.string() +
                                                ": it does not follow the schema stenometry.analysis/2");
    }
}

}  // namespace stenometry::program
