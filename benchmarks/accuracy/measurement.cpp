#include "measurement.h"

#include <algorithm>

namespace stenometry::accuracy {
namespace {

/// What was measured, with the interval that users get.
Quantity compared(double truth, const std::optional<Estimate>& measured) {
    if (!measured) return {.truth = truth};
    const std::optional<Interval> interval = measured->interval95();
    return {.truth = truth,
            .value = measured->value,
            .low = interval ? interval->low : nan,
            .high = interval ? interval->high : nan};
}

/// The same of one sample of a profile.
Quantity compared(double truth, double px, double sd_px, const Calibration& calibration) {
    return compared(truth, calibration.to_mm(Estimate::of_length(px, sd_px)));
}

std::size_t nearest_index(const Polyline& line, Point p) {
    const CurvePoint nearest = nearest_on(line, p);
    const bool next = nearest.segment + 1 < line.size() && distance(nearest.at, line[nearest.segment + 1]) <
                                                               distance(nearest.at, line[nearest.segment]);
    return nearest.segment + (next ? 1 : 0);
}

/// The reported lesion whose minimum is nearest to the true one, if it lies within the true lesion or 2 mm of
/// it.
const Stenosis* matching(const std::vector<Stenosis>& stenoses, const phantom::LesionTruth& truth,
                         double mm_per_px) {
    const auto away = [&](const Stenosis& s) { return distance(s.mld_at_px, truth.at_px); };
    const auto nearest = std::min_element(stenoses.begin(), stenoses.end(),
                                          [&](const auto& a, const auto& b) { return away(a) < away(b); });
    if (nearest == stenoses.end()) return nullptr;
    constexpr double tolerance_mm = 2.0;
    return away(*nearest) * mm_per_px <= 0.5 * truth.length_mm + tolerance_mm ? &*nearest : nullptr;
}

Reading read_lesion(const Vessel& vessel, const phantom::LesionTruth& truth, double mm_per_px) {
    Reading reading;
    const Stenosis* found = matching(vessel.stenoses, truth, mm_per_px);
    reading.other_lesions = static_cast<int>(vessel.stenoses.size()) - (found != nullptr ? 1 : 0);
    if (found == nullptr) return reading;
    reading.mld = compared(truth.mld_mm, found->mld_estimate_mm());
    reading.reference = compared(truth.reference_mm, found->reference_estimate_mm());
    reading.percent = compared(truth.percent_diameter, found->percent_diameter_stenosis_estimate());
    reading.length = {.truth = truth.length_mm, .value = found->length_mm().value_or(nan)};
    reading.reported = reading.mld.measured() && reading.percent.measured();
    return reading;
}

/// The diameter where the middle of the image lies next to the vessel.
Reading read_tube(const Vessel& vessel, const phantom::VesselTruth& truth, Point middle,
                  const Calibration& calibration) {
    Reading reading{.other_lesions = static_cast<int>(vessel.stenoses.size())};
    const std::size_t i = nearest_index(vessel.contour.centerline.points_px, middle);
    const std::size_t true_i = nearest_index(truth.centerline_px, middle);
    reading.mld = compared(truth.diameter_mm[true_i], vessel.diameter.diameter_px[i],
                           vessel.diameter.sd_px[i], calibration);
    if (vessel.reference.reason == Unmeasurable::none)
        reading.reference = compared(truth.reference_mm[true_i], vessel.reference.diameter_px[i],
                                     vessel.reference.sd_px[i], calibration);
    reading.reported = reading.mld.measured();
    return reading;
}

Point middle_of(const Frame& frame) { return {0.5 * (frame.width() - 1.0), 0.5 * (frame.height() - 1.0)}; }

}  // namespace

Clicks clicks_on(const phantom::Phantom& image) {
    const phantom::VesselTruth& vessel = image.vessels.front();
    const Point at = vessel.lesions.empty() ? middle_of(image.frame) : vessel.lesions.front().at_px;
    const double arc = nearest_on(vessel.centerline_px, at).arc;
    const double half_px = half_segment_mm / image.scene.mm_per_px;
    const Polyline segment = slice(vessel.centerline_px, arc - half_px, arc + half_px);
    return {segment.front(), segment.back()};
}

Reading read(const phantom::Phantom& image, const Clicks& clicks, const AnalysisOptions& options) {
    const Analysis analysis = measure(image.frame, clicks.from, clicks.to, {}, options);
    const phantom::VesselTruth& truth = image.vessels.front();
    const double mm_per_px = image.scene.mm_per_px;
    Reading reading;
    if (!analysis.vessels.empty() && analysis.vessels.front().contour.reason == Unmeasurable::none) {
        const Vessel& vessel = analysis.vessels.front();
        reading = truth.lesions.empty()
                      ? read_tube(vessel, truth, middle_of(image.frame), analysis.calibration)
                      : read_lesion(vessel, truth.lesions.front(), mm_per_px);
        reading.along_mm = mm_per_px * vessel.diameter.along_px;
    }
    reading.warned = !analysis.warnings.empty();
    return reading;
}

Reading read(const Cell& cell, int replicate, const AnalysisOptions& options) {
    const phantom::Phantom image = phantom::render(scene_of(cell, replicate));
    return read(image, clicks_on(image), options);
}

}  // namespace stenometry::accuracy
