#pragma once

#include <vector>

#include "lumen/lumen_parameters.h"
#include "lumen/normal_equations.h"

namespace stenometry {

/// What is known of a lumen before the image is seen: its radius and axis bend little, and the global
/// parameters are near to what is expected. All as independent normal distributions.
class LumenPrior {
  public:
    /// \param expected the global parameters count; splines have no expected value, only little bend
    /// \param bend_unit second difference of knots at which the radius bends by its widest value over that
    /// length squared
    /// \param unit_known whether the unit of the grey values is: their curvature is the less known otherwise
    LumenPrior(LumenParameters expected, double bend_unit, bool unit_known);

    /// Half the sum of squares in standard deviations.
    double cost(const LumenParameters& parameters) const;
    void add_to(NormalEquations& equations, const LumenParameters& parameters) const;

    /// How much the radius bends differs along the vessel: hardly at all in health, more in a lesion, most at
    /// its shoulders. So the spread of the bends is learned from the data around each knot, by expectation
    /// maximisation.
    /// \param data normal equations of the data around `parameters`, without a prior
    void learn_bends(const NormalEquations& data, const LumenParameters& parameters);

    /// Standard deviation of the radius' second difference, one per three neighbouring knots.
    const std::vector<double>& radius_bend_sd() const { return radius_bend_sd_; }

  private:
    double bend_sd(LumenParameter spline, std::size_t knot) const;

    LumenParameters expected_;
    double bend_unit_, axis_bend_sd_;
    bool unit_known_;
    std::vector<double> radius_bend_sd_;
};

}  // namespace stenometry
