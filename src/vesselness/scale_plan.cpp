#include "vesselness/scale_plan.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace stenometry::vesselness {
namespace {

using Eigen::ArrayXd;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// Below this sigma, in pixels of its grid, a scale cannot be interpolated from every other pixel: the
// interpolation is off by 1 % at the frequency where the second derivative of such a Gaussian is greatest.
constexpr double coarse_sigma = 1.25;
// The Gaussian before every other pixel is left out: at the frequencies that fold back into the picture it
// lets through a hundredth, and the scales of the coarser level damp that again.
constexpr double halving_sigma = 1.2;
// Largest error of a response at any frequency, as a share of its greatest value.
constexpr double smooth_tolerance = 2e-3;
constexpr double derivative_tolerance = 1e-2;
constexpr int longest_derivative = 4;

/// Frequencies at which responses are compared, radians per pixel.
ArrayXd frequencies() { return ArrayXd::LinSpaced(256, 1e-3, std::numbers::pi); }

/// Response of a Gaussian and its derivatives, sampled at every pixel, in a grid of any fineness.
struct GaussianResponse {
    ArrayXd smooth, first, second;

    explicit GaussianResponse(double sigma) {
        const ArrayXd w = frequencies();
        const int radius = static_cast<int>(std::ceil(6.0 * sigma)) + 1;
        smooth = first = second = ArrayXd::Zero(w.size());
        double sum = 0.0;
        for (int x = -radius; x <= radius; ++x) sum += std::exp(-0.5 * x * x / (sigma * sigma));
        for (int x = -radius; x <= radius; ++x) {
            const double t = x / sigma, g = std::exp(-0.5 * t * t) / sum;
            smooth += g * (x * w).cos();
            first += t * g * (x * w).sin();
            second += (t * t - 1.0) * g * (x * w).cos();
        }
    }
};

/// The `x` that brings `basis * x` closest to `aim` under `exactly * x = value`.
VectorXd constrained_least_squares(const MatrixXd& basis, const VectorXd& aim, const MatrixXd& exactly,
                                   const VectorXd& value) {
    const auto n = basis.cols(), m = exactly.rows();
    MatrixXd system = MatrixXd::Zero(n + m, n + m);
    system.topLeftCorner(n, n) = basis.transpose() * basis;
    system.topRightCorner(n, m) = exactly.transpose();
    system.bottomLeftCorner(m, n) = exactly;
    VectorXd right(n + m);
    right << basis.transpose() * aim, value;
    return system.fullPivLu().solve(right).head(n);
}

/// Columns cos(k w), twice that for k > 0: what even taps answer.
MatrixXd even_basis(const ArrayXd& w, int radius) {
    MatrixXd basis(w.size(), radius + 1);
    for (int k = 0; k <= radius; ++k) basis.col(k) = (k == 0 ? 1.0 : 2.0) * (k * w).cos();
    return basis;
}

struct Taps {
    VectorXd taps;
    ArrayXd response;
};

/// Even taps that turn `before` into `aim`. They keep a constant and add `variance`.
Taps smoothing_taps(const ArrayXd& before, const ArrayXd& aim, double sigma, double variance, int radius) {
    const ArrayXd w = frequencies();
    const MatrixXd basis = even_basis(w, radius);
    // Errors count as much as the second derivatives will see them.
    const ArrayXd weight = (1.0 + (sigma * w).pow(4)).sqrt();
    MatrixXd exactly(radius > 0 ? 2 : 1, radius + 1);
    for (int k = 0; k <= radius; ++k) exactly(0, k) = k == 0 ? 1.0 : 2.0;
    if (radius > 0)
        for (int k = 0; k <= radius; ++k) exactly(1, k) = 2.0 * k * k;
    VectorXd value(exactly.rows());
    value << 1.0, VectorXd::Constant(exactly.rows() - 1, variance);
    const VectorXd taps = constrained_least_squares((basis.array().colwise() * (before * weight)).matrix(),
                                                    (aim * weight).matrix(), exactly, value);
    return {taps, (basis * taps).array()};
}

std::vector<float> in_single_precision(const VectorXd& taps) {
    std::vector<float> single;
    for (const double tap : taps) single.push_back(static_cast<float>(tap));
    return single;
}

/// The shortest smoothing that is true enough.
Taps shortest_smoothing(const ArrayXd& before, const ArrayXd& aim, double sigma, double variance) {
    const int longest = std::max(1, static_cast<int>(std::ceil(5.0 * std::sqrt(std::max(variance, 0.0)))));
    for (int radius = variance > 1e-9 ? 1 : 0;; ++radius) {
        Taps taps = smoothing_taps(before, aim, sigma, variance, radius);
        if (radius >= longest || (taps.response * before - aim).abs().maxCoeff() < smooth_tolerance)
            return taps;
    }
}

/// Even taps that turn `smooth` into a second derivative; exact for parabolas.
Taps second_taps(const ArrayXd& smooth, const ArrayXd& aim, double sigma, int radius) {
    const ArrayXd w = frequencies();
    MatrixXd basis = even_basis(w, radius).rightCols(radius).array() - 2.0, moment(1, radius);
    for (int k = 1; k <= radius; ++k) moment(0, k - 1) = k * k;
    const VectorXd sides =
        constrained_least_squares((basis.array().colwise() * smooth).matrix(), aim.matrix(), moment,
                                  VectorXd::Constant(1, sigma * sigma));
    VectorXd taps(radius + 1);
    taps << -2.0 * sides.sum(), sides;
    return {taps, (basis * sides).array()};
}

/// Odd taps that turn `smooth` into a first derivative; exact for ramps.
Taps first_taps(const ArrayXd& smooth, const ArrayXd& aim, double sigma, int radius) {
    const ArrayXd w = frequencies();
    MatrixXd basis(w.size(), radius), moment(1, radius);
    for (int k = 1; k <= radius; ++k) basis.col(k - 1) = 2.0 * (k * w).sin();
    for (int k = 1; k <= radius; ++k) moment(0, k - 1) = 2.0 * k;
    const VectorXd sides = constrained_least_squares((basis.array().colwise() * smooth).matrix(),
                                                     aim.matrix(), moment, VectorXd::Constant(1, sigma));
    VectorXd taps(radius + 1);
    taps << 0.0, sides;
    return {taps, (basis * sides).array()};
}

/// The shortest differences that are true enough.
void set_derivatives(ScaleStep& step, const ArrayXd& smooth, const GaussianResponse& aim, double sigma) {
    const auto error = [](const ArrayXd& got, const ArrayXd& wanted) {
        return (got - wanted).abs().maxCoeff() / wanted.abs().maxCoeff();
    };
    for (int radius = 2;; ++radius) {
        const Taps first = first_taps(smooth, aim.first, sigma, radius);
        const Taps second = second_taps(smooth, aim.second, sigma, radius);
        step.first = in_single_precision(first.taps);
        step.second = in_single_precision(second.taps);
        if (radius == longest_derivative ||
            std::max(error(first.response * smooth, aim.first), error(second.response * smooth, aim.second)) <
                derivative_tolerance)
            return;
    }
}

/// The scales of one level, each from the one before it.
/// \param blur sigma of the level's image in its own pixels, 0 for the image itself
void plan_steps(ScaleLevel& level, double blur, double spacing) {
    ArrayXd before = ArrayXd::Ones(frequencies().size());
    // What the level's image was smoothed with stays below its Nyquist frequency: a continuous Gaussian.
    if (blur > 0.0) before = (-0.5 * (blur * frequencies()).square()).exp();
    double variance = blur * blur;
    for (ScaleStep& step : level.steps) {
        const double sigma = step.sigma_px / spacing;
        const GaussianResponse aim(sigma);
        const Taps taps = shortest_smoothing(before, aim.smooth, sigma, sigma * sigma - variance);
        step.smooth = in_single_precision(taps.taps);
        before *= taps.response;
        variance = sigma * sigma;
        set_derivatives(step, before, aim, sigma);
    }
}

}  // namespace

