#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "stenometry/enhance.h"
#include "stenometry/export.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// How much a place looks like a bright line of attenuation.
enum class RidgeMeasure {
    frangi,  ///< Frangi et al., MICCAI 1998, eq. 15
    sato,    ///< Sato et al., Med. Image Anal. 2 (1998) 143, eq. 5 with one direction across
    jerman,  ///< Jerman et al., IEEE Trans. Med. Imaging 35 (2016) 2107, eq. 13, two-dimensional form
    /// Bank of elongated second-derivative filters, sampled over half a turn. Each response is divided by
    /// what the clutter around answers at its scale; the squares of the scales are summed.
    oriented,
};

/// The measure by its name above, for example `oriented`.
std::string_view to_string(RidgeMeasure measure);

struct VesselnessOptions {
    RidgeMeasure measure = RidgeMeasure::oriented;
    /// Of the vessels that the finest scale fits best, > 0.
    PhysicalLength min_diameter{.mm = 1.0, .uncalibrated_px = 5.0};
    /// Of the vessels that the coarsest scale fits best, >= min_diameter.
    PhysicalLength max_diameter{.mm = 6.0, .uncalibrated_px = 30.0};
    int scales = 5;            ///< sigmas between the two, in geometric steps; 1..64
    double frangi_beta = 0.5;  ///< tolerance to blobs, > 0
    double jerman_tau = 0.75;  ///< cut-off of the uniform response, 0.5..1
    int orientations = 12;     ///< of the oriented bank; 4..180
    double elongation = 2.5;   ///< length over width of the oriented filters; 1..8

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// Ridge response of every pixel. All images have the frame's size.
struct Vesselness {
    /// 0..1, 0 outside the valid region; 1 is the strongest that can be, or, for sato and oriented, the
    /// strongest of this frame, if that stands well out of its noise or clutter.
    Image<float> response;
    Image<float> scale_px;  ///< sigma of the scale that answered best; 0 where none answered
    /// Along the vessel, in (-pi/2, pi/2], from +x towards +y; 0 where none answered.
    Image<float> direction_rad;
    Image<std::uint8_t> valid;  ///< 255 where the detector saw the patient, never empty
    Calibration calibration;    ///< of the frame

    /// \throws InvalidInput if there are no pixels, or the images differ in size.
    void validate() const;
};

/// A multi-scale ridge filter with its buffers: keep it for a cine.
/// Derivatives are normalised by sigma squared, so that a vessel answers the same at any magnification
/// (Lindeberg, Int. J. Comput. Vis. 30 (1998) 117).
/// Frangi's c is half of the strongest Hessian norm of the frame, as in the paper, but of its 99.5th
/// percentile, and never less than four standard deviations of what noise gives at that scale: a frame
/// without vessels stays dark. The border of the valid region is filled smoothly, and places closer to it
/// than twice sigma do not answer.
/// Hessians come from a cascade of short filters, coarse scales from grids with fewer pixels. Frangi's
/// response correlates above 0.999 with that of Gaussians sampled in double precision and lies within 0.04 of
/// it, but where the measure itself jumps because two curvatures are equal and opposite.
/// One filter must not be used by several threads at the same time: it keeps buffers.
class VesselnessFilter {
  public:
    /// Filters at the given sigmas.
    /// \param sigmas_px standard deviations of the Gaussians in pixels, each > 0, at least one.
    /// \throws InvalidInput if a sigma or an option is out of range.
    VesselnessFilter(std::vector<double> sigmas_px, const VesselnessOptions& options);
    ~VesselnessFilter();
    VesselnessFilter(VesselnessFilter&&) noexcept;
    VesselnessFilter& operator=(VesselnessFilter&&) noexcept;

    /// Filters one image in which vessels are bright, with white noise of `noise_sd`. Fills in all of `out`
    /// but its calibration: its images are written over where they have the size, with all that share their
    /// pixels, and replaced where they have not.
    /// \param valid not 0 where the detector saw the patient
    /// \throws InvalidInput if `attenuation` is empty or `valid` has another size.
    void operator()(const Image<float>& attenuation, const Image<std::uint8_t>& valid, double noise_sd,
                    Vesselness& out);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The sigmas that `options` stand for in an image with this calibration: 0.42 times the diameters, which is
/// where the chord through a cylinder answers best.
std::vector<double> sigmas_px(const VesselnessOptions& options, const Calibration& calibration);

/// Ridge response of one enhanced frame. Sigmas are taken no larger than a quarter of the picture's longer
/// side. Where even the narrowest vessel is wide in pixels, the oriented bank looks at means of 2 x 2, 4 x 4,
/// ... of them; its response is interpolated back, scale and direction are repeated.
/// \throws InvalidInput if an option is out of range.
Vesselness compute_vesselness(const EnhancedFrame& frame, const VesselnessOptions& options = {});

/// `compute_vesselness` with its buffers: keep it for a cine. It asks for memory only where a frame needs
/// more than those before it, and prepares its filters anew only where the size of the picture or of its
/// pixels is another. One must not be used by several threads at the same time.
class CineVesselness {
  public:
    /// \throws InvalidInput if an option is out of range.
    explicit CineVesselness(const VesselnessOptions& options = {});
    ~CineVesselness();
    CineVesselness(CineVesselness&&) noexcept;
    CineVesselness& operator=(CineVesselness&&) noexcept;

    /// Ridge response of one enhanced frame. The images of `out` but `valid`, which becomes that of the
    /// frame, are written over where they have the frame's size, with all that share their pixels, and
    /// replaced where they have not. \throws InvalidInput if the frame has no pixels, or images that differ
    /// in size.
    void operator()(const EnhancedFrame& frame, Vesselness& out);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stenometry

STENOMETRY_EXPORT_END
