#pragma once

#include <Eigen/Core>
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

  private:
    /// The five numbers of a `Loss` and room up to whole vector registers.
    static constexpr int lanes = 8;
    using Nodes = Eigen::Array<float, lanes, Eigen::Dynamic>;

  public:
    /// The cylinder of one radius: made once per row of samples, because most of the interpolation is.
    class Section {
      public:
        /// \param offset from the axis, of either sign
        Loss at(double offset) const;

      private:
        friend class LumenTable;
        Nodes nodes_;  ///< column: offset
        double radius_ = 0.0;
    };
    /// \param radius 0..max_radius; beyond, the outermost one. \param into is overwritten, its memory used
    /// again
    void cut(double radius, Section& into) const;

  private:
    int offsets_ = 0, radii_ = 0;
    std::vector<Nodes> nodes_;  ///< one per radius
};

}  // namespace stenometry
