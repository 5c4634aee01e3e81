#pragma once

#include <filesystem>
#include <vector>

#include "report_data.h"

namespace stenometry::program {

/// Whether a file is one of SQLite, as a ledger is. False for one that cannot be read.
bool is_ledger(const std::filesystem::path& path);

/// The inputs of a ledger in the order of their paths.
/// \throws Failure unreadable, naming the file and what is wrong with it.
std::vector<ReportedInput> reported_ledger(const std::filesystem::path& path);

}  // namespace stenometry::program
