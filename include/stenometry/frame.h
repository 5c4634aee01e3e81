#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stenometry/calibration.h"
#include "stenometry/export.h"
#include "stenometry/geometry.h"
#include "stenometry/image.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// What a pixel value means. Blur acts on intensity and Beer's law on its logarithm: physics needs to know.
enum class Intensity {
    linear,       ///< proportional to the X-rays detected
    logarithmic,  ///< linear in the logarithm of the X-rays detected
    display,      ///< through a curve made for viewing, often 8 bits, edges often enhanced
    unknown,      ///< nothing is said about it
};

/// The meaning as the JSON report spells it.
std::string_view to_string(Intensity intensity);

/// That vessels are dark, as every stage takes them to be: who says so.
enum class Polarity {
    assumed,            ///< nobody: the file says nothing about it
    stated,             ///< the file, by which grey values were turned around if need be
    inverted_as_asked,  ///< the user, who had them turned around
    inverted_as_found,  ///< the picture, whose vessels were bright, so that they were turned around
};

/// The polarity as the JSON report spells it.
std::string_view to_string(Polarity polarity);

/// How a frame was taken, as far as the file tells.
struct Acquisition {
    std::optional<double> primary_angle_deg;    ///< positioner primary angle, LAO positive
    std::optional<double> secondary_angle_deg;  ///< positioner secondary angle, cranial positive
    std::optional<double> time_ms;              ///< from the first frame of the cine to this one
    std::optional<double> tube_voltage_kv;
    std::string manufacturer;
};

/// One frame of an angiogram. Pixel values are as the file gives them after the modality transform, with
/// vessels dark: higher means more X-rays, whatever the file's photometric interpretation.
struct Frame {
    Image<float> pixels;        ///< finite everywhere `valid` says so
    Image<std::uint8_t> valid;  ///< 255 where the detector saw the patient; empty: everywhere
    Intensity intensity = Intensity::unknown;
    Polarity polarity = Polarity::assumed;
    Calibration calibration;
    Acquisition acquisition;
    int index = 0;  ///< number of this frame in its cine, from 0
    int count = 1;  ///< number of frames in its cine

    int width() const { return pixels.width(); }
    int height() const { return pixels.height(); }
    bool is_valid(int x, int y) const { return valid.empty() || valid(x, y) != 0; }

    /// Whether `p` lies on the image: between the outer edges of the outermost pixels.
    bool contains(Point p) const {
        return p.x >= -0.5 && p.y >= -0.5 && p.x <= width() - 0.5 && p.y <= height() - 0.5;
    }

    /// The calibration, which also knows how large the picture is: what lengths in options need where the
    /// size of a pixel is not known.
    Calibration sized_calibration() const;

    /// \throws InvalidInput if the frame has no pixels, `valid` is of another size, or the calibration is
    /// invalid.
    void validate() const;
};

/// A frame of these pixels, which it shares if all are finite. What is not finite is invalid; there a copy
/// holds the mean of the others, so that filters stay finite.
Frame make_frame(Image<float> pixels, Intensity intensity = Intensity::unknown,
                 const Calibration& calibration = {});

}  // namespace stenometry

STENOMETRY_EXPORT_END
