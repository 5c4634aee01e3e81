#pragma once

#include "stenometry/calibration.h"

namespace stenometry {

/// A length in pixels of a calibrated or uncalibrated image as an option has it.
inline PhysicalLength physical(double px, const Calibration& calibration) {
    return {.mm = calibration.known() ? px * calibration.mm_per_px() : px,
            .uncalibrated_px = px / calibration.uncalibrated_scale};
}

}  // namespace stenometry
