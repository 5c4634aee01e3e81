#pragma once

#include <cstddef>
#include <span>

/// Rows of a Gaussian scale space: each scale is made from the one before it by few taps, and derivatives are
/// differences of neighbouring pixels. Taps are given from the middle outwards; `taps.size() - 1` is their
/// radius.
namespace stenometry::kernels {

/// Taps of the first two derivatives of a smoothed image.
struct DerivativeTaps {
    std::span<const float> first;   ///< odd, for (right - left); `first[0]` is 0
    std::span<const float> second;  ///< even, of the same length

    std::size_t radius() const { return second.size() - 1; }
};

/// Second derivatives of a row, times sigma squared.
struct SecondDerivatives {
    float* xx;
    float* xy;
    float* yy;
};

/// Even taps down the columns, for the row in the middle of `rows`.
/// \pre `rows` points to 2 radius + 1 rows of n values; `out` does not overlap them.
void smooth_columns(const float* const* rows, std::span<const float> taps, std::size_t n, float* out);

/// Odd taps down the columns.
void difference_columns(const float* const* rows, std::span<const float> taps, std::size_t n, float* out);

/// Even taps along a row. \pre `in` has radius values before its first and after its n-th.
void smooth_row(const float* in, std::span<const float> taps, std::size_t n, float* out);

/// Second derivatives of the row in the middle of `rows`. `down` is what `difference_columns` made of them.
/// \pre `rows` points to 2 radius + 1 rows; the middle one and `down` have radius values before their first
/// and after their n-th.
void second_derivatives_row(const float* const* rows, const float* down, const DerivativeTaps& taps,
                            std::size_t n, const SecondDerivatives& out);

/// Every other value of a row that even taps have smoothed: `out[i]` lies at `in[2 i]`.
/// \pre `in` has radius values before its first and after its (2 n - 1)-th.
void halve_row(const float* in, std::span<const float> taps, std::size_t n, float* out);

/// A row with a value between every two: `out[2 i]` is `in[i]`, `out[2 i + 1]` is interpolated from the three
/// values on either side by the polynomial of fifth degree. Writes 2 n values.
/// \pre `in` has two values before its first and three after its n-th.
void double_row(const float* in, std::size_t n, float* out);

/// The row half-way between the third and the fourth of six, interpolated like `double_row`.
void middle_row(const float* const* rows, std::size_t n, float* out);

/// Taps of both, for the sums of the two values at 1/2, 3/2 and 5/2: Lagrange interpolation.
inline constexpr float middle_taps[3] = {150.0f / 256.0f, -25.0f / 256.0f, 3.0f / 256.0f};

namespace reference {  // the definition; the fast versions are tested against it
void smooth_columns(const float* const* rows, std::span<const float> taps, std::size_t n, float* out);
void difference_columns(const float* const* rows, std::span<const float> taps, std::size_t n, float* out);
void smooth_row(const float* in, std::span<const float> taps, std::size_t n, float* out);
void second_derivatives_row(const float* const* rows, const float* down, const DerivativeTaps& taps,
                            std::size_t n, const SecondDerivatives& out);
void halve_row(const float* in, std::span<const float> taps, std::size_t n, float* out);
void double_row(const float* in, std::size_t n, float* out);
void middle_row(const float* const* rows, std::size_t n, float* out);
}  // namespace reference

}  // namespace stenometry::kernels
