#pragma once

#include <array>
#include <vector>

namespace stenometry {

/// Loss of intensity across a cylinder of contrast medium as X-rays see it through a blur, with its
/// derivatives. Lengths are in units of the blur's standard deviation, so that one table serves every place
/// of an image.
///
/// loss(p) = (1 - exp(-curvature p)) / curvature for a path that attenuates by p: Beer's law for a curvature
/// of 1; scattered X-rays, which are the fraction f of the background, make it 1 / (1 - f) with attenuation
/// (1 - f) as large; 0 is the logarithm of the intensity. Blur acts on the loss.
class LumenTable {
  public:
    LumenTable(double attenuation, double curvature, double max_radius);

    /// The loss at a distance from the axis, and what it changes by per unit of each argument.
    struct Loss {
        float value = 0, by_offset = 0, by_radius = 0, by_attenuation = 0, by_curvature = 0;
    };
    /// \param offset from the axis, of either sign. \param radius 0..max_radius; beyond, the outermost one.
    Loss at(double offset, double radius) const;

  private:
    const Loss* row(int radius) const {
        return nodes_.data() + static_cast<std::ptrdiff_t>(radius) * offsets_;
    }

    int offsets_ = 0, radii_ = 0;
    std::vector<Loss> nodes_;  ///< row: radius, column: offset
};

}  // namespace stenometry
