#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stenometry::program {

/// Rows of text under named columns; every row has as many fields as there are columns.
struct CsvTable {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
};

/// The table that `text` spells after RFC 4180, with LF for CRLF too, a byte order mark before it, and empty
/// lines, which are none of its rows. The first line names the columns.
/// \throws Failure wrong_command, with the line counted from 1, for a quote that does not end, text after
/// one, a row of another length than the header, and for a column without a name or with one that was there.
CsvTable parse_csv(std::string_view text);

/// `text` as a field, in quotes where it needs them.
std::string csv_field(std::string_view text);

}  // namespace stenometry::program
