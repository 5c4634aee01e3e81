#pragma once

/// \mainpage
/// Coronary stenosis in X-ray angiograms, from a frame to percent diameter stenosis:
///
///     Frame --find_valid_region--> Frame --enhance--> EnhancedFrame --compute_vesselness--> Vesselness
///                                                                                               |
///                              VesselTree <--build_vessel_tree-- VesselMask <--segment----------+
///                                  |                                                            |
///                                  +--vessels--> Centerline <--trace_centerline (two points)----+
///                                                    |
///     Frame --detect_contour--> VesselContour <------+
///                                    |
///                                    +--measure_diameter--> DiameterProfile
///                                                                  |
///                   ReferenceProfile <--estimate_reference---------+
///                           |                                      |
///                           +-----------> find_stenoses <----------+
///                                               |
///                                          Stenosis[]
///
/// `analyze` and `measure` in pipeline.h are the whole chain in one call.
#include "stenometry/analysis.h"
#include "stenometry/bifurcation.h"
#include "stenometry/calibration.h"
#include "stenometry/catheter_calibration.h"
#include "stenometry/centerline.h"
#include "stenometry/contour.h"
#include "stenometry/diameter.h"
#include "stenometry/enhance.h"
#include "stenometry/error.h"
#include "stenometry/estimate.h"
#include "stenometry/evaluation.h"
#include "stenometry/external_mask.h"
#include "stenometry/frame.h"
#include "stenometry/frame_selection.h"
#include "stenometry/geometry.h"
#include "stenometry/image.h"
#include "stenometry/io/cine.h"
#include "stenometry/io/dicom.h"
#include "stenometry/io/image.h"
#include "stenometry/io/mask.h"
#include "stenometry/lesion_geometry.h"
#include "stenometry/phantom.h"
#include "stenometry/pipeline.h"
#include "stenometry/reference.h"
#include "stenometry/report.h"
#include "stenometry/segment.h"
#include "stenometry/stenosis.h"
#include "stenometry/unmeasurable.h"
#include "stenometry/valid_region.h"
#include "stenometry/version.h"
#include "stenometry/vessel_tree.h"
#include "stenometry/vesselness.h"
#include "stenometry/viz/overlay.h"
#include "stenometry/viz/plot.h"
#include "stenometry/warning.h"
