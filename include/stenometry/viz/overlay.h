#pragma once

#include "stenometry/analysis.h"
#include "stenometry/export.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry::viz {

struct OverlayOptions {
    double scale = 2.0;      ///< size of the picture over the size of the frame, 1..8
    bool draw_mask = false;  ///< shade the segmented vessels

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// Draws walls, centerlines, lesions and ectasias with their numbers, and a scale bar over the frame.
/// \throws InvalidInput if the frame or an option is invalid.
Image<Rgb> draw_overlay(const Frame& frame, const Analysis& analysis, const OverlayOptions& options = {});

/// The frame alone as `draw_overlay` shows it: grey, stretched so that half a percent of its valid pixels is
/// black and half a percent white.
/// \param max_side_px larger pictures are made smaller, to means of pixels, until no side is longer; >= 1
/// \throws InvalidInput if the frame or the side is invalid.
Image<std::uint8_t> draw_frame(const Frame& frame, int max_side_px);

}  // namespace stenometry::viz

STENOMETRY_EXPORT_END
