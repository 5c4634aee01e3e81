#pragma once

#include <functional>
#include <string>
#include <vector>

#include "figures.h"
#include "stability.h"

namespace stenometry::accuracy {

/// What is measured, and how often.
struct Plan {
    std::string cells = ".*";  ///< regular expression: cells with a match in their name
    int replicates = 30;       ///< measurements of each cell
    StabilityPlan stability;   ///< its cells are chosen by the same expression
};

/// A part of the cells that takes seconds: enough to see a change for the worse.
Plan quick_plan();

/// The measurements of one study.
struct StudyResult {
    std::string name, title;
    std::vector<CellResult> cells;  ///< by imaging, then by artery
};

struct Results {
    std::vector<StudyResult> studies;
    std::vector<Stability> points_moved, neighbouring_frames;

    /// The cells of a study; none if it was not measured.
    const std::vector<CellResult>& cells(const std::string& study) const;
};

/// Called with what is measured and how much of that is done, of how much.
using Progress = std::function<void(const std::string& what, int done, int total)>;

/// Renders and measures everything, on all threads. The numbers do not depend on how many those are, nor on
/// which other cells are measured.
/// \throws std::regex_error if `plan.cells` is no regular expression.
Results run(const Plan& plan, const AnalysisOptions& options, const Progress& progress = {});

/// Cells that have a name in common.
struct Group {
    std::string name;
    std::vector<CellResult> cells;
};

/// The cells by what `key` says of them, in the order in which that is first said.
std::vector<Group> grouped(const std::vector<CellResult>& cells,
                           const std::function<std::string(const Cell&)>& key);

std::string imaging_of(const Cell& cell);

}  // namespace stenometry::accuracy
