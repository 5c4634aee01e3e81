#pragma once

#include <vector>

#include "stenometry/frame.h"

namespace stenometry {

/// Lumen of one vessel, fitted to its pixels. Arrays have one value per point of the line.
struct LumenFit {
    bool found = false;             ///< whether the rest means anything
    std::vector<double> radius_px;  ///< of a round lumen
    Polyline axis_px;               ///< of the lumen
    double blur_px = 0.0;           ///< standard deviation of the image's blur
    /// Mean square of what the model leaves of the image, in units of noise and texture as they count over a
    /// bend of the lumen: 0.3 to 1 where the model is right, the less the longer the texture is.
    double misfit = 0.0;
    /// How deep the lumen is along the beam over how wide it is, and the relative standard error: 1 for a
    /// round one.
    std::vector<double> depth_ratio, depth_ratio_sd;
    std::vector<std::vector<double>> samples_px;  ///< radii that are as likely, from the fit's covariance
};

/// Fits radius, axis and depth over width of a lumen as smooth functions of arc length, and attenuation, blur
/// and the curvature of the grey scale as what the whole vessel has in common, to all pixels around `line`.
///
/// The image is the background times exp(-attenuation x chord), blurred in intensity. Its logarithm is the
/// sum of background, vessel and noise; level and slope of the background are free in every row, and the rest
/// of it is a random field of the covariance that is measured beside the vessel, so that a wall counts by how
/// much it stands out from what the chest does there. The radius bends as much as the data around each place
/// say. Gauss-Newton steps on banded normal equations, after a search over coarse radii and places that no
/// start value can mislead. Sources: Pappas and Lim, IEEE Trans. ASSP 36 (1988) 1501, for the model; Tipping,
/// J. Mach. Learn. Res. 1 (2001) 211, for learning the prior's width. \param radius_px to start from, one per
/// point, finite and positive
LumenFit fit_lumen(const Frame& frame, const Polyline& line, const std::vector<double>& radius_px,
                   double blur_px);

}  // namespace stenometry
