#pragma once

#include <vector>

namespace stenometry {

/// Which point of a grey profile counts as the wall: the maximum, going outwards, of
/// weight k I'(t) - (1 - weight) k^2 I''(t), the mix of first and second derivative edges of Reiber et al.,
/// Circulation 71 (1985) 280, with k the length that makes both terms alike on a blurred edge.
struct EdgeRule {
    double first_weight = 0.5;
    double length_px = 1.0;
};

/// A cylinder of contrast medium as X-rays see it through a blur: intensity 1 beside it, exp(-attenuation
/// chord) in it, then a Gaussian of `blur_px`. Blur acts on the intensity, not on its logarithm.
struct BlurredCylinder {
    double diameter_px;
    double blur_px;             ///< standard deviation, > 0
    double attenuation_per_px;  ///< >= 0

    /// Distance between the two walls that `rule` finds.
    double edge_distance(const EdgeRule& rule) const;
};

/// Standard deviation of the blur that gives a cylinder's wall the measured course of the first derivative,
/// whatever its height and exact place; NaN if no blur below `max_blur_px` does.
/// \param edge first derivative of the intensity at steps of `step_px` going outwards, the wall near the
/// middle.
double blur_of_edge(const std::vector<double>& edge, double step_px, double diameter_px,
                    double attenuation_per_px, double max_blur_px);

/// The inverse of `BlurredCylinder::edge_distance` for one blur: from the distance of the walls to the
/// diameter.
class BlurCorrection {
  public:
    BlurCorrection(double blur_px, double attenuation_per_px, double max_diameter_px, const EdgeRule& rule);

    /// Diameter of the cylinder whose walls are `distance_px` apart; NaN below what this blur can tell from a
    /// line.
    double diameter_px(double distance_px) const;
    /// How much the diameter changes per change of the distance, there; large where the blur hides it.
    double gain(double distance_px) const;

  private:
    std::vector<double> diameter_, distance_;
};

}  // namespace stenometry
