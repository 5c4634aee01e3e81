#pragma once

#include <filesystem>
#include <vector>

#include "report_data.h"

namespace stenometry::program {

/// An analysis as `analyze --json` and `measure --json` write it.
/// \throws Failure unreadable, naming the file and what is wrong with it.
nlohmann::json read_analysis(const std::filesystem::path& path);

/// Analyses in files of their own; those of one input become its frames.
/// \param image where the picture of the only one is, if that is known; else empty
/// \throws Failure unreadable, naming the file and what is wrong with it.
std::vector<ReportedInput> reported_analyses(const std::vector<std::filesystem::path>& files,
                                             const std::filesystem::path& image);

}  // namespace stenometry::program