std::vector<ScaleLevel> plan_scales(const std::vector<double>& sigmas_px) {
    std::vector<std::size_t> order(sigmas_px.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return sigmas_px[a] < sigmas_px[b]; });
    std::vector<ScaleLevel> levels(1);
    double spacing = 1.0;
    for (const std::size_t i : order) {
        for (; sigmas_px[i] >= 2.0 * coarse_sigma * spacing; spacing *= 2.0) levels.emplace_back();
        levels.back().steps.push_back({.index = i, .sigma_px = sigmas_px[i]});
    }
    // Halving adds its blur to that of the level before it, each in its own pixels.
    const ArrayXd all = ArrayXd::Ones(frequencies().size());
    const Taps halving = shortest_smoothing(all, GaussianResponse(halving_sigma).smooth, halving_sigma,
                                            halving_sigma * halving_sigma);
    double blur = 0.0;
    spacing = 1.0;
    for (std::size_t l = 0; l < levels.size(); ++l) {
        if (l > 0) {
            levels[l].halve = in_single_precision(halving.taps);
            blur = std::hypot(blur, halving_sigma) / 2.0;
            spacing *= 2.0;
        }
        plan_steps(levels[l], blur, spacing);
    }
    return levels;
}

}  // namespace stenometry::vesselness
