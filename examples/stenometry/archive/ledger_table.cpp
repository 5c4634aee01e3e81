#include "archive/ledger_table.h"

#include <SQLiteCpp/Statement.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace stenometry::program {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* of_inputs =
    "SELECT path, item, status, reason, exit_code, frames, "
    "(SELECT count(*) FROM frame WHERE frame.input = input.input) AS frames_analysed, "
    "(SELECT count(*) FROM vessel WHERE vessel.input = input.input) AS vessels, "
    "(SELECT count(*) FROM lesion WHERE lesion.input = input.input) AS lesions, "
    "(SELECT count(*) FROM warning WHERE warning.input = input.input) AS warnings, "
    "bytes, sha256, options, options_hash, software_version, network_sha256, identifiers "
    "FROM input ORDER BY path, item";

/// `table`.`column`, ... of a table's columns from `first` on, called with the prefix.
std::string columns_from(const SQLite::Database& database, const std::string& table, const std::string& first,
                         const std::string& prefix) {
    SQLite::Statement names(database,
                            "SELECT name FROM pragma_table_info(:table) WHERE cid >= "
                            "(SELECT cid FROM pragma_table_info(:table) WHERE name = :first) ORDER BY cid");
    names.bind(":table", table);
    names.bind(":first", first);
    std::string list;
    while (names.executeStep()) {
        const std::string name = names.getColumn(0).getString();
        list += ", " + table + ".\"" + name + "\" AS \"" + prefix + name + '"';
    }
    return list;
}

std::string query_of(const SQLite::Database& database, LedgerTable table) {
    switch (table) {
        case LedgerTable::inputs:
            return of_inputs;
        case LedgerTable::vessels:
            return "SELECT path, item" + columns_from(database, "vessel", "frame", "") +
                   " FROM vessel JOIN input USING (input) ORDER BY path, item, frame, vessel";
        case LedgerTable::lesions:
            // As `analyze --csv`, whose lesions have the numbers of their vessel, too.
            return "SELECT path, item" + columns_from(database, "lesion", "frame", "") +
                   columns_from(database, "vessel", "length_mm", "vessel_") +
                   " FROM lesion JOIN vessel USING (input, frame, vessel) JOIN input USING (input) "
                   "ORDER BY path, item, lesion.frame, lesion.vessel, lesion";
        case LedgerTable::ectasias:
            return "SELECT path, item" + columns_from(database, "ectasia", "frame", "") +
                   " FROM ectasia JOIN input USING (input) ORDER BY path, item, frame, vessel, ectasia";
        case LedgerTable::cine_lesions:
            return "SELECT path, item" + columns_from(database, "cine_lesion", "cine_lesion", "") +
                   " FROM cine_lesion JOIN input USING (input) ORDER BY path, item, cine_lesion";
        case LedgerTable::sightings:
            return "SELECT path, item" + columns_from(database, "sighting", "cine_lesion", "") +
                   " FROM sighting JOIN input USING (input) ORDER BY path, item, cine_lesion, frame";
    }
    return {};
}

/// The value as the JSON of an analysis has it.
Json value_of(const SQLite::Column& column, bool is_boolean) {
    if (column.isNull()) return nullptr;
    if (is_boolean) return column.getInt() != 0;
    if (column.isInteger()) return column.getInt64();
    if (column.isFloat()) return column.getDouble();
    return column.getString();
}

std::string as_csv(const Json& row) {
    std::string line, separator;
    for (const auto& [name, value] : row.items()) {
        line += std::exchange(separator, ",");
        if (value.is_string())
            line += csv_field(value.get_ref<const std::string&>());
        else if (!value.is_null())
            line += value.dump();
    }
    return line + "\r\n";
}

std::string as_json_line(const Json& row) {
    // Paths need not be UTF-8; JSON must be.
    return row.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

/// What the columns are called, and which of them are true or false.
struct TableColumns {
    std::vector<std::string> names;
    std::vector<bool> boolean;
};

TableColumns columns_of(const SQLite::Statement& rows, bool computed) {
    TableColumns columns;
    for (int i = 0; i < rows.getColumnCount(); ++i) {
        columns.names.emplace_back(rows.getColumnName(i));
        columns.boolean.push_back(!computed && std::string_view(rows.getColumnDeclaredType(i)) == "BOOLEAN");
    }
    return columns;
}

std::string header_of(const TableColumns& columns) {
    std::string line;
    for (const std::string& name : columns.names) line += (line.empty() ? "" : ",") + name;
    return line + "\r\n";
}

void write_rows(SQLite::Statement& rows, const TableColumns& columns, TableFormat format, std::ostream& out) {
    if (format == TableFormat::csv) out << header_of(columns);
    while (rows.executeStep()) {
        Json row;
        for (std::size_t i = 0; i < columns.names.size(); ++i)
            row[columns.names[i]] = value_of(rows.getColumn(static_cast<int>(i)), columns.boolean[i]);
        out << (format == TableFormat::csv ? as_csv(row) : as_json_line(row));
    }
}

}  // namespace

void write_table(const Ledger& ledger, LedgerTable table, TableFormat format, std::ostream& out) {
    try {
        SQLite::Statement rows(ledger.database(), query_of(ledger.database(), table));
        write_rows(rows, columns_of(rows, table == LedgerTable::inputs), format, out);
    } catch (const SQLite::Exception& error) {
        throw ledger_failure(ExitCode::unreadable, ledger.path(), error);
    }
}

}  // namespace stenometry::program
