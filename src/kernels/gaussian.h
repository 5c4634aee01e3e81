#pragma once

#include <cstddef>
#include <vector>

/// Rows of Gaussian derivatives. A two-dimensional Hessian is one call down the columns and one along the
/// rows, so that an image passes through the cache once per scale.
namespace stenometry::kernels {

/// A sampled Gaussian and its first two derivatives, from the middle outwards. Derivatives are multiplied by
/// sigma to their order, so that responses of different scales can be compared. The taps are corrected to
/// exact moments: constants, ramps and parabolas come out without error.
struct GaussianTaps {
    double sigma = 1.0;
    std::vector<float> smooth;  ///< even; sums to 1 over both sides
    std::vector<float> first;   ///< odd; for (right - left), `first[0]` is 0
    std::vector<float> second;  ///< even; sums to 0 over both sides

    std::size_t radius() const { return smooth.size() - 1; }
};

/// \pre sigma > 0
GaussianTaps make_gaussian_taps(double sigma);

/// Gaussian and derivatives down the columns, for the row in the middle of `rows`.
/// \pre `rows` points to 2 radius + 1 rows of n values; no output overlaps an input.
void gaussian_columns(const float* const* rows, const GaussianTaps& taps, std::size_t n, float* smooth,
                      float* first, float* second);

/// Second derivatives of one row, from what `gaussian_columns` made of it.
/// \pre each input has `radius()` values before its first and after its n-th.
void hessian_row(const float* smooth, const float* first, const float* second, const GaussianTaps& taps,
                 std::size_t n, float* xx, float* xy, float* yy);

namespace reference {  // the definition; the fast versions are tested against it
void gaussian_columns(const float* const* rows, const GaussianTaps& taps, std::size_t n, float* smooth,
                      float* first, float* second);
void hessian_row(const float* smooth, const float* first, const float* second, const GaussianTaps& taps,
                 std::size_t n, float* xx, float* xy, float* yy);
}  // namespace reference

}  // namespace stenometry::kernels
