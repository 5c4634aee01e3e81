#include <cassert>
#include <cmath>
#include <numeric>

#include "kernels/gaussian.h"

namespace stenometry::kernels {
namespace {

double sum_both_sides(const std::vector<double>& taps) {
    return 2.0 * std::accumulate(taps.begin(), taps.end(), 0.0) - taps[0];
}

std::vector<float> scaled(const std::vector<double>& taps, double factor) {
    std::vector<float> out;
    for (const double tap : taps) out.push_back(static_cast<float>(factor * tap));
    return out;
}

}  // namespace

GaussianTaps make_gaussian_taps(double sigma) {
    assert(sigma > 0.0);
    const auto radius = static_cast<std::size_t>(std::ceil(4.0 * sigma));
    std::vector<double> smooth, first, second;
    for (std::size_t k = 0; k <= radius; ++k) {
        const double t = static_cast<double>(k) / sigma;
        const double g = std::exp(-0.5 * t * t);
        smooth.push_back(g);
        first.push_back(t * g);
        second.push_back((t * t - 1.0) * g);
    }
    const double total = sum_both_sides(smooth);
    // A multiple of the Gaussian takes away what is left of the sum, so that a constant answers nothing.
    const double offset = sum_both_sides(second) / total;
    for (std::size_t k = 0; k <= radius; ++k) second[k] -= offset * smooth[k];
    return {sigma, scaled(smooth, 1.0 / total), scaled(first, 1.0 / total), scaled(second, 1.0 / total)};
}

namespace reference {

void gaussian_columns(const float* const* rows, const GaussianTaps& taps, std::size_t n, float* smooth,
                      float* first, float* second) {
    const float* const* middle = rows + taps.radius();
    for (std::size_t x = 0; x < n; ++x) {
        smooth[x] = taps.smooth[0] * middle[0][x];
        first[x] = 0.0f;
        second[x] = taps.second[0] * middle[0][x];
        for (std::ptrdiff_t k = 1; k <= static_cast<std::ptrdiff_t>(taps.radius()); ++k) {
            const auto i = static_cast<std::size_t>(k);
            smooth[x] += taps.smooth[i] * (middle[k][x] + middle[-k][x]);
            first[x] += taps.first[i] * (middle[k][x] - middle[-k][x]);
            second[x] += taps.second[i] * (middle[k][x] + middle[-k][x]);
        }
    }
}

void hessian_row(const float* smooth, const float* first, const float* second, const GaussianTaps& taps,
                 std::size_t n, float* xx, float* xy, float* yy) {
    for (std::size_t x = 0; x < n; ++x) {
        xx[x] = taps.second[0] * smooth[x];
        xy[x] = 0.0f;
        yy[x] = taps.smooth[0] * second[x];
        for (std::size_t k = 1; k <= taps.radius(); ++k) {
            xx[x] += taps.second[k] * (*(smooth + x + k) + *(smooth + x - k));
            xy[x] += taps.first[k] * (*(first + x + k) - *(first + x - k));
            yy[x] += taps.smooth[k] * (*(second + x + k) + *(second + x - k));
        }
    }
}

}  // namespace reference
}  // namespace stenometry::kernels
