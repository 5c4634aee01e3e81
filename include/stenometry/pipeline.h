#pragma once

#include <span>

#include "stenometry/analysis.h"
#include "stenometry/centerline.h"
#include "stenometry/contour.h"
#include "stenometry/diameter.h"
#include "stenometry/ectasia.h"
#include "stenometry/enhance.h"
#include "stenometry/export.h"
#include "stenometry/frame.h"
#include "stenometry/lesion_location.h"
#include "stenometry/progress.h"
#include "stenometry/reference.h"
#include "stenometry/segment.h"
#include "stenometry/stenosis.h"
#include "stenometry/valid_region.h"
#include "stenometry/vessel_tree.h"
#include "stenometry/vesselness.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// The options of every stage, under the names of the stages.
struct AnalysisOptions {
    ValidRegionOptions valid_region;
    EnhanceOptions enhance;
    VesselnessOptions vesselness;
    SegmentOptions segment{.evidence = Evidence::fused};  ///< `evidence_for` says what counts on a frame
    VesselTreeOptions tree;
    CenterlineOptions centerline;
    ContourOptions contour;
    DiameterOptions diameter;
    BifurcationOptions bifurcation;
    ReferenceOptions reference;
    StenosisOptions stenosis;
    EctasiaOptions ectasia;
    LesionLocationOptions location;
    ProgressCallback progress;  ///< told before each stage and each vessel; none: nobody is told

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

// All of these end with `Cancelled` where `AnalysisOptions::progress` says so.

/// What `analyze` takes for vessel: the valid region, enhancement, vesselness and `segment` of a frame, whose
/// pixels need not be square.
/// \throws InvalidInput if the frame or an option is invalid.
VesselMask find_vessels(const Frame& frame, const AnalysisOptions& options = {});

/// The whole tree of one frame and every lesion of it.
///
/// From 2048 pixels a side on, pixels finer than 0.1 mm, or than a 1024th of a picture without calibration,
/// are measured as means of several, which blur has made alike; results are in the frame's own pixels. So the
/// cost of large pictures is linear in their pixels: 0.06 s a megapixel, 16 bytes a pixel at 8192 pixels a
/// side and more. \throws InvalidInput if the frame or an option is invalid.
Analysis analyze(const Frame& frame, const AnalysisOptions& options = {});

/// The same of vessels that were found elsewhere, see `external_mask`: they are followed as their probability
/// says, and measured in the frame, whose walls no mask moves. What lies outside of the valid region is left
/// out; what comes in over the border and looks like a catheter too, unless `segment.keep_catheter`.
/// \throws InvalidInput if the frame or an option is invalid, or the mask has another size than the frame.
Analysis analyze(const Frame& frame, const VesselMask& vessels, const AnalysisOptions& options = {});

/// One vessel between two points, led over the points of `via` where there are any. Which of its ends comes
/// first decides the order of what is reported, and no number, unless `reference.ostial` says that it is the
/// proximal one.
/// \throws InvalidInput if the frame or an option is invalid or a point lies outside the image.
Analysis measure(const Frame& frame, Point from, Point to, std::span<const Point> via = {},
                 const AnalysisOptions& options = {});

/// The same along vessels that were found elsewhere, on which the points must lie.
/// \throws InvalidInput as before, or if the mask has another size than the frame.
Analysis measure(const Frame& frame, const VesselMask& vessels, Point from, Point to,
                 std::span<const Point> via = {}, const AnalysisOptions& options = {});

}  // namespace stenometry

STENOMETRY_EXPORT_END
