#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "lumen/cylinder_table.h"
#include "lumen/lumen_parameters.h"
#include "lumen/planar_reformation.h"
#include "lumen/spline_basis.h"

namespace stenometry {

/// A lumen in the coordinates of a reformation; one value per row.
struct LumenGeometry {
    std::vector<double> radius_px, axis_px;
    std::vector<double> ln_depth;  ///< of the depth along the beam over the width
};

/// What a lumen takes from every sample of a reformation, and what that depends on.
struct RenderedLumen {
    Eigen::MatrixXf
        attenuation;  ///< taken from the logarithm of the intensity; one column per row of samples
    std::vector<LumenTable::Loss> losses;  ///< of the intensity, without blur along the vessel; row by row
    LumenGeometry geometry;
    double blur_px = 0.0;
    double attenuation_per_blur = 0.0;
};

/// The forward model: a round or elliptical lumen of contrast medium as X-rays see it through a blur. See
/// `fit_lumen`.
class LumenModel {
  public:
    /// \param grid of at least two rows \param blur_px typical standard deviation of the blur, which sets how
    /// far apart knots are
    LumenModel(const ReformationGrid& grid, double blur_px);

    const ReformationGrid& grid() const { return grid_; }
    const SplineBasis& basis() const { return basis_; }

    LumenGeometry geometry(const LumenParameters& parameters) const;

    /// \param into is overwritten, its memory used again
    void render(const LumenParameters& parameters, RenderedLumen& into) const;

    /// By what the attenuation in one row of samples changes per unit of each parameter. Beyond these columns
    /// there is no lumen. A spline's coefficients count by `basis().blurred(row)`.
    struct RowDerivatives {
        Eigen::Index first = 0;  ///< column
        Eigen::Matrix<float, Eigen::Dynamic, lumen_parameters, Eigen::RowMajor> of;
    };
    /// \param into is overwritten, its memory used again
    void differentiate(const RenderedLumen& rendered, std::size_t row, RowDerivatives& into) const;

  private:
    ReformationGrid grid_;
    SplineBasis basis_;
};

/// Of what is left of the intensity, with the sign turned.
float attenuation_of_loss(float loss);

/// How bent the grey scale usually is: scatter of a third of the background, as behind a grid, makes it
/// 1 / (1 - 1/3); see `LumenTable`.
inline constexpr double usual_curvature = 1.5;

}  // namespace stenometry
