#pragma once

#include <filesystem>

#include "output.h"
#include "stenometry/analysis.h"
#include "stenometry/report.h"

/// DICOM structured reports, in a module that is loaded only for them.
namespace stenometry::program {

/// \throws Failure wrong_command unless the path is empty, or its name ends in .dcm and the program was built
/// with DCMTK.
void require_structured_report(const std::filesystem::path& path);

/// \throws Failure wrong_command if a report is asked for, and the image is no DICOM file to which it could
/// refer.
void require_source_of_report(const std::filesystem::path& path, const std::filesystem::path& image);

OutputFiles::Writer structured_report_writer(const Analysis& analysis, const ReportInput& input);

}  // namespace stenometry::program
