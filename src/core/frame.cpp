#include "stenometry/frame.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

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
    for (const std::optional<double>& side_mm : {calibration.mm_per_px_x, calibration.mm_per_px_y})
        if (side_mm && !(*side_mm > 0.0 && std::isfinite(*side_mm)))
            throw InvalidInput("the size of a pixel must be positive, but is " + std::to_string(*side_mm) +
                               " mm");
    constexpr double most_oblong = 10.0;
    const auto [x_mm, y_mm] = std::pair(calibration.mm_per_px_x, calibration.mm_per_px_y);
    if (x_mm && y_mm && std::max(*x_mm, *y_mm) > most_oblong * std::min(*x_mm, *y_mm))
        throw InvalidInput("a pixel of " + std::to_string(*x_mm) + " x " + std::to_string(*y_mm) +
                           " mm is too oblong to resample");
}

}  // namespace stenometry
