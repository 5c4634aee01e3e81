#pragma once

#include <vector>

#include "stenometry/analysis.h"

namespace stenometry {

/// What a mask holds beside the vessels that were measured.
struct Uncovered {
    struct Piece {
        Point at_px;             ///< a pixel of it, near its middle
        double length_px = 0.0;  ///< about, along the vessel
    };
    std::vector<Piece> pieces;  ///< long enough to be listed one by one, longest first
    double rest = 0.0;          ///< what the others are of the mask's area, 0..1
};

/// \param min_length_px of a piece that is listed
Uncovered find_uncovered(const VesselMask& mask, const std::vector<Vessel>& vessels, double min_length_px);

}  // namespace stenometry
