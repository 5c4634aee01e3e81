#pragma once

#include "stenometry/geometry.h"
#include "stenometry/image.h"

namespace stenometry {

/// The image's value between its pixels; beyond the border the value at the border.
double sample_bilinear(const Image<float>& image, Point p);

/// The place of the largest value within `reach` of `p` along `across`, a unit vector; to a quarter of a
/// pixel.
Point strongest_across(const Image<float>& image, Point p, Point across, double reach);

struct RidgeLineOptions {
    double step_px = 0.5;
    double smoothing_px = 2.0;
};

/// The curve moved to the crest of `ridge`, smoothed, and sampled every `step_px`. `scale_px` says how far
/// from the curve the crest may be, and how wide it is.
Polyline refine_on_ridge(const Image<float>& ridge, const Image<float>& scale_px, const Polyline& rough,
                         const RidgeLineOptions& options);

}  // namespace stenometry
