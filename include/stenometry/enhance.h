#pragma once

#include <memory>
#include <vector>

#include "stenometry/export.h"
#include "stenometry/frame.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

struct EnhanceOptions {
    /// Structures wider than this are background; several times the widest vessel, > 0.
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

/// Estimates noise from the finest details of the picture, robust to edges: the median of local high-pass
/// responses in bins of intensity. The taps of the high-pass are two pixels apart, so that the detector's
/// spread of a quantum over its neighbours hides no noise. Empty if there are too few valid pixels to tell.
/// Source: Immerkaer, Comput. Vis. Image Underst. 64 (1996) 300, made robust by the median absolute
/// deviation.
/// \throws InvalidInput if the frame is invalid.
NoiseModel estimate_noise(const Frame& frame);

/// A frame in which a vessel adds to its background instead of multiplying it.
struct EnhancedFrame {
    /// Attenuation above the local background, vessels positive, background near 0, exactly 0 outside
    /// `valid`; in units of ln where the intensity is linear, else in the same scale by assumption.
    Image<float> attenuation;
    Image<std::uint8_t> valid;  ///< 255 where the detector saw the patient, never empty
    NoiseModel noise;           ///< of the frame's own pixels
    /// Typical standard deviation of `attenuation`, 0 if it cannot be told.
    double attenuation_noise_sd = 0.0;
    Calibration calibration;  ///< of the frame, sized
};

/// Takes a frame into the attenuation domain and removes what is wider than any vessel.
/// Beer's law makes overlapping structures add in the logarithm of a linear frame. Logarithmic frames are
/// inverted and scaled, because their slope is in no tag; display and unknown ones are treated as linear
/// above their darkest valid level. The background is a mean over valid pixels only, taken twice: the second
/// time without what stood out, so that vessels do not hide themselves.
/// Source: Knutsson and Westin, CVPR 1993 (normalised convolution).
/// \throws InvalidInput if the frame or an option is invalid.
EnhancedFrame enhance(const Frame& frame, const EnhanceOptions& options = {});

/// `enhance` with its buffers: keep it for a cine. It asks for memory only where a frame needs more than
/// those before it. One enhancer must not be used by several threads at the same time.
class Enhancer {
  public:
    /// \throws InvalidInput if an option is out of range.
    explicit Enhancer(const EnhanceOptions& options = {});
    ~Enhancer();
    Enhancer(Enhancer&&) noexcept;
    Enhancer& operator=(Enhancer&&) noexcept;

    /// Enhances one frame. The images of `out` are written over where they have the frame's size, with all
    /// that share their pixels, and replaced where they have not.
    /// \throws InvalidInput if the frame is invalid.
    void operator()(const Frame& frame, EnhancedFrame& out);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stenometry

STENOMETRY_EXPORT_END
