#include "findings.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "stenometry/error.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

std::optional<double> estimated(const std::optional<Estimate>& estimate) {
    return estimate ? std::optional(estimate->value) : std::nullopt;
}

FoundLesion found_lesion(const Stenosis& stenosis) {
    const std::optional<Estimate> mld_mm = stenosis.mld_estimate_mm();
    return {.at_px = stenosis.mld_at_px,
            .percent_diameter_stenosis = estimated(stenosis.percent_diameter_stenosis_estimate()),
            .mld_mm = estimated(mld_mm),
            .reference_mm = estimated(stenosis.reference_estimate_mm()),
            .length_mm = stenosis.length_mm(),
            .mld_ci95_mm = mld_mm ? mld_mm->interval95() : std::nullopt};
}

std::optional<double> number_at(const nlohmann::json& object, const char* key) {
    const auto value = object.find(key);
    if (value == object.end() || !value->is_number()) return {};
    return value->get<double>();
}

Point pixel_of(const nlohmann::json& pair) { return {pair.at(0).get<double>(), pair.at(1).get<double>()}; }

FoundLesion found_lesion(const nlohmann::json& stenosis) {
    // In schema 1 places and the diameter at the minimum had other names.
    const char* place = stenosis.contains("mld_at_px") ? "mld_at_px" : "mld_px";
    const char* reference = stenosis.contains("reference_mm") ? "reference_mm" : "reference_diameter_mm";
    FoundLesion lesion{.at_px = pixel_of(stenosis.at(place)),
                       .percent_diameter_stenosis = number_at(stenosis, "percent_diameter_stenosis"),
                       .mld_mm = number_at(stenosis, "mld_mm"),
                       .reference_mm = number_at(stenosis, reference),
                       .length_mm = number_at(stenosis, "length_mm")};
    const auto interval = stenosis.find("mld_ci95_mm");
    if (interval != stenosis.end() && interval->is_array())
        lesion.mld_ci95_mm = Interval{interval->at(0).get<double>(), interval->at(1).get<double>()};
    return lesion;
}

Findings findings_in(const nlohmann::json& report) {
    Findings findings;
    for (const nlohmann::json& vessel : report.at("vessels")) {
        for (const nlohmann::json& stenosis : vessel.at("stenoses"))
            if (stenosis.value("is_lesion", true)) findings.lesions.push_back(found_lesion(stenosis));
        findings.centerlines_px.push_back(line_through(vessel.at("centerline_px")));
    }
    return findings;
}

}  // namespace

Polyline line_through(const nlohmann::json& points) {
    Polyline line;
    for (const nlohmann::json& point : points) line.push_back(point.is_null() ? no_point : pixel_of(point));
    return line;
}

Findings findings_of(const Analysis& analysis) {
    Findings findings;
    for (const Vessel& vessel : analysis.vessels) {
        for (const Stenosis& stenosis : lesions(vessel)) findings.lesions.push_back(found_lesion(stenosis));
        findings.centerlines_px.push_back(vessel.contour.centerline.points_px);
    }
    return findings;
}

Findings read_findings(const fs::path& path) {
    const auto failure = [&path](const std::string& cause) {
        return IoError("cannot read " + path.string() + ": " + cause);
    };
    std::ifstream file(path, std::ios::binary);
    const nlohmann::json report = nlohmann::json::parse(file, nullptr, false);
    if (!report.is_object() || !report.contains("vessels") || !report["vessels"].is_array())
        throw failure("it is no analysis");
    try {
        return findings_in(report);
    } catch (const nlohmann::json::exception&) {
        throw failure("it follows neither the schema stenometry.analysis/2 nor stenometry.analysis/1");
    }
}

}  // namespace stenometry::program
