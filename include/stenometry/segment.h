#pragma once

#include "stenometry/enhance.h"
#include "stenometry/vesselness.h"

namespace stenometry {

struct SegmentOptions {
    double low_probability = 0.35;   ///< a pixel joins a vessel from here, 0..1
    double high_probability = 0.6;   ///< a vessel needs a pixel of at least this, >= low_probability
    PhysicalLength min_length{.mm = 8.0, .uncalibrated_px = 30.0};  ///< shorter parts go, gaps counted as bridged
    bool keep_catheter = false;      ///< whether the catheter stays in the mask

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// The contrast-filled lumen. All images have the frame's size.
struct VesselMask {
    Image<std::uint8_t> mask;      ///< 255 on vessels
    Image<float> probability;      ///< 0..1, comparable between images
    Image<std::uint8_t> catheter;  ///< 255 on what was recognised as catheter
    Calibration calibration;       ///< of the frame
};

/// Turns a ridge response into vessels.
/// \throws InvalidInput if an option is out of range or the images differ in size.
VesselMask segment(const EnhancedFrame& frame, const Vesselness& vesselness, const SegmentOptions& options = {});

}  // namespace stenometry
