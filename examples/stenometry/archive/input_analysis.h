#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>

#include "archive/cine_analysis.h"
#include "archive/input_list.h"
#include "archive/ledger.h"
#include "archive/memory_budget.h"

namespace stenometry::program {

/// What holds for all inputs of a batch.
struct BatchRules {
    std::filesystem::path root;
    std::filesystem::path out;         ///< where results go
    GivenOptions options;              ///< those that hold where no row of a manifest has others
    std::set<std::string> modalities;  ///< of DICOM; empty: X-ray angiography and fluoroscopy
    std::uint64_t max_memory = 0;      ///< bytes for all that is analysed at once
    bool identifiers = false;          ///< whether those of patients are kept
    std::map<InputKey, Ended> ended;   ///< before
    bool retry_failed = false;
    const std::atomic<bool>* stop = nullptr;  ///< set by somebody who wants no further frame
};

struct InputResult {
    enum class Kind {
        ended,    ///< now: the entry goes to the ledger
        kept,     ///< before, as it would now
        stopped,  ///< it has no result: nobody wants further frames
    };
    Kind kind = Kind::ended;
    InputEntry entry;
};

/// Analyses the inputs of a batch. May be called from several threads at once.
class InputAnalyzer {
  public:
    /// \throws Failure wrong_command for options that no input can have, unreadable if a file that they name
    /// cannot be read.
    explicit InputAnalyzer(BatchRules rules);

    /// What the results of inputs without options of their own depend on, but for the digest.
    const Provenance& provenance() const { return provenance_; }

    /// What becomes of the input, whatever is wrong with it.
    InputResult operator()(const BatchInput& input) const;

    bool stopped() const { return rules_.stop != nullptr && *rules_.stop; }

  private:
    /// False if it was stopped before its last frame.
    bool analyze(const BatchInput& input, InputEntry& entry) const;
    bool analyze_frames(const CineAnalysis& common, FrameRange frames, std::uint64_t memory,
                        InputEntry& entry) const;
    void require_memory(std::uint64_t memory, const io::CineDescription& file, const std::string& name) const;
    Provenance provenance_of(const BatchInput& input) const;
    bool is_settled(const InputEntry& entry) const;
    std::string relative(std::string message) const;

    BatchRules rules_;
    InputSettings settings_;
    Provenance provenance_;
    mutable MemoryBudget memory_;
};

}  // namespace stenometry::program
