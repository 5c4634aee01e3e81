#include "core/smoothing.h"

#include <algorithm>
#include <cassert>

namespace stenometry {

namespace {

/// L D L^T of a symmetric matrix with two diagonals below the main one, row by row.
class PentadiagonalSolver {
  public:
    explicit PentadiagonalSolver(std::size_t rows) : pivot_(rows), below_(rows), below2_(rows) {}

    /// Row i of the matrix: its diagonal and the entries one and two to the left of it. Rows come in order.
    void append_row(std::size_t i, double diagonal, double left, double left2) {
        if (i >= 2) below2_[i] = left2 / pivot_[i - 2];
        if (i >= 1)
            below_[i] = (left - (i >= 2 ? below2_[i] * pivot_[i - 2] * below_[i - 1] : 0.0)) / pivot_[i - 1];
        pivot_[i] = diagonal;
        if (i >= 1) pivot_[i] -= below_[i] * below_[i] * pivot_[i - 1];
        if (i >= 2) pivot_[i] -= below2_[i] * below2_[i] * pivot_[i - 2];
    }

    void solve(std::vector<double>& x) const {
        const std::size_t n = x.size();
        for (std::size_t i = 1; i < n; ++i)
            x[i] -= below_[i] * x[i - 1] + (i >= 2 ? below2_[i] * x[i - 2] : 0.0);
        for (std::size_t i = 0; i < n; ++i) x[i] /= pivot_[i];
        for (std::size_t i = n - 1; i-- > 0;)
            x[i] -= below_[i + 1] * x[i + 1] + (i + 2 < n ? below2_[i + 2] * x[i + 2] : 0.0);
    }

  private:
    std::vector<double> pivot_, below_, below2_;
};

}  // namespace

std::vector<double> smooth_samples(std::span<const double> samples, std::span<const double> weights,
                                   double stiffness) {
    assert(samples.size() == weights.size());
    const std::size_t n = samples.size();
    std::vector<double> result(samples.begin(), samples.end());
    if (n < 3 || stiffness == 0.0) return result;

    // Entries of D^T D, where D takes second differences: 1 -4 6 -4 1, less at the ends.
    const auto middle = [n](std::size_t i) {
        const std::size_t from_end = std::min(i, n - 1 - i);
        if (n == 3) return i == 1 ? 4.0 : 1.0;
        return from_end == 0 ? 1.0 : from_end == 1 ? 5.0 : 6.0;
    };
    const auto beside = [n](std::size_t i) { return i == 1 || i == n - 1 ? -2.0 : -4.0; };
    PentadiagonalSolver solver(n);
    for (std::size_t i = 0; i < n; ++i) {
        solver.append_row(i, weights[i] + stiffness * middle(i), stiffness * beside(i), stiffness);
        result[i] *= weights[i];
    }
    solver.solve(result);
    return result;
}

Polyline smooth_curve(const Polyline& line, std::span<const double> weights, double stiffness) {
    std::vector<double> x, y;
    for (const Point p : line) {
        x.push_back(p.x);
        y.push_back(p.y);
    }
    x = smooth_samples(x, weights, stiffness);
    y = smooth_samples(y, weights, stiffness);
    Polyline result(line.size());
    for (std::size_t i = 0; i < line.size(); ++i) result[i] = {x[i], y[i]};
    return result;
}

double pinned_weight(double stiffness) { return 1e6 * (1.0 + stiffness); }

double stiffness_for(double length, double step) {
    const double ratio = length / step;
    return ratio * ratio * ratio * ratio;
}

}  // namespace stenometry
