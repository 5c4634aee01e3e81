#include "laboratory.h"

#include <tbb/parallel_for.h>

#include <atomic>

namespace stenometry::accuracy {

std::vector<CellResult> run(const std::vector<Cell>& cells, int replicates, const AnalysisOptions& options,
                            const Progress& progress) {
    const auto each = static_cast<std::size_t>(replicates);
    std::vector<CellResult> results;
    for (const Cell& cell : cells) results.push_back({.cell = cell, .readings = std::vector<Reading>(each)});
    std::atomic<int> done = 0;
    tbb::parallel_for(std::size_t{0}, cells.size() * each, [&](std::size_t i) {
        results[i / each].readings[i % each] = read(cells[i / each], static_cast<int>(i % each), options);
        if (const int now = ++done; progress) progress(now);
    });
    tbb::parallel_for(std::size_t{0}, results.size(), [&](std::size_t i) {
        results[i].figures = figures_of(results[i].readings);
        results[i].bounds = bounds_of(results[i].cell, results[i].figures.along_mm);
    });
    return results;
}

std::vector<std::span<const CellResult>> by_imaging(std::span<const CellResult> cells) {
    std::vector<std::span<const CellResult>> groups;
    for (std::size_t first = 0, i = 0; i < cells.size(); ++i)
        if (i + 1 == cells.size() || cells[i + 1].cell.imaging.name != cells[first].cell.imaging.name) {
            groups.push_back(cells.subspan(first, i + 1 - first));
            first = i + 1;
        }
    return groups;
}

}  // namespace stenometry::accuracy
