#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace stenometry {

/// A symmetric positive definite matrix whose entries stand near the diagonal, but for a few last rows and
/// columns that are full: the normal equations of a fit along a curve with some parameters common to all of
/// it.
///
///     | band    border^T |
///     | border  corner   |
class BorderedBand {
  public:
    BorderedBand(std::size_t size, std::size_t half_bandwidth, std::size_t borders);

    std::size_t size() const { return size_; }
    std::size_t borders() const { return borders_; }

    /// Entry of the band. \pre column <= row <= column + half_bandwidth
    double& band(std::size_t row, std::size_t column) {
        return band_[row * (width_ + 1) + column + width_ - row];
    }
    double band(std::size_t row, std::size_t column) const {
        return band_[row * (width_ + 1) + column + width_ - row];
    }
    double& border(std::size_t k, std::size_t column) { return border_[k * size_ + column]; }
    double& corner(std::size_t k, std::size_t l) { return corner_[k * borders_ + l]; }

    /// Replaces the matrix by its Cholesky factor. False, and the matrix lost, if it is not positive
    /// definite.
    bool factorize();
    /// After `factorize`: x = M^-1 x, the borders' part last.
    void solve(std::span<double> x) const;
    /// After `factorize`: turns independent standard normal numbers into ones whose covariance is M^-1.
    void correlate(std::span<double> x) const;
    /// After `factorize`: the entries of M^-1 that lie in the band; without borders. Takahashi's recursion,
    /// as in Erisman and Tinney, Commun. ACM 18 (1975) 177.
    BorderedBand inverse() const;

  private:
    void solve_lower(std::span<double> x) const;
    void solve_upper(std::span<double> x) const;
    void solve_band_upper(std::span<double> x) const;

    std::size_t size_, width_, borders_;
    std::vector<double> band_, border_, corner_;
};

}  // namespace stenometry
