#include "lesion/throat.h"

#include <Eigen/Dense>
#include <limits>
#include <vector>

namespace stenometry {
namespace {

/// Least squares with the last two coefficients not negative: the best of the four ways to leave them out.
Eigen::Vector3d fit_not_negative(const Eigen::MatrixXd& basis, const Eigen::VectorXd& values) {
    Eigen::Vector3d best = Eigen::Vector3d::Zero();
    double least = std::numeric_limits<double>::infinity();
    for (const std::vector<Eigen::Index>& used :
         std::vector<std::vector<Eigen::Index>>{{0}, {0, 1}, {0, 2}, {0, 1, 2}}) {
        const Eigen::MatrixXd part = basis(Eigen::all, used);
        const Eigen::VectorXd found = part.colPivHouseholderQr().solve(values);
        const double rest = (values - part * found).squaredNorm();
        if (rest >= least || (used.size() > 1 && found.tail(found.size() - 1).minCoeff() < 0.0)) continue;
        least = rest;
        best.setZero();
        best(used) = found;
    }
    return best;
}

}  // namespace

double bottom_of_throat(const DiameterProfile& profile, Stretch throat, std::size_t mld) {
    const std::size_t count = throat.last - throat.first + 1;
    constexpr std::size_t fewest = 6;
    if (count < fewest) return profile.diameter_px[(throat.first + throat.last) / 2];

    // Where the vessel begins within the throat, its proximal half is cut off.
    const double middle = throat.first == 0
                              ? profile.position_px[mld]
                              : 0.5 * (profile.position_px[throat.first] + profile.position_px[throat.last]);
    const double half = profile.position_px[throat.last] - middle;
    Eigen::MatrixXd basis(static_cast<Eigen::Index>(count), 3);
    Eigen::VectorXd diameter(static_cast<Eigen::Index>(count));
    for (std::size_t k = 0; k < count; ++k) {
        const double u = (profile.position_px[throat.first + k] - middle) / half;
        basis.row(static_cast<Eigen::Index>(k)) << 1.0, u * u, u * u * u * u;
        diameter(static_cast<Eigen::Index>(k)) = profile.diameter_px[throat.first + k];
    }
    const Eigen::Vector3d bowl = fit_not_negative(basis, diameter);
    const double curvature = 2.0 * bowl(1) / (half * half);
    return bowl(0) - 0.5 * profile.along_px * profile.along_px * curvature;
}

}  // namespace stenometry
