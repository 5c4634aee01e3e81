#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "stenometry/analysis.h"

namespace stenometry {

/// The samples of a line between two places, both included. `first` is above `last` where they follow each
/// other against the direction of the line.
struct LineSection {
    std::size_t first = 0, last = 0;
};

/// The section of a line that leads from the first of the points over all others to the last. Empty where one
/// of them is farther from the line than `reach_px`, lies beyond its end, or the points do not follow one
/// another along it.
std::optional<LineSection> section_between(const Polyline& line, std::span<const Point> points_px,
                                           double reach_px);

/// Walls and diameters of one section of a vessel, from the section's first sample to its last.
/// \pre the vessel has neither a reference nor lesions yet
Vessel cut_section(const Vessel& vessel, const LineSection& section);

}  // namespace stenometry
