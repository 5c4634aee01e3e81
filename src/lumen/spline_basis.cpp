#include "lumen/spline_basis.h"

#include <cmath>

namespace stenometry {
namespace {

double cubic(double u) {
    u = std::abs(u);
    if (u >= 2.0) return 0.0;
    return u < 1.0 ? 2.0 / 3.0 - u * u * (1.0 - 0.5 * u) : (2.0 - u) * (2.0 - u) * (2.0 - u) / 6.0;
}

void add(SplineBasis::Weights& weights, double place, double factor) {
    for (std::size_t k = 0; k < SplineBasis::support; ++k)
        weights.of[k] += factor * cubic(place - static_cast<double>(weights.first + k));
}

}  // namespace

SplineBasis::SplineBasis(std::size_t rows, double rows_per_knot, double blur_rows)
    : rows_per_knot_(rows_per_knot),
      knots_(static_cast<std::size_t>(std::ceil(static_cast<double>(rows - 1) / rows_per_knot)) + 1 +
             support),
      blurred_(rows) {
    // A Gaussian as the three points that have its moments up to the fifth (Gauss and Hermite).
    const double off = std::sqrt(3.0) * blur_rows / rows_per_knot;
    for (std::size_t row = 0; row < rows; ++row) {
        const double place = static_cast<double>(row) / rows_per_knot + lead;
        blurred_[row].first = at(static_cast<double>(row)).first;
        add(blurred_[row], place - off, 1.0 / 6.0);
        add(blurred_[row], place, 2.0 / 3.0);
        add(blurred_[row], place + off, 1.0 / 6.0);
    }
}

SplineBasis::Weights SplineBasis::at(double row) const {
    const double place = row / rows_per_knot_ + lead;
    Weights weights{.first = static_cast<std::size_t>(place) - 2};
    add(weights, place, 1.0);
    return weights;
}

}  // namespace stenometry
