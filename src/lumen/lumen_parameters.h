#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "lumen/spline_basis.h"

namespace stenometry {

/// What a lumen is described by: splines along the vessel first, then what all of it has in common.
enum class LumenParameter : std::size_t {
    radius,          ///< spline, pixels
    axis,            ///< spline, pixels to the right of the line
    ln_depth,        ///< spline, of the depth along the beam over the width
    ln_attenuation,  ///< of the attenuation per pixel of contrast medium
    drift,           ///< relative change of the attenuation from the vessel's first row to its last
    ln_blur,         ///< of the standard deviation of the blur in pixels
    curvature,       ///< of the grey scale, see `LumenTable`
};
inline constexpr std::size_t lumen_splines = 3, lumen_globals = 4,
                             lumen_parameters = lumen_splines + lumen_globals;

constexpr std::size_t index(LumenParameter parameter) { return static_cast<std::size_t>(parameter); }

/// The parameters of one lumen in one vector, as the normal equations order them: knot by knot the
/// coefficients of all splines, then the global parameters.
class LumenParameters {
  public:
    explicit LumenParameters(std::size_t knots) : values_(lumen_splines * knots + lumen_globals, 0.0) {}

    std::size_t size() const { return values_.size(); }
    std::size_t spline_size() const { return size() - lumen_globals; }
    std::size_t knots() const { return spline_size() / lumen_splines; }

    static std::size_t place(LumenParameter spline, std::size_t knot) {
        return knot * lumen_splines + index(spline);
    }
    std::size_t place(LumenParameter global) const { return spline_size() + index(global) - lumen_splines; }

    double& operator[](std::size_t i) { return values_[i]; }
    double operator[](std::size_t i) const { return values_[i]; }
    double& knot(LumenParameter spline, std::size_t knot) { return values_[place(spline, knot)]; }
    double knot(LumenParameter spline, std::size_t knot) const { return values_[place(spline, knot)]; }
    double& global(LumenParameter parameter) { return values_[place(parameter)]; }
    double global(LumenParameter parameter) const { return values_[place(parameter)]; }

    double blur_px() const { return std::exp(global(LumenParameter::ln_blur)); }
    double attenuation_per_px() const { return std::exp(global(LumenParameter::ln_attenuation)); }

    double spline_at(LumenParameter spline, const SplineBasis::Weights& weights) const {
        double sum = 0.0;
        for (std::size_t k = 0; k < SplineBasis::support; ++k)
            sum += weights.of[k] * knot(spline, weights.first + k);
        return sum;
    }

  private:
    std::vector<double> values_;
};

}  // namespace stenometry
