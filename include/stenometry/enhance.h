#pragma once

#include <vector>

#include "stenometry/frame.h"

namespace stenometry {

struct EnhanceOptions {
    /// Structures wider than this are background; several times the widest vessel.
    PhysicalLength background{.mm = 12.0, .uncalibrated_px = 50.0};

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// How noisy a pixel is, depending on how bright it is.
struct NoiseModel {
    std::vector<double> intensity;  ///< grey levels, ascending, in the unit of the frame's pixels
    std::vector<double> sd;         ///< standard deviation of the noise at each level, same unit

    /// Standard deviation at `value`: interpolated, constant beyond the ends. NaN if the model is empty.
    double at(double value) const;
};

/// Estimates noise from the finest details of the picture, robust to edges: the median of local high-pass responses
/// in bins of intensity.
/// Source: Immerkaer, Comput. Vis. Image Underst. 64 (1996) 300, made robust by the median absolute deviation.
NoiseModel estimate_noise(const Frame& frame);

/// A frame in which a vessel adds to its background instead of multiplying it.
struct EnhancedFrame {
    Image<float> attenuation;   ///< attenuation above the local background, vessels positive, background near 0;
                                ///< in units of ln where the intensity is known, else in the same scale by assumption
    Image<std::uint8_t> valid;  ///< 255 where the detector saw the patient, never empty
    NoiseModel noise;           ///< of the frame's own pixels
    double attenuation_noise_sd = 0.0;  ///< typical standard deviation of `attenuation`
    Calibration calibration;            ///< of the frame
};

/// Takes a frame into the attenuation domain and removes what is wider than any vessel.
/// Beer's law makes overlapping structures add in the logarithm of a linear frame; logarithmic frames are
/// taken as they are; display and unknown ones are treated as linear above their darkest valid level.
/// \throws InvalidInput if the frame or an option is invalid.
EnhancedFrame enhance(const Frame& frame, const EnhanceOptions& options = {});

}  // namespace stenometry
