#pragma once

#include <string>

#include "stenometry/pipeline.h"
#include "stenometry/report.h"

namespace stenometry::program {

/// What was measured, for a person to read, lengths in mm where the image has a calibration and else in
/// pixels.
std::string summary(const Analysis& analysis, const ReportInput& input);

/// The size of a pixel with its standard error and its source, on no line of its own.
std::string calibration_summary(const Calibration& calibration);

}  // namespace stenometry::program
