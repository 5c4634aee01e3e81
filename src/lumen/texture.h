#pragma once

#include <array>
#include <cstddef>

#include "stenometry/image.h"

namespace stenometry {

/// Noise and background texture of an image near a vessel as a stationary random field: independent noise and
/// a sum of Gaussian covariances of fixed widths. What the chest looks like behind the lumen is as unknown as
/// the quanta are, only smoother.
struct Texture {
    static constexpr std::array<double, 5> widths_px{0.9, 1.8, 3.5, 7.0, 14.0};
    double white = 0.0;                ///< variance of what differs from sample to sample
    std::array<double, 5> variance{};  ///< of each Gaussian part

    /// Covariance at a distance, without the independent part, summed over the samples of a line square to
    /// the distance, a sample per pixel: what counts for anything that changes along that line over about
    /// `length_px`. Texture that is longer than that is the same all along it.
    double summed_covariance(double distance_px, double length_px) const;
};

/// Estimates the texture from the differences along the columns of an image, where `use` is not 0. Medians,
/// so that what stands there in a few places does not count. The parts are fitted to the variogram; see
/// Cressie, Statistics for Spatial Data (1993), ch. 2.
Texture estimate_texture(const Image<float>& image, const Image<std::uint8_t>& use);

}  // namespace stenometry
