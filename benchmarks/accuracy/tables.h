#pragma once

#include <string>
#include <vector>

#include "laboratory.h"

namespace stenometry::accuracy {

/// Rows of text under a heading each.
struct Table {
    std::vector<std::string> headings;
    std::vector<std::vector<std::string>> rows;
};

std::string to_csv(const Table& table);
std::string to_markdown(const Table& table);

/// Every measurement, one a row.
Table readings_table(const std::vector<StudyResult>& studies);
/// Every figure of every cell.
Table cells_table(const std::vector<StudyResult>& studies);
/// Every figure of the cells of one imaging together, and of every study.
Table pooled_table(const std::vector<StudyResult>& studies);
/// How much repeated measurements of one lesion differ.
Table stability_table(const Results& results);
/// The figures that have a target: measured value, target, and whether it is met.
Table acceptance_table(const Results& results);

}  // namespace stenometry::accuracy
