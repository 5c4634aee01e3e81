#pragma once

#include <vector>

#include "stenometry/pipeline.h"

namespace stenometry {

/// A straight catheter, or a vessel where `inner_px` is 0: the wall absorbs `wall` per pixel, what it holds
/// `contents` per pixel.
struct ModelTube {
    double outer_px = 0.0;
    double inner_px = 0.0;
    double wall = 0.0;
    double contents = 0.0;
};

/// An image of a tube.
struct TubePicture {
    Frame frame;
    Centerline axis;
};

/// A stretch of that tube without noise: its X-rays after a Gaussian blur of `blur_px`.
TubePicture draw_tube(const ModelTube& tube, double blur_px, const Calibration& calibration);

/// Standard deviation of the blur with which a tube of this make, whatever its size and darkness, looks
/// most like the measured grey values at steps of `step_px` across it, the axis in their middle; NaN if
/// nothing dark is there.
/// \param usual_outer_px near which the size is looked for
double blur_of_tube(const ModelTube& make, const std::vector<double>& across, double step_px,
                    double usual_outer_px);

/// The diameter, in pixels, that the stages measure on that image; NaN if they find no walls.
double measured_diameter_px(const ModelTube& tube, double blur_px, const Calibration& calibration,
                            const AnalysisOptions& stages);

}  // namespace stenometry
