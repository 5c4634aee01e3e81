#pragma once

#include <string>
#include <vector>

#include "laboratory.h"
#include "viz/drawing.h"

namespace stenometry::accuracy {

struct NamedPlot {
    std::string file;         ///< without its ending
    std::string title;        ///< a sentence that says what is to be seen
    std::string page_format;  ///< "svg", or "png" where there are so many points that a picture is smaller
    viz::Drawing drawing;
};

/// What the results have the numbers for.
std::vector<NamedPlot> plots_of(const Results& results);

}  // namespace stenometry::accuracy
