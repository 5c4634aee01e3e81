#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "archive/input_settings.h"
#include "archive/ledger.h"

namespace stenometry::program {

/// One input of a batch.
struct BatchInput {
    InputKey key;
    std::filesystem::path file;
    std::optional<GivenOptions> options;  ///< all that hold for it; empty: those of all inputs
    bool found = false;                   ///< in a folder, where it may be anything: nobody named it
};

/// The inputs of a batch in the order of their keys.
struct InputList {
    std::filesystem::path root;  ///< absolute; all paths are relative to it
    std::vector<BatchInput> inputs;
};

struct InputSource {
    std::vector<std::string> arguments;  ///< files, folders, patterns, manifests
    std::filesystem::path root;          ///< empty: the deepest folder that has all of them
    std::filesystem::path out;           ///< where the results go: no input lies there
    GivenOptions options;                ///< for all inputs
};

/// Finds the inputs. Folders are searched through, links to folders too, without hidden files; a file has its
/// place once, however often it is found.
/// \throws Failure wrong_command for an argument that is nothing, lies outside of the root, or is a manifest
/// with a fault, which is named with its line; unreadable if a manifest cannot be read.
InputList list_inputs(const InputSource& source);

/// Whether the input belongs to part `index` (from 1) of `count`, by a hash of its path alone: the same on
/// every machine, and for all items of one path.
bool in_shard(const InputKey& key, int index, int count);

}  // namespace stenometry::program
