#pragma once

#include <ostream>

#include "archive/ledger.h"

namespace stenometry::program {

enum class LedgerTable { inputs, vessels, lesions, ectasias, cine_lesions, sightings };
enum class TableFormat {
    csv,         ///< RFC 4180, with a header
    json_lines,  ///< an object a line
};

/// Writes what the ledger knows of one of them, in the order of paths (byte by byte), items,
/// frames, vessels and lesions. The same results give the same bytes, whichever runs they come from: times
/// and attempts are left out. \throws Failure unreadable if the ledger is damaged.
void write_table(const Ledger& ledger, LedgerTable table, TableFormat format, std::ostream& out);

}  // namespace stenometry::program
