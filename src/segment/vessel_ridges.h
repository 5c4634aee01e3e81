#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "segment/ridge_point.h"
#include "stenometry/segment.h"

namespace stenometry {

/// The middle of what is vessel: ridges that are strong, long and two-sided enough and connected with
/// others that are, and fainter ones that lead from one part of a vessel to the next.
/// \param probability of vessel, of the size of `frame`
std::vector<RidgePoint> vessel_ridges(const EnhancedFrame& frame, const Vesselness& vesselness,
                                      const cv::Mat& probability, const SegmentOptions& options);

}  // namespace stenometry
