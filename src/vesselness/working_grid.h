#pragma once

#include <opencv2/core.hpp>

#include "core/enlarge.h"
#include "stenometry/vesselness.h"

namespace stenometry {

/// How many pixels of a side become one where vessels are looked for: a power of two. Vessels need no finer
/// grid than five pixels across the narrowest, whatever the detector's; with half as many, faint branches are
/// lost.
int working_reduction(const Calibration& calibration);

/// Pixels of a side become one: means, and only what is valid everywhere. What is cut by the edge of the
/// image is filled by repetition.
EnhancedFrame reduced(const EnhancedFrame& frame, int reduction);

/// The same of pixels, which need be numbers where they are valid only.
/// \param small, small_valid written over where they have the size, else replaced
void reduce(const Image<float>& pixels, const Image<std::uint8_t>& valid, int reduction, Image<float>& small,
            Image<std::uint8_t>& small_valid);

/// The same of the attenuation, its noise, the valid region and the calibration.
/// \param small its images are written over where they have the size, else replaced
/// \pre reduction > 1
void reduce(const EnhancedFrame& frame, int reduction, EnhancedFrame& small);

/// The same of all but the valid region; scale and direction are those of a pixel near the middle.
Vesselness reduced(const Vesselness& vesselness, int reduction);

/// Back to `size`. Linear interpolation keeps edges between pixels; INTER_NEAREST is for labels.
cv::Mat enlarged(const cv::Mat& image, int enlargement, cv::Size size, int interpolation);

/// Back to the size of the frame, response interpolated, scale and direction repeated.
/// \param large its images but `valid` are written over where they have the size, else replaced
void enlarge(const Vesselness& small, int enlargement, const EnhancedFrame& frame, Enlarger& enlarger,
             Vesselness& large);

}  // namespace stenometry
