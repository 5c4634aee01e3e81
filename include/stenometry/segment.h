#pragma once

#include <optional>
#include <string_view>

#include "stenometry/enhance.h"
#include "stenometry/export.h"
#include "stenometry/learned_evidence.h"
#include "stenometry/vesselness.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// What tells how likely a pixel is part of an artery.
enum class Evidence {
    classical,  ///< how far ridge response and top-hat stand out of the clutter of the same frame
    learned,    ///< `LearnedProbabilities::artery`
    fused,      ///< the mean of the logarithms of their odds
};

/// The evidence that counts on a frame: what is asked for, but classical evidence alone where the frame is
/// less than 192 px wide or high, on the grid on which vessels are looked for: the network has seen no frames
/// so small, and takes a lone vessel in one for a device.
Evidence evidence_for(const Frame& frame, Evidence asked);

/// The evidence as the program spells it.
std::string_view to_string(Evidence evidence);

struct SegmentOptions {
    Evidence evidence = Evidence::classical;
    // Both are probabilities of a pixel by its own evidence, before what it belongs to counts; those of
    // `VesselMask` are not on this scale.
    double low_probability = 0.15;  ///< the middle of a vessel is followed from here, 0..1
    double high_probability = 0.8;  ///< a vessel needs a place of at least this, low_probability..1
    /// Shorter parts go, gaps counted as bridged; >= 0.
    PhysicalLength min_length{.mm = 8.0, .uncalibrated_px = 30.0};
    /// Pieces that point at each other over less belong together, as do those between which a fainter ridge
    /// runs; 0 keeps both apart.
    PhysicalLength max_gap{.mm = 3.0, .uncalibrated_px = 12.0};
    bool keep_catheter = false;  ///< whether the catheter stays in the mask, as any vessel

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// The contrast-filled lumen. All images have the frame's size.
struct VesselMask {
    Image<std::uint8_t> mask;  ///< 255 on vessels, up to the edge of the lumen
    /// 0..1, comparable between images: how often experts draw a vessel where the evidence is like this, on
    /// a vessel or off it. 0.5 or more on the mask, 0.5 or less off it; 0 outside the valid region.
    Image<float> probability;
    Image<std::uint8_t> catheter;  ///< 255 on what was recognised as catheter
    Calibration calibration;       ///< of the frame
    bool keep_catheter = false;  ///< whether what looks like a catheter on the mask is a vessel all the same

    bool blank() const;  ///< whether there is no vessel
};

/// The pixel of a vessel that is nearest to a place; empty if there is no vessel.
std::optional<Point> nearest_vessel(const VesselMask& vessels, Point place);

/// Turns a ridge response into vessels.
///
/// - Classical evidence of a pixel is how far the response, and the attenuation above what is wider than any
///   vessel (a top-hat), stand out of the clutter of the same frame, and out of its noise.
/// - Ridges are followed with two thresholds. Segments that chance or the edge of a shadow explains go.
/// - One vessel are pieces that point at each other, pieces that fainter ridges connect, and branches that
///   begin beside a lumen. What stays short, or faint beside the heaviest tree, goes.
/// - The mask reaches from the ridge to where the attenuation falls to the level at which the blurred chord
///   profile of a cylinder meets its edge.
///
/// All this happens on means of pixels of up to 0.2 mm, or a 512th of the frame where its calibration is not
/// known; the edge is interpolated between them. Pixels must be square: `find_vessels` makes them so.
///
/// A guide catheter is recognised by coming in over the border of the field from above, keeping its width
/// without side branches, and ending where a wider vessel goes on; a catheter as wide as its artery is not
/// told apart. Hysteresis: Canny, IEEE Trans. Pattern Anal. Mach. Intell. 8 (1986) 679.
/// \throws InvalidInput if an option is out of range, the images differ in size, or the options ask for
/// learned evidence.
VesselMask segment(const EnhancedFrame& frame, const Vesselness& vesselness,
                   const SegmentOptions& options = {});

/// The same with learned evidence of the same frame, which counts where the options say so. Then
///
/// - ridges are followed in whatever is a tube, and what each runs in, artery, catheter or device, is what
/// the
///   evidence says of it over some 5 mm; a catheter comes in over the border of the field;
/// - the mask leaves out what is less likely than not, but for the middle of a vessel;
/// - it is blank where no piece of the frame is an artery without much doubt: no artery is filled.
///
/// \throws InvalidInput if an option is out of range or the images differ in size.
VesselMask segment(const EnhancedFrame& frame, const Vesselness& vesselness,
                   const LearnedProbabilities& learned, const SegmentOptions& options = {});

}  // namespace stenometry

STENOMETRY_EXPORT_END
