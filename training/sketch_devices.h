#pragma once

#include <optional>
#include <vector>

#include "sketch_canvas.h"
#include "sketch_random.h"

namespace stenometry::training {

/// Where the artery begins, and its direction there; of an empty frame, where it would.
struct Ostium {
    Point at;
    Point towards;  ///< unit length, or 0 if there is no artery
};

/// What catheters and devices are drawn with.
struct Bench {
    Random& random;
    double size_px, px_per_mm;
    Attenuation& beam;
};

/// Draws a guide catheter from a border of the frame to the ostium, filled with a medium of `medium_per_px`
/// or empty, and returns its outline.
Tube draw_catheter(const Bench& bench, const Ostium& ostium, double medium_per_px);

/// Draws leads, sternal wires, clips and electrodes, each there or not, and returns them.
std::vector<Tube> draw_devices(const Bench& bench);

}  // namespace stenometry::training
