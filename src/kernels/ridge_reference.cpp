#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <tuple>
#include <vector>

#include "kernels/ridge.h"

namespace stenometry::kernels {

Frangi make_frangi(double beta, double strength) {
    assert(beta > 0.0 && strength > 0.0);
    Frangi frangi;
    // Both norms are twice what they are in the paper, and powers are those of two.
    frangi.unit = static_cast<float>(std::sqrt(std::numbers::log2e) / (2.0 * strength));
    double exponent = 1.0 / (2.0 * beta * beta);
    for (; exponent > 2.0; exponent /= 2.0) ++frangi.squarings;
    // Blobness squared is (1 - p) / (1 + p) with p = 2 m r / (m^2 + r^2) in 0..1. Interpolated at Chebyshev's
    // points, and in q = -p / 2 because twice the mean is negative on a bright line.
    constexpr auto terms = static_cast<int>(std::tuple_size_v<decltype(frangi.likeness)>);
    Eigen::Matrix<double, terms, terms> powers;
    Eigen::Matrix<double, terms, 1> value;
    for (int i = 0; i < terms; ++i) {
        const double p = 0.5 - 0.5 * std::cos(std::numbers::pi * (i + 0.5) / terms);
        value(i) = std::exp(-exponent * (1.0 - p) / (1.0 + p));
        for (int k = 0; k < terms; ++k) powers(i, k) = std::pow(-0.5 * p, k);
    }
    const Eigen::Matrix<double, terms, 1> likeness = powers.fullPivLu().solve(value);
    for (int k = 0; k < terms; ++k)
        frangi.likeness[static_cast<std::size_t>(k)] = static_cast<float>(likeness(k));
    return frangi;
}

namespace reference {
namespace {

/// Curvatures of the grey-level surface, positive where it is bent like a bright line.
struct Curvature {
    float across;  ///< the stronger one, if the place is a bright line
    float along;
};

Curvature curvature(float xx, float xy, float yy) {
    const float mean = -0.5f * (xx + yy);
    const float half_difference = std::hypot(0.5f * (xx - yy), xy);
    return {mean + half_difference, mean - half_difference};
}

/// A bright line bends down across more than it bends up along.
bool is_bright_line(Curvature c) { return c.across + c.along > 0.0f; }

void keep_stronger(float response, float sigma, float xx, float xy, float yy, std::size_t x,
                   const BestRow& best) {
    if (!(response > best.response[x])) return;
    best.response[x] = response;
    best.scale[x] = sigma;
    best.cos2[x] = xx - yy;
    best.sin2[x] = 2.0f * xy;
}

/// Frangi et al., eq. 15, on derivatives in the unit of `frangi`, xy twice.
float response_of(const Frangi& frangi, float xx, float xy, float yy) {
    const float mean = xx + yy, radius2 = (xx - yy) * (xx - yy) + xy * xy, norm2 = mean * mean + radius2;
    if (!(mean < 0.0f)) return 0.0f;
    const float q = mean * std::sqrt(radius2) / norm2;
    float likeness = 0.0f;
    for (std::size_t i = frangi.likeness.size(); i-- > 0;) likeness = likeness * q + frangi.likeness[i];
    for (int i = 0; i < frangi.squarings; ++i) likeness *= likeness;
    return likeness * (1.0f - std::exp2(-norm2));
}

float sato(Curvature c) {
    if (!(c.across > 0.0f)) return 0.0f;
    // Sato et al., eq. 5: bending along the line weighs more where it is that of a blob (0.5) than of a gap
    // (2).
    const float alpha = c.along > 0.0f ? 0.5f : 2.0f;
    const float ratio = c.along / (alpha * c.across);
    return c.across * std::exp(-0.5f * ratio * ratio);
}

float jerman(Curvature c, const JermanParameters& p) {
    if (!is_bright_line(c)) return 0.0f;
    const float regular = std::max(c.across, p.tau * p.strongest);
    if (c.across >= 0.5f * regular) return 1.0f;
    const float sum = c.across + regular;
    return 27.0f * c.across * c.across * (regular - c.across) / (sum * sum * sum);
}

}  // namespace

void ridge_norm_row(const float* xx, const float* xy, const float* yy, std::size_t n, float* norm) {
    for (std::size_t x = 0; x < n; ++x) {
        const Curvature c = curvature(xx[x], xy[x], yy[x]);
        norm[x] = is_bright_line(c) ? std::hypot(c.across, c.along) : 0.0f;
    }
}

void frangi_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
                const Frangi& frangi, const BorderRow& border, const BestRow& best) {
    if (best.empty)
        for (float* row : {best.response, best.scale, best.cos2, best.sin2}) std::fill_n(row, n, 0.0f);
    for (std::size_t x = 0; x < n; ++x)
        if (!border.distance_px || border.distance_px[x] >= border.reach_px)
            keep_stronger(response_of(frangi, xx[x], xy[x], yy[x]), sigma, xx[x], 0.5f * xy[x], yy[x], x,
                          best);
}

void frangi_of_smooth_rows(const float* const* rows, const float* down, const DerivativeTaps& taps,
                           std::size_t n, float sigma, const Frangi& frangi, const BorderRow& border,
                           const BestRow& best) {
    std::vector<float> xx(n), xy(n), yy(n);
    reference::second_derivatives_row(rows, down, taps, n, {xx.data(), xy.data(), yy.data()});
    reference::frangi_row(xx.data(), xy.data(), yy.data(), n, sigma, frangi, border, best);
}

void frangi_of_middle_row(const SixRows& rows, std::size_t n, float sigma, const Frangi& frangi,
                          const BorderRow& border, const BestRow& best) {
    std::vector<float> xx(n), xy(n), yy(n);
    reference::middle_row(rows.xx.data(), n, xx.data());
    reference::middle_row(rows.xy.data(), n, xy.data());
    reference::middle_row(rows.yy.data(), n, yy.data());
    reference::frangi_row(xx.data(), xy.data(), yy.data(), n, sigma, frangi, border, best);
}

void sato_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
              const BestRow& best) {
    for (std::size_t x = 0; x < n; ++x)
        keep_stronger(sato(curvature(xx[x], xy[x], yy[x])), sigma, xx[x], xy[x], yy[x], x, best);
}

