#include "report_cine.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "findings.h"

namespace stenometry::program {
namespace {

std::optional<double> given(const nlohmann::json& value) {
    return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

std::vector<double> given_profile(const nlohmann::json& values) {
    std::vector<double> profile;
    for (const nlohmann::json& value : values)
        profile.push_back(given(value).value_or(std::numeric_limits<double>::quiet_NaN()));
    return profile;
}

/// The standard error behind an interval. Where one side of it is cut, the other is longer.
std::optional<double> sd_behind(const nlohmann::json& interval, const std::optional<double>& value) {
    if (interval.is_null() || !value) return {};
    return std::max(interval.at(1).get<double>() - *value, *value - interval.at(0).get<double>()) / 1.96;
}

std::size_t index_on(const Vessel& vessel, const nlohmann::json& index) {
    const auto place = index.get<std::size_t>();
    if (place < vessel.contour.centerline.points_px.size()) return place;
    throw nlohmann::json::out_of_range::create(401, "an index beyond the vessel", &index);
}

Stenosis given_stenosis(const nlohmann::json& stenosis, const Vessel& vessel) {
    Stenosis known{.id = stenosis.at("id").get<int>(),
                   .mld_index = index_on(vessel, stenosis.at("mld_index")),
                   .mld_at_px = line_through(nlohmann::json::array({stenosis.at("mld_at_px")})).front(),
                   .mld_px = given(stenosis.at("mld_px")),
                   .length_px = given(stenosis.at("length_px")).value_or(0.0),
                   .percent_diameter_stenosis = given(stenosis.at("percent_diameter_stenosis")),
                   .is_lesion = stenosis.at("is_lesion").get<bool>(),
                   .total_occlusion = stenosis.at("total_occlusion").get<bool>()};
    known.mld_sd_px = sd_behind(stenosis.at("mld_ci95_px"), known.mld_px);
    known.percent_diameter_stenosis_sd =
        sd_behind(stenosis.at("percent_diameter_stenosis_ci95"), known.percent_diameter_stenosis);
    if (const auto confidence = stenosis.find("confidence"); confidence != stenosis.end())
        known.confidence = given(*confidence);
    return known;
}

Vessel given_vessel(const nlohmann::json& vessel) {
    Vessel known;
    known.id = vessel.at("id").get<int>();
    known.contour.centerline.points_px = line_through(vessel.at("centerline_px"));
    known.diameter.diameter_px = given_profile(vessel.at("diameter_px"));
    known.diameter.sd_px = given_profile(vessel.at("diameter_sd_px"));
    known.reference.diameter_px = given_profile(vessel.at("reference_px"));
    known.reference.sd_px = given_profile(vessel.at("reference_sd_px"));
    const std::size_t points = known.contour.centerline.points_px.size();
    for (std::vector<double>* profile : {&known.diameter.diameter_px, &known.diameter.sd_px,
                                         &known.reference.diameter_px, &known.reference.sd_px})
        profile->resize(points, std::numeric_limits<double>::quiet_NaN());
    for (const nlohmann::json& stenosis : vessel.at("stenoses"))
        known.stenoses.push_back(given_stenosis(stenosis, known));
    return known;
}

Calibration given_calibration(const nlohmann::json& analysis) {
    const nlohmann::json& calibration = analysis.at("calibration");
    return {.mm_per_px_x = given(calibration.at("mm_per_px_x")),
            .mm_per_px_y = given(calibration.at("mm_per_px_y")),
            .relative_sd = given(calibration.at("relative_sd")),
            .uncalibrated_scale = analysis.at("input").at("width").get<double>() / 512.0};
}

/// As much of an analysis as lesions are followed by.
Analysis given_analysis(const nlohmann::json& document) {
    Analysis analysis;
    analysis.calibration = given_calibration(document);
    for (const nlohmann::json& vessel : document.at("vessels"))
        analysis.vessels.push_back(given_vessel(vessel));
    return analysis;
}

/// Finer than a person reads.
PageJson shown(double value) { return std::round(value * 1000.0) / 1000.0; }

PageJson shown_value(const std::optional<Estimate>& estimate) {
    return estimate ? shown(estimate->value) : PageJson(nullptr);
}

PageJson shown_interval(const std::optional<Estimate>& estimate) {
    const auto interval = estimate ? estimate->interval95() : std::nullopt;
    return interval ? PageJson::array({shown(interval->low), shown(interval->high)}) : PageJson(nullptr);
}

PageJson sighting_data(const LesionSighting& sighting) {
    return {{"frame", sighting.frame},
            {"vessel", sighting.vessel},
            {"narrowing", sighting.stenosis ? PageJson(*sighting.stenosis) : PageJson(nullptr)},
            {"is_lesion", sighting.is_lesion},
            {"percent_diameter_stenosis", shown_value(sighting.percent_diameter_stenosis)}};
}

PageJson cine_lesion_data(const CineLesion& lesion, bool calibrated) {
    const std::optional<Estimate>& mld = calibrated ? lesion.mld_mm : lesion.mld_px;
    PageJson sightings = PageJson::array();
    for (const LesionSighting& sighting : lesion.sightings) sightings.push_back(sighting_data(sighting));
    return {{"percent_diameter_stenosis", shown_value(lesion.percent_diameter_stenosis)},
            {"percent_diameter_stenosis_ci95", shown_interval(lesion.percent_diameter_stenosis)},
            {"mld", shown_value(mld)},
            {"mld_ci95", shown_interval(mld)},
            {"confidence", lesion.confidence ? shown(*lesion.confidence) : PageJson(nullptr)},
            {"lesion_frames", lesion.lesion_frames},
            {"in_single_frame", lesion.in_single_frame()},
            {"sightings", std::move(sightings)}};
}

}  // namespace

void ReportedCine::add(const nlohmann::json& analysis) {
    const int frame = analysis.at("input").at("frame").get<int>();
    if (frame <= last_frame_) return;
    const Analysis known = given_analysis(analysis);
    lesions_.add(frame, known);
    last_frame_ = frame;
    ++frames_;
    calibrated_ = known.calibration.known();
}

PageJson ReportedCine::lesions() const {
    PageJson lesions = PageJson::array();
    if (frames_ < 2) return lesions;
    for (const CineLesion& lesion : lesions_.find()) lesions.push_back(cine_lesion_data(lesion, calibrated_));
    return lesions;
}

PageJson main_lesion(const PageJson& lesions) {
    constexpr double least_part = 0.25;
    std::size_t frames = 0;
    for (const PageJson& lesion : lesions) frames = std::max(frames, lesion.at("sightings").size());
    PageJson main = lesions.empty() ? PageJson(nullptr) : PageJson(0);
    double most = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < lesions.size(); ++i) {
        const PageJson& lesion = lesions[i];
        const bool often =
            lesion.at("lesion_frames").get<double>() >= least_part * static_cast<double>(frames);
        if (!often || lesion.at("in_single_frame") == true || severity(lesion) <= most) continue;
        main = i;
        most = severity(lesion);
    }
    return main;
}

}  // namespace stenometry::program
