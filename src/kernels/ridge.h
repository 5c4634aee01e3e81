#pragma once

#include <array>
#include <cstddef>

#include "kernels/scale_space.h"

/// From second derivatives to the likeness of a bright line, row by row.
namespace stenometry::kernels {

/// The strongest response so far at each pixel of a row, and the scale and direction that gave it. Direction
/// is kept as (cos 2a, sin 2a) up to a positive factor, because an angle would wrap.
struct BestRow {
    float* response;
    float* scale;
    float* cos2;
    float* sin2;
    bool empty = false;  ///< whether nothing competed yet and what the rows hold does not count
};

/// Frangi's measure in the units in which it is quick to compute: `make_frangi` prepares it.
struct Frangi {
    /// Second derivatives xx and yy must come multiplied by this, and xy by twice this: the exponent of the
    /// strength is then the sum of their squares. Taps that carry the factor make it cost nothing.
    float unit = 1.0f;
    /// Likeness of a line, from the angle between the Hessian and an isotropic one: a polynomial in
    /// q = 2 m r / (m^2 + r^2), with m and r the mean and half the difference of the eigenvalues.
    std::array<float, 7> likeness{};
    int squarings = 0;  ///< that the polynomial's value needs
};

/// \param beta tolerance to blobs, > 0
/// \param strength c: Hessian norm at which a line is half believed, > 0
Frangi make_frangi(double beta, double strength);

struct JermanParameters {
    float tau;        ///< cut-off, 0.5..1
    float strongest;  ///< largest eigenvalue of this scale
};

/// Where the border of the valid region is too close for a scale.
struct BorderRow {
    const float* distance_px = nullptr;  ///< to the nearest invalid pixel; null where all are valid
    float reach_px = 0.0f;               ///< pixels closer than this do not answer
};

/// Six rows of second derivatives, between the third and fourth of which a row is interpolated.
struct SixRows {
    std::array<const float*, 6> xx, xy, yy;
};

/// Norm of the Hessian where the stronger eigenvalue says "bright line", else 0.
void ridge_norm_row(const float* xx, const float* xy, const float* yy, std::size_t n, float* norm);

/// Each of these updates `best` with one measure at one scale, where it is stronger than what is there.
void frangi_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
                const Frangi& frangi, const BorderRow& border, const BestRow& best);
/// `frangi_row` on the second derivatives that `second_derivatives_row` gives for the same arguments, and on
/// those half-way between six rows, which never leave the registers.
void frangi_of_smooth_rows(const float* const* rows, const float* down, const DerivativeTaps& taps,
                           std::size_t n, float sigma, const Frangi& frangi, const BorderRow& border,
                           const BestRow& best);
void frangi_of_middle_row(const SixRows& rows, std::size_t n, float sigma, const Frangi& frangi,
                          const BorderRow& border, const BestRow& best);
void sato_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
              const BestRow& best);
void jerman_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
                const JermanParameters& parameters, const BestRow& best);

/// One direction of an oriented bank: keeps the strongest response of all, and adds the direction to a mean
/// in which it weighs as much as its response. Negative responses count as none.
void add_direction_row(const float* response, float direction_cos2, float direction_sin2, std::size_t n,
                       float* strongest, float* cos2, float* sin2);

/// What the scales of a bank say together about a row: the squares of their responses, each as a multiple of
/// its clutter, the strongest of these multiples and the scale that gave it, and the direction.
struct ScaleSumRow {
    float* squares;
    float* strongest;
    float* sigma;
    float* cos2;
    float* sin2;
};

/// Adds one scale of a bank to what the others say.
/// \param response, cos2, sin2 as `add_direction_row` leaves them
/// \param clutter what is no vessel answers at this scale, > 0
void add_scale_row(const float* response, const float* cos2, const float* sin2, const float* clutter,
                   float sigma, std::size_t n, const ScaleSumRow& sum);

/// Angles in (-pi/2, pi/2] of directions given as (cos 2a, sin 2a) times a positive factor; 0 where both are
/// 0.
void direction_row(const float* cos2, const float* sin2, std::size_t n, float* angle);

namespace reference {  // the definition; the fast versions are tested against it
void ridge_norm_row(const float* xx, const float* xy, const float* yy, std::size_t n, float* norm);
void frangi_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
                const Frangi& frangi, const BorderRow& border, const BestRow& best);
void frangi_of_smooth_rows(const float* const* rows, const float* down, const DerivativeTaps& taps,
                           std::size_t n, float sigma, const Frangi& frangi, const BorderRow& border,
                           const BestRow& best);
void frangi_of_middle_row(const SixRows& rows, std::size_t n, float sigma, const Frangi& frangi,
                          const BorderRow& border, const BestRow& best);
void sato_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
              const BestRow& best);
void jerman_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
                const JermanParameters& parameters, const BestRow& best);
void add_direction_row(const float* response, float direction_cos2, float direction_sin2, std::size_t n,
                       float* strongest, float* cos2, float* sin2);
void add_scale_row(const float* response, const float* cos2, const float* sin2, const float* clutter,
                   float sigma, std::size_t n, const ScaleSumRow& sum);
void direction_row(const float* cos2, const float* sin2, std::size_t n, float* angle);
}  // namespace reference

}  // namespace stenometry::kernels
