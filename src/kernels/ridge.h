#pragma once

#include <cstddef>

/// From second derivatives to the likeness of a bright line, row by row.
namespace stenometry::kernels {

/// The strongest response so far at each pixel of a row, and the scale and direction that gave it. Direction
/// is kept as (cos 2a, sin 2a) up to a positive factor, because an angle would wrap.
struct BestRow {
    float* response;
    float* scale;
    float* cos2;
    float* sin2;
};

struct FrangiParameters {
    float beta;      ///< tolerance to blobs
    float strength;  ///< c: Hessian norm at which a line is half believed
};

struct JermanParameters {
    float tau;        ///< cut-off, 0.5..1
    float strongest;  ///< largest eigenvalue of this scale
};

/// Norm of the Hessian where the stronger eigenvalue says "bright line", else 0.
void ridge_norm_row(const float* xx, const float* xy, const float* yy, std::size_t n, float* norm);

/// Each of these updates `best` with one measure at one scale, where it is stronger than what is there.
void frangi_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
                const FrangiParameters& parameters, const BestRow& best);
void sato_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
              const BestRow& best);
void jerman_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
                const JermanParameters& parameters, const BestRow& best);

/// One direction of an oriented bank: keeps the strongest response of all, and adds the direction to a mean
/// in which it weighs as much as its response. Negative responses count as none.
void add_direction_row(const float* response, float direction_cos2, float direction_sin2, std::size_t n,
                       float* strongest, float* cos2, float* sin2);

/// Updates `best` with `candidate`, all of which is at one scale, where it is stronger. `candidate.scale` is
/// not read.
void keep_stronger_row(const BestRow& candidate, float sigma, std::size_t n, const BestRow& best);

/// Angles in (-pi/2, pi/2] of directions given as (cos 2a, sin 2a) times a positive factor; 0 where both are
/// 0.
void direction_row(const float* cos2, const float* sin2, std::size_t n, float* angle);

namespace reference {  // the definition; the fast versions are tested against it
void ridge_norm_row(const float* xx, const float* xy, const float* yy, std::size_t n, float* norm);
void frangi_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
                const FrangiParameters& parameters, const BestRow& best);
void sato_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
              const BestRow& best);
void jerman_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
                const JermanParameters& parameters, const BestRow& best);
void add_direction_row(const float* response, float direction_cos2, float direction_sin2, std::size_t n,
                       float* strongest, float* cos2, float* sin2);
void keep_stronger_row(const BestRow& candidate, float sigma, std::size_t n, const BestRow& best);
void direction_row(const float* cos2, const float* sin2, std::size_t n, float* angle);
}  // namespace reference

}  // namespace stenometry::kernels
