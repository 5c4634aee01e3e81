#include "archive/manifest.h"

#include <algorithm>
#include <optional>
#include <sstream>

#include "archive/csv.h"
#include "failure.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

/// What is done with each column: empty for the path and for notes.
std::vector<std::optional<ColumnOption>> options_of_columns(const std::vector<std::string>& columns) {
    std::vector<std::optional<ColumnOption>> options;
    for (const std::string& column : columns) {
        options.push_back(option_of_column(column));
        if (!options.back() && column != "path" && !column.starts_with('#'))
            throw Failure(
                ExitCode::wrong_command,
                "column " + column + " is no option of batch or measure; a column of your own begins with #");
    }
    return options;
}

std::vector<std::string> values_of(const std::string& field, const ColumnOption& option,
                                   const fs::path& folder) {
    if (option.file) return {(folder / field).string()};
    if (!option.several) return {field};
    std::vector<std::string> values;
    std::istringstream parts(field);
    for (std::string value; std::getline(parts, value, ';');) values.push_back(value);
    return values;
}

}  // namespace

std::vector<ManifestRow> parse_manifest(std::string_view text, const fs::path& folder) {
    const CsvTable table = parse_csv(text);
    const auto options = options_of_columns(table.columns);
    const auto path = std::ranges::find(table.columns, "path");
    if (path == table.columns.end()) throw Failure(ExitCode::wrong_command, "it has no column called path");
    std::vector<ManifestRow> rows;
    for (const std::vector<std::string>& fields : table.rows) {
        const std::string& file = fields[static_cast<std::size_t>(path - table.columns.begin())];
        if (file.empty())
            throw Failure(ExitCode::wrong_command, "row " + std::to_string(rows.size() + 1) + " has no path");
        ManifestRow row{.file = folder / file};
        for (std::size_t i = 0; i < fields.size(); ++i)
            if (options[i] && !fields[i].empty())
                row.options[options[i]->name] = values_of(fields[i], *options[i], folder);
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace stenometry::program
