#pragma once

namespace stenometry::io {

/// Luma of ITU-R BT.601: of three equal values it is exactly that value, as grey pictures stored in colour
/// need it.
inline float luma(float red, float green, float blue) {
    return static_cast<float>((299.0 * static_cast<double>(red) + 587.0 * static_cast<double>(green) +
                               114.0 * static_cast<double>(blue)) /
                              1000.0);
}

}  // namespace stenometry::io
