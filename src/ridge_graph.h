#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "ridge_point.h"

/// How the points of ridges belong together.
namespace stenometry {

/// Whether `b` goes on where `a` runs to: a branch that leaves at an angle does not.
bool continues(const RidgePoint& a, const RidgePoint& b);

/// For each ridge point the number of the unbranched segment that it belongs to, which is the index of its
/// first point.
std::vector<int> label_segments(const std::vector<RidgePoint>& ridges, cv::Size size);

/// Points that lead from one vessel straight on to another where both end: a tight stenosis is as faint as
/// the clutter, but lies between two parts of one vessel.
/// \param faint ridges among which they are, with or without those of `vessels`
/// \param reach_px over which a faint ridge and a vessel point at each other, filled in between
std::vector<RidgePoint> find_narrows(const std::vector<RidgePoint>& vessels,
                                     const std::vector<RidgePoint>& faint, cv::Size size, int reach_px);

}  // namespace stenometry
