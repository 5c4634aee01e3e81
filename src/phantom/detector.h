#pragma once

#include <vector>

#include "stenometry/phantom.h"

/// From the rays that leave the patient to the pixels of a file.
namespace stenometry::phantom {

/// Fractions of the unattenuated beam.
using Beam = Image<double>;

/// Weights of a symmetric blur in one direction; their sum is 1.
using Weights = std::vector<double>;

/// Weights by which sub-pixel cells of `step_mm` make a pixel of `cells` cells: detector and focal spot blur,
/// then the pixel's aperture. The pixel lies in the middle of the weights.
Weights pixel_weights(const Scene& scene, double step_mm, int cells);

/// A Gaussian sampled at whole steps. `sigma` 0 gives one weight.
Weights gaussian_weights(double sigma);

/// Blurs in x and y; beyond its border the image repeats its outermost pixels.
Beam blurred(const Beam& image, const Weights& weights);

/// As `blurred` with a wide Gaussian, from means over blocks of up to a quarter of `sigma_px`.
Beam widely_blurred(const Beam& image, double sigma_px);

/// Unsharp masking: adds what a Gaussian of `radius_px` would take away, `strength` times.
void sharpen(Beam& image, double strength, double radius_px);

/// Adds scattered radiation: a wide blur of the primary beam.
void add_scatter(Beam& beam, const Scene& scene);

/// Replaces expected by random numbers of quanta, each of which the detector spreads over its neighbourhood.
void add_quantum_noise(Beam& beam, const Scene& scene);

/// Pixel values as a file holds them.
/// \param mean_background mean logarithm of the beam behind the chest alone; the sigmoid curve is centred on
/// it.
Image<float> displayed(const Beam& beam, const Scene& scene, double mean_background);

/// What those pixel values mean.
Intensity displayed_intensity(const Scene& scene);

}  // namespace stenometry::phantom
