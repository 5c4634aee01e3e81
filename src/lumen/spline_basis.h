#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace stenometry {

/// Uniform cubic B-splines along the rows of a reformation, and the same splines blurred along it.
class SplineBasis {
  public:
    /// Knots that one row touches: four of a spline, six once it is blurred.
    static constexpr std::size_t support = 6;

    struct Weights {
        std::size_t first = 0;  ///< knot
        std::array<double, support> of{};
    };

    /// \pre blur_rows * sqrt(3) <= rows_per_knot, so that the blurred spline keeps to its support.
    SplineBasis(std::size_t rows, double rows_per_knot, double blur_rows);

    std::size_t knots() const { return knots_; }
    double rows_per_knot() const { return rows_per_knot_; }
    double row_of(std::size_t knot) const { return (static_cast<double>(knot) - lead) * rows_per_knot_; }

    /// Weights of the knots at a place between the rows.
    Weights at(double row) const;
    const Weights& blurred(std::size_t row) const { return blurred_[row]; }

  private:
    static constexpr double lead = 2.0;  // knots before the first row: room for the blur

    double rows_per_knot_;
    std::size_t knots_;
    std::vector<Weights> blurred_;
};

}  // namespace stenometry
