#include "stenometry/frame.h"

#include <algorithm>

#include "core/same_size.h"
#include "stenometry/error.h"

namespace stenometry {

std::string_view to_string(Intensity intensity) {
    switch (intensity) {
        case Intensity::linear:
            return "linear";
        case Intensity::logarithmic:
            return "logarithmic";
        case Intensity::display:
            return "display";
        case Intensity::unknown:
            return "unknown";
    }
    return "unknown";
}

Calibration Frame::sized_calibration() const {
    constexpr double usual_width_px = 512.0;
    Calibration sized = calibration;
    sized.uncalibrated_scale = std::max(width(), height()) / usual_width_px;
    return sized;
}

void Frame::validate() const {
    if (pixels.empty()) throw InvalidInput("the frame has no pixels");
    if (!valid.empty()) require_same_size(valid, "the valid region", pixels, "the frame");
    calibration.validate();
}

}  // namespace stenometry
