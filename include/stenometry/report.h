#pragma once

#include <optional>
#include <span>
#include <string>

#include "stenometry/catheter_calibration.h"
#include "stenometry/cine_lesions.h"
#include "stenometry/export.h"
#include "stenometry/filled_frames.h"
#include "stenometry/segment.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// What the report says of the input besides the measurements.
struct ReportInput {
    std::string path;
    int frame = 0;
    int frames = 1;
    std::optional<FrameRange> filled_frames;  ///< of a cine, where they were looked for
    int width = 0;
    int height = 0;
    Intensity intensity = Intensity::unknown;
    Polarity polarity = Polarity::assumed;
    Acquisition acquisition;
    /// The files that the vessels come from where they were found elsewhere; else empty.
    std::string mask, probability, model;
    std::optional<Evidence> evidence;  ///< what told vessels from everything else, where nobody gave them
    /// What the calibration comes from, where that is a catheter.
    std::optional<CatheterCalibration> catheter;
};

/// What a frame knows of itself, with the path it came from.
ReportInput report_input(const Frame& frame, std::string path);

/// The analysis as JSON after the schema `stenometry.analysis/2`, ending with a newline. Numbers that could
/// not be measured are null, every `*_mm` value is null without a calibration. The same analysis gives the
/// same bytes.
///
/// Lengths are rounded to 0.0001 mm and 0.001 px, percentages to 0.01, probabilities to 0.0001. Standard
/// errors of the profile (`diameter_sd_mm`) are those of the measurement in pixels alone; the intervals of
/// a lesion in mm include the standard error of the calibration, which all diameters of an image share.
/// Values are never clamped. Intervals are those of `Estimate`: 1.96 standard errors to either side, cut
/// where the quantity cannot be, at 0 for lengths and at 100 for percentages; the probabilities come from the
/// same normal distribution. schema/README.md of the sources, installed beside the schemas, explains every
/// name.
std::string to_json(const Analysis& analysis, const ReportInput& input);

/// A calibration alone as JSON after the schema `stenometry.calibration/1`, ending with a newline:
/// `calibration` is the one that analyses have, `catheter_walls` the walls from which it comes.
std::string to_json(const Calibration& calibration, const ReportInput& input);

/// A row per lesion, with a header row; RFC 4180. Narrowings that do not count as lesions are in the JSON
/// alone. Empty fields where there is no number. The columns are named and rounded as in the JSON; intervals
/// and places take two, such as `mld_ci95_low_mm` and `mld_ci95_high_mm`, `mld_at_x_px` and `mld_at_y_px`.
std::string to_csv(const Analysis& analysis, const ReportInput& input);

/// The same with a row per vessel, also for one without a lesion: what the JSON says of it in one number or
/// word, `statistics` without that name before them.
std::string vessels_to_csv(const Analysis& analysis, const ReportInput& input);

/// The same with a row per ectasia. What a widening may be instead of one is in the JSON alone.
std::string ectasias_to_csv(const Analysis& analysis, const ReportInput& input);

/// A row per lesion of a cine, with a header row, numbered from 0 in their order: in how many frames its
/// place is seen and in how many it counts as a lesion, and the median of its numbers. Rounded and named as
/// before.
std::string cine_lesions_to_csv(std::span<const CineLesion> lesions, const std::string& path);

/// A row per lesion of a cine and frame that shows its place, with a header row. `lesion` is the id of the
/// narrowing in that frame, empty where none was found: then the numbers are those of the narrowest lumen.
std::string sightings_to_csv(std::span<const CineLesion> lesions, const std::string& path);

}  // namespace stenometry

STENOMETRY_EXPORT_END
