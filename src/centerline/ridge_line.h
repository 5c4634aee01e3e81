#pragma once

#include <algorithm>

#include "stenometry/geometry.h"
#include "stenometry/image.h"

namespace stenometry {

/// The image's value between its pixels; beyond the border the value at the border.
inline double sample_bilinear(const Image<float>& image, Point p) {
    const double x = std::clamp(p.x, 0.0, image.width() - 1.0);
    const double y = std::clamp(p.y, 0.0, image.height() - 1.0);
    const int x0 = static_cast<int>(x), y0 = static_cast<int>(y);
    const int right = x0 + 1 < image.width() ? 1 : 0;
    const float* above = image.row(y0) + x0;
    const float* below = y0 + 1 < image.height() ? above + image.stride() : above;
    const double fx = x - x0, fy = y - y0;
    const double top = (1.0 - fx) * static_cast<double>(above[0]) + fx * static_cast<double>(above[right]);
    const double bottom = (1.0 - fx) * static_cast<double>(below[0]) + fx * static_cast<double>(below[right]);
    return (1.0 - fy) * top + fy * bottom;
}

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
