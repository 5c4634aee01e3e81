#pragma once

#include <string>
#include <vector>

#include "laboratory.h"
#include "plots.h"

namespace stenometry::accuracy {

/// How the results were made.
struct Run {
    std::string command, date, method;
    int replicates = 0;
};

/// The results as Markdown, to be put into a page: how they were made, the figures with a target, and a
/// table and a plot for each study.
/// \param plot_folder where the page finds the plots, with a slash at its end; may be empty.
std::string measured_section(const Results& results, const Run& run, const std::vector<NamedPlot>& plots,
                             const std::string& plot_folder);

/// The figures that have a target, one a line: figure, value, target, met or missed.
std::string verdicts(const Results& results);

/// The page with the section put between its two markers.
/// \throws InvalidInput if the page does not have both.
std::string with_section(const std::string& page, const std::string& section);

}  // namespace stenometry::accuracy
