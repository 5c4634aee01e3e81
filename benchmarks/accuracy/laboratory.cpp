#include "laboratory.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <mutex>
#include <regex>

#include "stenometry/error.h"

namespace stenometry::accuracy {
namespace {

std::vector<Cell> chosen(const Study& study, const std::regex& pattern) {
    std::vector<Cell> cells;
    for (const Cell& cell : cells_of(study))
        if (std::regex_search(cell.name(), pattern)) cells.push_back(cell);
    return cells;
}

/// Reports one more after the other, from any thread.
class Counter {
  public:
    Counter(const Progress& progress, std::string what, std::size_t total)
        : progress_(progress), what_(std::move(what)), total_(static_cast<int>(total)) {}
    void one_more() {
        if (!progress_) return;
        const std::lock_guard lock(mutex_);
        progress_(what_, ++done_, total_);
    }

  private:
    const Progress& progress_;
    std::string what_;
    int total_, done_ = 0;
    std::mutex mutex_;
};

std::vector<CellResult> run_cells(const std::vector<Cell>& cells, int replicates,
                                  const AnalysisOptions& options, Counter& counter) {
    const auto each = static_cast<std::size_t>(replicates);
    std::vector<CellResult> results;
    for (const Cell& cell : cells) results.push_back({.cell = cell, .readings = std::vector<Reading>(each)});
    tbb::parallel_for(std::size_t{0}, cells.size() * each, [&](std::size_t i) {
        results[i / each].readings[i % each] = read(cells[i / each], static_cast<int>(i % each), options);
        counter.one_more();
    });
    tbb::parallel_for(std::size_t{0}, results.size(), [&](std::size_t i) {
        results[i].figures = figures_of(results[i].readings);
        results[i].bounds = bounds_of(results[i].cell, results[i].figures.along_mm);
    });
    return results;
}

void run_stability(StabilityPlan plan, const std::regex& pattern, const AnalysisOptions& options,
                   const Progress& progress, Results& results) {
    plan.cells = chosen(stability_study(), pattern);
    if (plan.cells.empty()) return;
    results.points_moved = with_points_moved(plan, options);
    if (progress) progress("stability", 1, 2);
    results.neighbouring_frames = over_neighbouring_frames(plan, options);
    if (progress) progress("stability", 2, 2);
}

}  // namespace

Plan quick_plan() {
    return {.cells =
                "^(keane/0.20 mm/"
                "|tubes/0.20 mm/tube (1.02|2.27|3.39) "
                "|clinical/0.20 mm/(40|70) % of 3 mm over (6|15) "
                "|mismatch/(scatter 0.5|sigmoid display 8 bit|chest)/60 "
                "|stability/chest/60 )",
            .replicates = 8,
            .stability = {.images = 2, .moves = 6, .frames = 6}};
}

const std::vector<CellResult>& Results::cells(const std::string& study) const {
    static const std::vector<CellResult> none;
    for (const StudyResult& result : studies)
        if (result.name == study) return result.cells;
    return none;
}

Results run(const Plan& plan, const AnalysisOptions& options, const Progress& progress) {
    const std::regex pattern(plan.cells);
    Results results;
    for (const Study& study : studies()) {
        const std::vector<Cell> cells = chosen(study, pattern);
        if (cells.empty()) continue;
        Counter counter(progress, study.name, cells.size() * static_cast<std::size_t>(plan.replicates));
        results.studies.push_back(
            {study.name, study.title, run_cells(cells, plan.replicates, options, counter)});
    }
    run_stability(plan.stability, pattern, options, progress, results);
    if (results.studies.empty() && results.points_moved.empty())
        throw InvalidInput("no cell has a name that matches " + plan.cells);
    return results;
}

std::vector<Group> grouped(const std::vector<CellResult>& cells,
                           const std::function<std::string(const Cell&)>& key) {
    std::vector<Group> groups;
    for (const CellResult& cell : cells) {
        const std::string name = key(cell.cell);
        auto group =
            std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.name == name; });
        if (group == groups.end()) group = groups.insert(group, {.name = name, .cells = {}});
        group->cells.push_back(cell);
    }
    return groups;
}

std::string imaging_of(const Cell& cell) { return cell.imaging.name; }

}  // namespace stenometry::accuracy
