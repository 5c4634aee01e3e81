#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "core/distance.h"
#include "segment/ridge_point.h"
#include "stenometry/enhance.h"

/// The lumen around ridges, out to its edges.
namespace stenometry {

/// For every pixel near enough to matter the ridge point nearest to it, as its index.
NearestSites divide(const std::vector<RidgePoint>& ridges, cv::Size size);

/// How far each place rises over the level of the lumen's edge, in heights of the lumen: positive inside.
/// \param probability of vessel: shadows beside a vessel reach the level, but are no line themselves
/// \param territory of `divide`
cv::Mat rise_over_edge(const EnhancedFrame& frame, const cv::Mat& probability,
                       const std::vector<RidgePoint>& ridges, const NearestSites& territory);

/// Takes what touches no ridge out of the lumen.
void drop_islands(cv::Mat& rise, const std::vector<RidgePoint>& ridges);

}  // namespace stenometry
