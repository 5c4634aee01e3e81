#pragma once

#include <string>

#include "stenometry/pipeline.h"
#include "stenometry/report.h"

namespace stenometry::program {

/// What was measured, for a person to read, lengths in mm where the image has a calibration and else in
/// pixels.
std::string summary(const Analysis& analysis, const ReportInput& input);

}  // namespace stenometry::program
