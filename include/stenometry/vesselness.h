#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "stenometry/enhance.h"

namespace stenometry {

/// How much a place looks like a dark line on a bright ground.
enum class RidgeMeasure {
    frangi,    ///< Frangi et al., MICCAI 1998, eq. 15
    sato,      ///< Sato et al., Med. Image Anal. 2 (1998) 143, two-dimensional form
    jerman,    ///< Jerman et al., IEEE Trans. Med. Imaging 35 (2016) 2107, eq. 13, two-dimensional form
    oriented,  ///< bank of elongated second-derivative filters, steered over half a turn
};

std::string_view to_string(RidgeMeasure measure);

struct VesselnessOptions {
    RidgeMeasure measure = RidgeMeasure::frangi;
    PhysicalLength min_diameter{.mm = 0.7, .uncalibrated_px = 3.0};   ///< narrowest lumen looked for, > 0
    PhysicalLength max_diameter{.mm = 4.5, .uncalibrated_px = 14.0};  ///< widest, >= min_diameter
    int scales = 7;              ///< sigmas between the two, in geometric steps; >= 1
    double frangi_beta = 0.5;    ///< tolerance to blobs, > 0
    double jerman_tau = 0.75;    ///< cut-off of the uniform response, 0.5..1
    int orientations = 16;       ///< of the oriented bank, >= 4
    double elongation = 2.5;     ///< length over width of the oriented filters, >= 1

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// Ridge response of every pixel. All images have the frame's size.
struct Vesselness {
    Image<float> response;       ///< 0..1, 0 outside the valid region; 1 is the strongest of this frame
    Image<float> scale_px;       ///< sigma of the scale that answered best
    Image<float> direction_rad;  ///< along the vessel, in (-pi/2, pi/2], from +x towards +y
    Image<std::uint8_t> valid;   ///< 255 where the detector saw the patient, never empty
    Calibration calibration;     ///< of the frame
};

/// A multi-scale ridge filter with its buffers: keep it for a cine, no memory is asked for per frame of one size.
/// Derivatives are normalised by sigma squared, so that a vessel answers the same at any magnification
/// (Lindeberg, Int. J. Comput. Vis. 30 (1998) 117).
class VesselnessFilter {
  public:
    /// Filters at the given sigmas.
    /// \param sigmas_px standard deviations of the Gaussians in pixels, each > 0, at least one.
    /// \throws InvalidInput if a sigma or an option is out of range.
    VesselnessFilter(std::vector<double> sigmas_px, const VesselnessOptions& options);
    ~VesselnessFilter();
    VesselnessFilter(VesselnessFilter&&) noexcept;
    VesselnessFilter& operator=(VesselnessFilter&&) noexcept;

    /// Filters one image in which vessels are bright. `out` is resized where it has another size.
    void operator()(const Image<float>& attenuation, const Image<std::uint8_t>& valid, Vesselness& out);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The sigmas that `options` stand for in an image with this calibration. A line of width w answers best at
/// sigma = w / (2 sqrt(3)) for a bar and near w / 4 for a cylinder's chord profile; the latter is used.
std::vector<double> sigmas_px(const VesselnessOptions& options, const Calibration& calibration);

/// Ridge response of one enhanced frame.
/// \throws InvalidInput if an option is out of range.
Vesselness compute_vesselness(const EnhancedFrame& frame, const VesselnessOptions& options = {});

}  // namespace stenometry
