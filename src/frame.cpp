#include "stenometry/frame.h"

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

void Frame::validate() const {
    if (pixels.empty()) throw InvalidInput("the frame has no pixels");
    if (!valid.empty() && !same_size(valid, pixels))
        throw InvalidInput("the valid region is " + std::to_string(valid.width()) + " x " +
                           std::to_string(valid.height()) + " pixels, but the frame is " +
                           std::to_string(pixels.width()) + " x " + std::to_string(pixels.height()));
}

}  // namespace stenometry
