#pragma once

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

}  // namespace stenometry

STENOMETRY_EXPORT_END
