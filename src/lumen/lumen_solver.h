#pragma once

#include <Eigen/Core>
#include <vector>

#include "lumen/background_model.h"
#include "lumen/bend_prior.h"
#include "lumen/lumen_model.h"
#include "lumen/normal_equations.h"

namespace stenometry {

/// What a fit rests on; nothing here is changed by it.
struct LumenProblem {
    const LumenReformation& reformation;
    const LumenModel& model;
    const BackgroundModel& background;
    const LumenPrior& prior;
};

/// A lumen and how well it describes the image.
struct LumenEstimate {
    LumenParameters parameters;
    RenderedLumen rendered;
    Eigen::MatrixXf weighted_residuals;  ///< background and vessel by inverse covariance; one column per row
    double data_cost = 0.0;              ///< half the sum of squares in units of noise and texture
    double damping = 1e-3;               ///< that worked last (Marquardt)
};

/// Compares the rendered lumen with the image: sets residuals and cost. \pre it is rendered
void compare(const LumenProblem& problem, LumenEstimate& estimate);

/// The data's normal equations around an estimate, without a prior.
NormalEquations linearise(const LumenProblem& problem, const LumenEstimate& estimate);

/// Steps downhill (Levenberg and Marquardt) until a step gains less than `enough_cost`.
/// \param start rendered \param widest_px no radius becomes wider
/// \return compared with the image
LumenEstimate solve(const LumenProblem& problem, LumenEstimate start, double widest_px, double enough_cost);

/// Raises the diagonal by a part of itself.
void damp(BorderedBand& matrix, double part);

}  // namespace stenometry
