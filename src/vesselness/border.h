#pragma once

#include <opencv2/core.hpp>

namespace stenometry::vesselness {

/// Replaces pixels of weight 0 by a smooth continuation of those of weight 1, coarser the further away.
/// Source: the pull-push algorithm of Gortler et al., SIGGRAPH 1996, section 3.4.
/// \pre both are CV_32F and of one size; weights lie in 0..1.
void fill_invalid(cv::Mat& image, const cv::Mat& weight);

}  // namespace stenometry::vesselness
