#pragma once

#include <cstddef>
#include <vector>

namespace stenometry::vesselness {

/// One scale on the grid of its level: how it is made from the finer one, and its derivatives.
struct ScaleStep {
    std::size_t index = 0;             ///< of the sigma among those asked for
    double sigma_px = 1.0;             ///< in pixels of the image
    std::vector<float> smooth;         ///< from the scale before it in the level, or from the level's image
    std::vector<float> first, second;  ///< derivatives times sigma and sigma squared

    int smooth_radius() const { return static_cast<int>(smooth.size()) - 1; }
    int derivative_radius() const { return static_cast<int>(second.size()) - 1; }
};

/// A grid and the scales that are computed on it, from fine to coarse.
struct ScaleLevel {
    std::vector<float> halve;  ///< from the image of the finer level; empty for the finest
    std::vector<ScaleStep> steps;

    int halve_radius() const { return static_cast<int>(halve.size()) - 1; }
};

/// Plans how the second derivatives of all scales follow from an image. The sampled Gaussian is the aim; each
/// step's taps come as close to it, in the frequencies that a second derivative sees, as so few can. Scales
/// whose detail a grid of half the pixels holds are computed there.
/// Sources: cascade and pyramid of Burt, Comput. Graph. Image Process. 16 (1981) 20; least squares in the
/// frequency domain as for derivative filters by Farid and Simoncelli, IEEE Trans. Image Process. 13 (2004)
/// 496.
/// \pre every sigma > 0
std::vector<ScaleLevel> plan_scales(const std::vector<double>& sigmas_px);

}  // namespace stenometry::vesselness
