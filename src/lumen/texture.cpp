#include "lumen/texture.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "core/statistics.h"

namespace stenometry {
namespace {

constexpr int farthest = 20;

/// Half the mean squared difference of samples `lag` apart; NaN if there are too few.
double variogram(const Image<float>& image, const Image<std::uint8_t>& use, int lag) {
    std::vector<double> squares;
    for (int y = 0; y + lag < image.height(); ++y)
        for (int x = y % 2; x < image.width(); x += 2)  // neighbours say nearly the same
            if (use(x, y) != 0 && use(x, y + lag) != 0) {
                const auto difference = static_cast<double>(image(x, y + lag) - image(x, y));
                squares.push_back(difference * difference);
            }
    constexpr std::size_t fewest = 30;
    if (squares.size() < fewest) return std::numeric_limits<double>::quiet_NaN();
    constexpr double median_of_squares = 0.4549;  // of a standard normal number
    return 0.5 * median(std::move(squares)) / median_of_squares;
}

double gaussian(double distance, double width) {
    return std::exp(-0.5 * distance * distance / (width * width));
}

}  // namespace

double Texture::summed_covariance(double distance_px, double length_px) const {
    double sum = 0.0;
    for (std::size_t k = 0; k < widths_px.size(); ++k) {
        const double whole = std::sqrt(2.0 * std::numbers::pi) * widths_px[k],
                     summed = whole * length_px / std::hypot(whole, length_px);
        sum += variance[k] * summed * gaussian(distance_px, widths_px[k]);
    }
    return sum;
}

Texture estimate_texture(const Image<float>& image, const Image<std::uint8_t>& use) {
    constexpr std::size_t parts = Texture::widths_px.size() + 1;
    std::vector<std::array<double, parts>> design;
    std::vector<double> measured;
    for (const int lag : {1, 2, 3, 4, 6, 8, 11, 15, farthest}) {
        const double value = variogram(image, use, lag);
        if (!(value > 0.0)) continue;
        std::array<double, parts> row{1.0};
        for (std::size_t k = 1; k < parts; ++k) row[k] = 1.0 - gaussian(lag, Texture::widths_px[k - 1]);
        for (double& entry : row) entry /= value;  // errors are proportional to the value
        design.push_back(row);
        measured.push_back(1.0);
    }
    // Least squares with no part negative, by descent along one coordinate after the other: the problem is
    // convex.
    std::array<double, parts> found{};
    for (int sweep = 0; sweep < 300; ++sweep)
        for (std::size_t k = 0; k < parts; ++k) {
            double along = 0.0, square = 0.0;
            for (std::size_t i = 0; i < design.size(); ++i) {
                double rest = measured[i];
                for (std::size_t j = 0; j < parts; ++j) rest -= j == k ? 0.0 : design[i][j] * found[j];
                along += design[i][k] * rest, square += design[i][k] * design[i][k];
            }
            found[k] = square > 0.0 ? std::max(0.0, along / square) : 0.0;
        }
    Texture texture{.white = found[0]};
    std::copy_n(found.begin() + 1, parts - 1, texture.variance.begin());
    return texture;
}

}  // namespace stenometry
