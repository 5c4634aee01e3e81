#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace stenometry::program {

/// What was found of inputs that several ledgers have.
struct MergeCounts {
    std::size_t inputs = 0;     ///< in the new ledger
    std::size_t repeated = 0;   ///< in several, from the same file with the same options by the same program
    std::size_t different = 0;  ///< in several, with something else
    std::string example;        ///< the first path of those
};

/// Makes a ledger with all inputs of others. Of an input that several have as it is one is taken; where
/// something differs, the newest of those that are done, or else the newest. \throws Failure unreadable if
/// one is no ledger or damaged; unwritable if the new one cannot be written, of which nothing is left then.
MergeCounts merge_ledgers(const std::vector<std::filesystem::path>& ledgers,
                          const std::filesystem::path& out);

}  // namespace stenometry::program
