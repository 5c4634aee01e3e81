#pragma once

#include <cstdint>

#include "lumen/planar_reformation.h"

namespace stenometry {

/// The curved planar reformation of a vessel that its lumen is fitted to: in grey values to which background
/// and contrast add, logarithms of the intensity whatever the file holds. Rows and columns are about a pixel
/// apart.
struct LumenReformation {
    PlanarReformation image;
    Image<std::uint8_t> known;  ///< 0 outside the field and where the grey scale has ended
    double row_px = 1.0;        ///< distance of the rows
    bool unit_known = true;     ///< whether a step of one is a factor of e; the unit is arbitrary otherwise

    int rows() const { return image.rows(); }
    int columns() const { return image.columns(); }
    ReformationGrid grid() const {
        return {static_cast<std::size_t>(rows()), static_cast<std::size_t>(columns()), row_px, image.step_px};
    }
    /// Arc over which the normals are averaged.
    double normal_span() const { return 2.0 * image.offset_px(columns() - 1); }
};

/// Values are relative to their median along the vessel.
LumenReformation reformat_lumen(const Frame& frame, const Polyline& line, double half_width_px);

}  // namespace stenometry
