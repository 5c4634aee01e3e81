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
///
/// Threads: every function of this library may be called from several threads at once, with arguments that
/// nobody changes meanwhile: there is no global state, and nothing is printed. Copies of an image share their
/// pixels, so a copy that is written to is a change to the others; `Image::clone` is none. An object that
/// keeps something, such as `VesselnessFilter`, `io::Cine` and `VesselNetwork`, is for one thread at a time;
/// several threads have one each.
///
/// One call works on all processors, and `ThreadLimit` in threads.h holds it to fewer. A program that works
/// on several frames at once needs no limit: calls within threads of oneTBB share them. Its results are the
/// same bytes, whatever the number of threads.
#include "stenometry/analysis.h"
#include "stenometry/angioplasty_phantom.h"
#include "stenometry/bifurcation.h"
#include "stenometry/calibration.h"
#include "stenometry/cath_lab_phantom.h"
#include "stenometry/catheter_calibration.h"
#include "stenometry/centerline.h"
#include "stenometry/cine_lesions.h"
#include "stenometry/comparison.h"
#include "stenometry/comparison_report.h"
#include "stenometry/contour.h"
#include "stenometry/diameter.h"
#include "stenometry/ectasia.h"
#include "stenometry/enhance.h"
#include "stenometry/error.h"
#include "stenometry/estimate.h"
#include "stenometry/evaluation.h"
#include "stenometry/export.h"
#include "stenometry/external_mask.h"
#include "stenometry/filled_frames.h"
#include "stenometry/frame.h"
#include "stenometry/frame_selection.h"
#include "stenometry/geometry.h"
#include "stenometry/image.h"
#include "stenometry/io/cine.h"
#include "stenometry/io/dicom.h"
#include "stenometry/io/image.h"
#include "stenometry/io/mask.h"
#include "stenometry/learned_evidence.h"
#include "stenometry/lesion_geometry.h"
#include "stenometry/lesion_location.h"
#include "stenometry/phantom.h"
#include "stenometry/pipeline.h"
#include "stenometry/polarity.h"
#include "stenometry/progress.h"
#include "stenometry/reference.h"
#include "stenometry/report.h"
#include "stenometry/segment.h"
#include "stenometry/stenosis.h"
#include "stenometry/threads.h"
#include "stenometry/unmeasurable.h"
#include "stenometry/valid_region.h"
#include "stenometry/version.h"
#include "stenometry/vessel_match.h"
#include "stenometry/vessel_tree.h"
#include "stenometry/vesselness.h"
#include "stenometry/viz/overlay.h"
#include "stenometry/viz/plot.h"
#include "stenometry/warning.h"
