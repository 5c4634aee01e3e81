#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "segment/ridge_point.h"
#include "stenometry/image.h"

/// How the points of ridges belong together.
namespace stenometry {

/// Whether the two run the same way, give or take 40 degrees.
bool same_way(const RidgePoint& a, const RidgePoint& b);

/// Whether `b` goes on where `a` runs to: a branch that leaves at an angle does not.
bool continues(const RidgePoint& a, const RidgePoint& b);

/// Indices of the points at their pixels, -1 elsewhere.
Image<std::int32_t> index_of(const std::vector<RidgePoint>& ridges, int width, int height);

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
