#include <algorithm>
#include <cmath>

#include "kernels/ridge.h"

namespace stenometry::kernels::reference {
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

float frangi(Curvature c, const FrangiParameters& p) {
    if (!is_bright_line(c)) return 0.0f;
    const float blobness = c.along / c.across;
    const float norm2 = c.along * c.along + c.across * c.across;
    return std::exp(-blobness * blobness / (2.0f * p.beta * p.beta)) *
           (1.0f - std::exp(-norm2 / (2.0f * p.strength * p.strength)));
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
                const FrangiParameters& parameters, const BestRow& best) {
    for (std::size_t x = 0; x < n; ++x)
        keep_stronger(frangi(curvature(xx[x], xy[x], yy[x]), parameters), sigma, xx[x], xy[x], yy[x], x,
                      best);
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

void keep_stronger_row(const BestRow& candidate, float sigma, std::size_t n, const BestRow& best) {
    for (std::size_t x = 0; x < n; ++x) {
        if (!(candidate.response[x] > best.response[x])) continue;
        best.response[x] = candidate.response[x];
        best.scale[x] = sigma;
        best.cos2[x] = candidate.cos2[x];
        best.sin2[x] = candidate.sin2[x];
    }
}

void direction_row(const float* cos2, const float* sin2, std::size_t n, float* angle) {
    constexpr float quarter_turn = 1.57079632679f;
    for (std::size_t x = 0; x < n; ++x) {
        const float half = 0.5f * std::atan2(sin2[x], cos2[x]);
        angle[x] = half <= -quarter_turn ? quarter_turn : half;  // both are vertical
    }
}

}  // namespace stenometry::kernels::reference
