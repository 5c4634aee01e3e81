#pragma once

namespace stenometry::io {

/// Luma of ITU-R BT.601, which for grey pictures stored in colour is the grey value.
inline float luma(float red, float green, float blue) {
    return 0.299f * red + 0.587f * green + 0.114f * blue;
}

}  // namespace stenometry::io
