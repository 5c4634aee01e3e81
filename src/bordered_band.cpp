#include "bordered_band.h"

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

}  // namespace stenometry
