#pragma once

#include "core/interpolate.h"
#include "stenometry/geometry.h"
#include "stenometry/image.h"

namespace stenometry {

/// The place of the largest value within `reach` of `p` along `across`, a unit vector; to a quarter of a
/// pixel.
Point strongest_across(const Image<float>& image, Point p, Point across, double reach);

/// A crest to be followed and how wide it is, as sigmas.
struct Ridge {
    const Image<float>& response;
    const Image<float>& scale_px;
};

struct RidgeLineOptions {
    double step_px = 0.5;
    double smoothing_px = 2.0;  ///< of the curve; the scale of the ridge where that is larger; > 0
    bool keep_first = false;    ///< whether the first point stays where it is
    bool keep_last = false;
};

/// The curve moved to the crest of the ridge, smoothed, and sampled every `step_px`. Where the ridge is weak,
/// as in a tight stenosis, the curve runs smoothly from one strong part to the next.
Polyline refine_on_ridge(const Ridge& ridge, const Polyline& rough, const RidgeLineOptions& options);

}  // namespace stenometry
