#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "stenometry/comparison_report.h"

namespace stenometry::program {

/// The measured vessels of an analysis, as `compare` takes them.
struct AnalysedVisit {
    std::filesystem::path path;
    ReportInput input;
    std::vector<Visit> vessels;
};

/// Reads them from the JSON of an analysis; vessels without a profile and a reference are left out.
/// \param same_calibration whether one calibration serves all visits, which then share its error
/// \throws Failure unreadable, naming the file and what is wrong with it; unmeasurable if no vessel is left.
AnalysedVisit read_visit(const std::filesystem::path& path, bool same_calibration);

}  // namespace stenometry::program
