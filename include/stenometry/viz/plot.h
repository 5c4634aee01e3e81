#pragma once

#include <string>

#include "stenometry/analysis.h"
#include "stenometry/export.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry::viz {

/// The diameter along one vessel, its reference, and each lesion and ectasia shaded: as SVG, and as a picture
/// of the same layout. The axes are in mm where `calibration` is known, else in pixels.
std::string plot_diameter_svg(const Vessel& vessel, const Calibration& calibration);
Image<Rgb> plot_diameter(const Vessel& vessel, const Calibration& calibration);

}  // namespace stenometry::viz

STENOMETRY_EXPORT_END