void jerman_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
                const JermanParameters& parameters, const BestRow& best) {
    for (std::size_t x = 0; x < n; ++x)
        keep_stronger(jerman(curvature(xx[x], xy[x], yy[x]), parameters), sigma, xx[x], xy[x], yy[x], x,
                      best);
}

void add_direction_row(const float* response, float direction_cos2, float direction_sin2, std::size_t n,
                       float* strongest, float* cos2, float* sin2) {
    for (std::size_t x = 0; x < n; ++x) {
        const float weight = std::max(0.0f, response[x]);
        strongest[x] = std::max(strongest[x], weight);
        cos2[x] += weight * direction_cos2;
        sin2[x] += weight * direction_sin2;
    }
}

void add_scale_row(const float* response, const float* cos2, const float* sin2, const float* clutter,
                   float sigma, std::size_t n, const ScaleSumRow& sum) {
    for (std::size_t x = 0; x < n; ++x) {
        if (!(response[x] > 0.0f)) continue;
        const float multiple = response[x] / clutter[x];
        sum.squares[x] += multiple * multiple;
        sum.cos2[x] += multiple / clutter[x] * cos2[x];
        sum.sin2[x] += multiple / clutter[x] * sin2[x];
        if (!(multiple > sum.strongest[x])) continue;
        sum.strongest[x] = multiple;
        sum.sigma[x] = sigma;
    }
}

void direction_row(const float* cos2, const float* sin2, std::size_t n, float* angle) {
    constexpr float quarter_turn = 1.57079632679f;
    for (std::size_t x = 0; x < n; ++x) {
        const float half = 0.5f * std::atan2(sin2[x], cos2[x]);
        angle[x] = half <= -quarter_turn ? quarter_turn : half;  // both are vertical
    }
}

}  // namespace reference
}  // namespace stenometry::kernels
