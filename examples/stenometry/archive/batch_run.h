#pragma once

#include <functional>

#include "archive/batch_progress.h"
#include "archive/input_analysis.h"
#include "archive/input_list.h"
#include "archive/ledger.h"

namespace stenometry::program {

/// Analyses the inputs with `jobs` threads and writes each to the ledger when it has ended. While one is
/// written others are read and analysed, and no more of them than there are threads to do so.
/// \param show is told after each input how many have ended
/// \throws Failure unwritable if the ledger cannot be written; what was written stays.
BatchCounts run_batch(const std::vector<BatchInput>& inputs, const InputAnalyzer& analyze,
                      const std::map<InputKey, Ended>& ended, Ledger& ledger, int jobs,
                      const std::function<void(const BatchCounts&)>& show);

}  // namespace stenometry::program
