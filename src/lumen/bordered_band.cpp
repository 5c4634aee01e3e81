#include "lumen/bordered_band.h"

#include <algorithm>
#include <cmath>

namespace stenometry {

BorderedBand::BorderedBand(std::size_t size, std::size_t half_bandwidth, std::size_t borders)
    : size_(size),
      width_(half_bandwidth),
      borders_(borders),
      band_(size * (half_bandwidth + 1), 0.0),
      border_(borders * size, 0.0),
      corner_(borders * borders, 0.0) {}

bool BorderedBand::factorize() {
    for (std::size_t i = 0; i < size_; ++i) {
        const std::size_t first = i > width_ ? i - width_ : 0;
        double* row = &band(i, first);
        for (std::size_t j = first; j <= i; ++j) {
            const std::size_t from = std::max(first, j > width_ ? j - width_ : 0);
            const double* a = row + (from - first);
            const double* b = &band_[j * (width_ + 1) + from + width_ - j];
            double sum = row[j - first];
            for (std::size_t k = 0; k < j - from; ++k) sum -= a[k] * b[k];
            if (j < i)
                row[j - first] = sum / band(j, j);
            else if (!(sum > 0.0))
                return false;
            else
                row[j - first] = std::sqrt(sum);
        }
    }
    for (std::size_t k = 0; k < borders_; ++k) {
        const std::span<double> own(&border_[k * size_], size_);
        solve_lower(own);
        for (std::size_t l = 0; l <= k; ++l) {
            double sum = corner(k, l);
            for (std::size_t i = 0; i < size_; ++i) sum -= own[i] * border(l, i);
            for (std::size_t m = 0; m < l; ++m) sum -= corner(k, m) * corner(l, m);
            if (l < k)
                corner(k, l) = sum / corner(l, l);
            else if (!(sum > 0.0))
                return false;
            else
                corner(k, k) = std::sqrt(sum);
        }
    }
    return true;
}

void BorderedBand::solve_lower(std::span<double> x) const {
    for (std::size_t i = 0; i < size_; ++i) {
        const std::size_t first = i > width_ ? i - width_ : 0;
        const double* row = &band_[i * (width_ + 1) + first + width_ - i];
        double sum = x[i];
        for (std::size_t j = first; j < i; ++j) sum -= row[j - first] * x[j];
        x[i] = sum / row[i - first];
    }
}

void BorderedBand::solve_upper(std::span<double> x) const {
    for (std::size_t k = borders_; k-- > 0;) {
        double sum = x[size_ + k];
        for (std::size_t l = k + 1; l < borders_; ++l) sum -= corner_[l * borders_ + k] * x[size_ + l];
        x[size_ + k] = sum / corner_[k * borders_ + k];
    }
    for (std::size_t k = 0; k < borders_; ++k)
        for (std::size_t i = 0; i < size_; ++i) x[i] -= border_[k * size_ + i] * x[size_ + k];
    solve_band_upper(x.first(size_));
}

void BorderedBand::solve_band_upper(std::span<double> x) const {
    for (std::size_t i = size_; i-- > 0;) {
        const std::size_t first = i > width_ ? i - width_ : 0;
        const double* row = &band_[i * (width_ + 1) + first + width_ - i];
        x[i] /= row[i - first];
        for (std::size_t j = first; j < i; ++j) x[j] -= row[j - first] * x[i];
    }
}

void BorderedBand::solve(std::span<double> x) const {
    solve_lower(x);
    for (std::size_t k = 0; k < borders_; ++k) {
        double sum = x[size_ + k];
        for (std::size_t i = 0; i < size_; ++i) sum -= border_[k * size_ + i] * x[i];
        for (std::size_t l = 0; l < k; ++l) sum -= corner_[k * borders_ + l] * x[size_ + l];
        x[size_ + k] = sum / corner_[k * borders_ + k];
    }
    solve_upper(x);
}

void BorderedBand::correlate(std::span<double> x) const { solve_upper(x); }

BorderedBand BorderedBand::inverse() const {
    BorderedBand inverse(size_, width_, 0);
    const auto entry = [&](std::size_t i, std::size_t j) {
        return inverse.band(std::max(i, j), std::min(i, j));
    };
    for (std::size_t j = size_; j-- > 0;) {
        const std::size_t last = std::min(size_ - 1, j + width_);
        const double pivot = band_[j * (width_ + 1) + width_];
        for (std::size_t i = last + 1; i-- > j;) {
            double sum = i == j ? 1.0 / pivot : 0.0;
            for (std::size_t k = j + 1; k <= last; ++k)
                sum -= band_[k * (width_ + 1) + j + width_ - k] * entry(i, k);
            inverse.band(i, j) = sum / pivot;
        }
    }
    // What the border adds is of its rank: one product of vectors for each of its rows.
    std::vector<std::vector<double>> across;
    for (std::size_t k = 0; k < borders_; ++k) {
        std::vector<double> x(border_.begin() + static_cast<std::ptrdiff_t>(k * size_),
                              border_.begin() + static_cast<std::ptrdiff_t>((k + 1) * size_));
        solve_band_upper(x);
        for (std::size_t i = 0; i < size_; ++i) {
            for (std::size_t l = 0; l < k; ++l) x[i] -= corner_[k * borders_ + l] * across[l][i];
            x[i] /= corner_[k * borders_ + k];
        }
        across.push_back(std::move(x));
    }
    for (std::size_t i = 0; i < size_; ++i)
        for (std::size_t j = i > width_ ? i - width_ : 0; j <= i; ++j)
            for (const std::vector<double>& x : across) inverse.band(i, j) += x[i] * x[j];
    return inverse;
}

}  // namespace stenometry
