#pragma once

#include <functional>
#include <string>
#include <vector>

#include "figures.h"

namespace stenometry::accuracy {

/// The measurements of one study.
struct StudyResult {
    std::string name, title;
    std::vector<CellResult> cells;  ///< by imaging, then by artery
};

/// Called now and then from any thread with the number of measurements made.
using Progress = std::function<void(int done)>;

/// Renders and measures every cell `replicates` times, on all threads.
std::vector<CellResult> run(const std::vector<Cell>& cells, int replicates, const AnalysisOptions& options,
                            const Progress& progress = {});

/// The cells of one imaging after the other.
std::vector<std::span<const CellResult>> by_imaging(std::span<const CellResult> cells);

}  // namespace stenometry::accuracy
