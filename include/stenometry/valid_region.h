#pragma once

#include <memory>

#include "stenometry/export.h"
#include "stenometry/frame.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// How shutters, collimators and round fields of view are told from the patient.
struct ValidRegionOptions {
    double margin_px = 2.0;  ///< taken off along a found border, because its blur looks like an edge; >= 0
    double max_hidden_fraction = 0.7;  ///< a border that would hide more of the image is not believed; 0..1

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// Finds the borders that the file's tags do not tell, in the pixels: straight shutters, round and cut-off
/// fields of view, black or white frames around the picture, pixels that are not finite.
///
/// Two things give a border away. What was blanked afterwards is flat, black or white, reaches a corner of
/// the image and ends with a jump. A collimator's blade is a dark band along one side, and its penumbra
/// rises at one straight line all along that side, which anatomy does not. Dark diaphragms and saturated
/// lungs do neither.
///
/// Returns `frame` with `valid` narrowed; its pixels are shared and unchanged. `valid` stays empty if it was
/// and no border was found.
/// \throws InvalidInput if the frame or an option is invalid.
Frame find_valid_region(const Frame& frame, const ValidRegionOptions& options = {});

/// `find_valid_region` with its buffers: keep it for a cine. It asks for memory only where a frame needs more
/// than those before it. One finder must not be used by several threads at the same time.
class ValidRegionFinder {
  public:
    /// \throws InvalidInput if an option is out of range.
    explicit ValidRegionFinder(const ValidRegionOptions& options = {});
    ~ValidRegionFinder();
    ValidRegionFinder(ValidRegionFinder&&) noexcept;
    ValidRegionFinder& operator=(ValidRegionFinder&&) noexcept;

    /// Finds the valid region of one frame.
    /// \param valid becomes 255 where the detector saw the patient, else 0; written over where it has the
    /// frame's size, with all that share its pixels, and replaced where it has not
    /// \returns whether anything of the frame is hidden
    /// \throws InvalidInput if the frame is invalid.
    bool operator()(const Frame& frame, Image<std::uint8_t>& valid);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stenometry

STENOMETRY_EXPORT_END
