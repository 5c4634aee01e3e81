#pragma once

#include <string>

#include "stenometry/pipeline.h"

namespace stenometry {

/// What the report says of the input besides the measurements.
struct ReportInput {
    std::string path;
    int frame = 0;
    int frames = 1;
    int width = 0;
    int height = 0;
    Intensity intensity = Intensity::unknown;
    Acquisition acquisition;
};

/// What a frame knows of itself, with the path it came from.
ReportInput report_input(const Frame& frame, std::string path);

/// The analysis as JSON after the schema `stenometry.analysis/1`. Numbers that could not be measured are null, every
/// `*_mm` value is null without a calibration. The same analysis gives the same bytes.
std::string to_json(const Analysis& analysis, const ReportInput& input);

/// A row per lesion, with a header row; RFC 4180. Empty fields where there is no number.
std::string to_csv(const Analysis& analysis, const ReportInput& input);

}  // namespace stenometry
