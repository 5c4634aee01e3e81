#include "stenometry/frame.h"

#include <algorithm>

#include "core/same_size.h"
#include "stenometry/error.h"

namespace stenometry {
namespace {

bool all_finite(const Image<float>& pixels) {
    for (int y = 0; y < pixels.height(); ++y)
        for (int x = 0; x < pixels.width(); ++x)
            if (!std::isfinite(pixels(x, y))) return false;
    return true;
}

double mean_of_finite(const Image<float>& pixels) {
    double sum = 0.0;
    std::size_t count = 0;
    for (int y = 0; y < pixels.height(); ++y)
        for (int x = 0; x < pixels.width(); ++x)
            if (std::isfinite(pixels(x, y))) sum += static_cast<double>(pixels(x, y)), ++count;
    return count == 0 ? 0.0 : sum / static_cast<double>(count);
}

/// Marks what is not finite, and puts `substitute` there.
Image<std::uint8_t> replace_not_finite(Image<float>& pixels, float substitute) {
    Image<std::uint8_t> valid(pixels.width(), pixels.height(), 255);
    for (int y = 0; y < pixels.height(); ++y)
        for (int x = 0; x < pixels.width(); ++x)
            if (!std::isfinite(pixels(x, y))) pixels(x, y) = substitute, valid(x, y) = 0;
    return valid;
}

}  // namespace

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

std::string_view to_string(Polarity polarity) {
    switch (polarity) {
        case Polarity::assumed:
            return "assumed";
        case Polarity::stated:
            return "stated";
        case Polarity::inverted_as_asked:
            return "inverted_as_asked";
        case Polarity::inverted_as_found:
            return "inverted_as_found";
    }
    return "assumed";
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

Frame make_frame(Image<float> pixels, Intensity intensity, const Calibration& calibration) {
    Frame frame{.pixels = std::move(pixels), .intensity = intensity, .calibration = calibration};
    if (all_finite(frame.pixels)) return frame;
    frame.pixels = frame.pixels.clone();
    frame.valid = replace_not_finite(frame.pixels, static_cast<float>(mean_of_finite(frame.pixels)));
    return frame;
}

}  // namespace stenometry
