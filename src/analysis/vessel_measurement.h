#pragma once

#include <optional>
#include <span>
#include <vector>

#include "stenometry/pipeline.h"

namespace stenometry {

/// One vessel from its centerline to its lesions.
/// \pre the frame and the options are valid, and pixels are square.
Vessel measure_vessel(const Frame& frame, const Centerline& centerline, const AnalysisOptions& options);

/// The section of a traced vessel that leads from the first of the points over the others to the last,
/// measured as `measure_tree` measures it: diameters rest on all of the vessel, the reference and the lesions
/// on the section. Empty where the points lie on no vessel that is measured, or on different ones. \param
/// most_px longest section to take
std::optional<Vessel> measure_section(const Frame& frame, const std::vector<TracedVessel>& traced,
                                      std::span<const Point> points_px, double most_px,
                                      const AnalysisOptions& options);

/// Every vessel of a tree, measured side by side, with where they leave one another and lie over one another.
///
/// A ridge with only one bright side is the border of the diaphragm or of the heart, and no vessel. Where
/// such a border was joined to a vessel, the vessel is cut, and what is left of it is measured. \pre as
/// before
std::vector<Vessel> measure_tree(const Frame& frame, const VesselTree& tree,
                                 const std::vector<TracedVessel>& traced, const AnalysisOptions& options);

}  // namespace stenometry
