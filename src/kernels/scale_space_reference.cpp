#include <algorithm>

#include "kernels/scale_space.h"

namespace stenometry::kernels::reference {
namespace {

/// Taps over a sequence that `at(k)` gives, k from -radius to radius.
template <class At>
float even_sum(std::span<const float> taps, const At& at) {
    float sum = taps[0] * at(0);
    for (std::ptrdiff_t k = 1; k < std::ssize(taps); ++k) sum += taps[std::size_t(k)] * (at(k) + at(-k));
    return sum;
}

template <class At>
float odd_sum(std::span<const float> taps, const At& at) {
    float sum = 0.0f;
    for (std::ptrdiff_t k = 1; k < std::ssize(taps); ++k) sum += taps[std::size_t(k)] * (at(k) - at(-k));
    return sum;
}

}  // namespace

void smooth_columns(const float* const* rows, std::span<const float> taps, std::size_t n, float* out) {
    const float* const* middle = rows + taps.size() - 1;
    for (std::size_t x = 0; x < n; ++x)
        out[x] = even_sum(taps, [&](std::ptrdiff_t k) { return middle[k][x]; });
}

void difference_columns(const float* const* rows, std::span<const float> taps, std::size_t n, float* out) {
    const float* const* middle = rows + taps.size() - 1;
    for (std::size_t x = 0; x < n; ++x)
        out[x] = odd_sum(taps, [&](std::ptrdiff_t k) { return middle[k][x]; });
}

void smooth_row(const float* in, std::span<const float> taps, std::size_t n, float* out) {
    for (std::size_t x = 0; x < n; ++x)
        out[x] = even_sum(taps, [&](std::ptrdiff_t k) { return *(in + x + k); });
}

void second_derivatives_row(const float* const* rows, const float* down, const DerivativeTaps& taps,
                            std::size_t n, const SecondDerivatives& out) {
    smooth_row(rows[taps.radius()], taps.second, n, out.xx);
    smooth_columns(rows, taps.second, n, out.yy);
    for (std::size_t x = 0; x < n; ++x)
        out.xy[x] = odd_sum(taps.first, [&](std::ptrdiff_t k) { return *(down + x + k); });
}

void halve_row(const float* in, std::span<const float> taps, std::size_t n, float* out) {
    for (std::size_t i = 0; i < n; ++i)
        out[i] = even_sum(taps, [&](std::ptrdiff_t k) { return *(in + 2 * i + k); });
}

void double_row(const float* in, std::size_t n, float* out) {
    for (std::size_t i = 0; i < n; ++i) {
        const float* here = in + i;
        out[2 * i] = here[0];
        out[2 * i + 1] = middle_taps[0] * (here[0] + here[1]) + middle_taps[1] * (here[-1] + here[2]) +
                         middle_taps[2] * (here[-2] + here[3]);
    }
}

void middle_row(const float* const* rows, std::size_t n, float* out) {
    for (std::size_t x = 0; x < n; ++x)
        out[x] = middle_taps[0] * (rows[2][x] + rows[3][x]) + middle_taps[1] * (rows[1][x] + rows[4][x]) +
                 middle_taps[2] * (rows[0][x] + rows[5][x]);
}

}  // namespace stenometry::kernels::reference
