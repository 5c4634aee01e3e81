#pragma once

#include <vector>

#include "lumen/lumen_parameters.h"
#include "lumen/normal_equations.h"

namespace stenometry {

/// What is known of a lumen before the image is seen: its radius and axis bend little, it is about as deep as
/// wide, and the global parameters are near to what is expected. All as independent normal distributions.
class LumenPrior {
  public:
    /// \param expected the global parameters count; splines have no expected value, only little bend
    /// \param bend_unit second difference of knots at which the radius bends by its widest value over that
    /// length squared \param widest_px radius
    /// \param unit_known whether the unit of the grey values is: their curvature is the less known otherwise
    LumenPrior(LumenParameters expected, double bend_unit, double widest_px, bool unit_known);

    /// Half the sum of squares in standard deviations.
    double cost(const LumenParameters& parameters) const;
    void add_to(NormalEquations& equations, const LumenParameters& parameters) const;

    /// How much the radius bends differs along the vessel: hardly at all in health, more in a lesion, most at
    /// its shoulders; and a lumen is round unless the image says otherwise. So the spread of the bends and of
    /// the depths is learned from the data around each knot, by expectation maximisation.
    /// \param data normal equations of the data around `parameters`, without a prior
    void learn(const NormalEquations& data, const LumenParameters& parameters);

    /// Takes no lumen for round because the image did not show that it is not: for standard errors.
    void allow_unseen_depth();

    /// Standard deviation of the radius' second difference, one per three neighbouring knots.
    const std::vector<double>& radius_bend_sd() const { return radius_bend_sd_; }

  private:
    double bend_sd(LumenParameter spline, std::size_t knot) const;
    double depth_weight(std::size_t knot) const;

    LumenParameters expected_;
    double bend_unit_, widest_px_, axis_bend_sd_;
    bool unit_known_;
    std::vector<double> radius_bend_sd_, depth_sd_;  ///< one per bend, and per knot
};

}  // namespace stenometry
