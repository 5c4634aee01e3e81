#include "archive/ledger_merge.h"

#include <fstream>
#include <sstream>

#include "archive/ledger_table.h"
#include "failure.h"
#include "fuzz.h"

using namespace stenometry;

namespace {

/// SQLite wants files with names, beside which it can have others.
std::filesystem::path folder() {
    static const std::filesystem::path made = [] {
        std::string name = (std::filesystem::temp_directory_path() / "fuzz_ledger_XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        return std::filesystem::path(name);
    }();
    return made;
}

void remove_ledger(const std::filesystem::path& path) {
    for (const char* end : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(path.string() + end);
}

}  // namespace

/// Whatever the bytes are: a merged ledger can be read from its first to its last row.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::filesystem::path given = folder() / "given", merged = folder() / "merged";
    std::ofstream(given, std::ios::binary) << fuzz::text_of(data, size);
    bool made = false;
    try {
        program::merge_ledgers({given, given}, merged);
        made = true;
    } catch (const program::Failure&) {
    }
    if (made) {
        const program::Ledger ledger = program::Ledger::read(merged);
        for (const auto table :
             {program::LedgerTable::inputs, program::LedgerTable::vessels, program::LedgerTable::lesions})
            for (const auto format : {program::TableFormat::csv, program::TableFormat::json_lines}) {
                std::ostringstream text;
                program::write_table(ledger, table, format, text);
            }
    } else if (std::filesystem::exists(merged)) {
        std::abort();
    }
    remove_ledger(given);
    remove_ledger(merged);
    return 0;
}
