#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "archive/input_settings.h"

namespace stenometry::program {

/// One row of a manifest.
struct ManifestRow {
    std::filesystem::path file;
    GivenOptions options;
};

/// Reads a CSV with the column `path`, and others that are called as options are: an empty field gives none,
/// ; stands between several values, a flag is true or false. Columns that begin with # are the reader's own.
/// \param folder that relative paths are relative to
/// \throws Failure wrong_command, naming line or column, for a column that is no option or missing, and for a
/// row without a path.
std::vector<ManifestRow> parse_manifest(std::string_view text, const std::filesystem::path& folder);

}  // namespace stenometry::program
