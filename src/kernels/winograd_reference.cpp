#include <algorithm>
#include <array>
#include <cstddef>

#include "kernels/winograd.h"

namespace stenometry::kernels {
namespace {

using Four = std::array<float, 4>;

/// Three weights of a filter's row or column as the four that minimal filtering has. Lavin and Gray,
/// equation 9.
Four transformed(float a, float b, float c) { return {a, 0.5F * (a + b + c), 0.5F * (a - b + c), c}; }

/// The 16 weights of a filter of 3 x 3.
std::array<Four, 4> patch_filter(const float* g) {
    std::array<Four, 3> rows{};
    for (std::size_t v = 0; v < 3; ++v) rows[v] = transformed(g[3 * v], g[3 * v + 1], g[3 * v + 2]);
    std::array<Four, 4> filter{};
    for (std::size_t j = 0; j < 4; ++j) {
        const Four column = transformed(rows[0][j], rows[1][j], rows[2][j]);
        for (std::size_t i = 0; i < 4; ++i) filter[i][j] = column[i];
    }
    return filter;
}

/// Four pixels of a row or a column of a patch, and what of four sums two pixels are. Equation 9.
Four combined(float a, float b, float c, float d) { return {a - c, b + c, c - b, b - d}; }
std::array<float, 2> pixels_of(float a, float b, float c, float d) { return {a + b + c, b - c - d}; }

}  // namespace

std::vector<FilterBank> make_patch_filters(std::span<const float> weights, std::size_t outputs) {
    constexpr std::size_t places = 9;
    const std::size_t filters = weights.size() / places;
    std::vector<std::vector<float>> of_number(patch_numbers, std::vector<float>(filters));
    for (std::size_t f = 0; f < filters; ++f) {
        const std::array<Four, 4> filter = patch_filter(weights.data() + f * places);
        for (std::size_t k = 0; k < patch_numbers; ++k) of_number[k][f] = filter[k / 4][k % 4];
    }
    std::vector<FilterBank> banks;
    const std::vector<float> no_bias(outputs, 0.0F);
    for (const std::vector<float>& number : of_number)
        banks.push_back(make_filter_bank(number, no_bias, false));
    return banks;
}

void reference::patch_numbers_row(const float* const* rows, std::size_t n, float* out, std::size_t stride) {
    for (std::size_t x = 0; x < n; ++x) {
        std::array<Four, 4> columns{};
        for (std::size_t j = 0; j < 4; ++j) {
            const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(2 * x + j) - 1;
            columns[j] = combined(rows[0][at], rows[1][at], rows[2][at], rows[3][at]);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            const Four numbers = combined(columns[0][i], columns[1][i], columns[2][i], columns[3][i]);
            for (std::size_t j = 0; j < 4; ++j) out[(4 * i + j) * stride + x] = numbers[j];
        }
    }
}

void reference::patch_pixels_row(const float* sums, std::size_t stride, float bias, bool rectified,
                                 std::size_t n, float* upper, float* lower) {
    for (std::size_t x = 0; x < n; ++x) {
        std::array<std::array<float, 2>, 4> columns{};
        for (std::size_t j = 0; j < 4; ++j) {
            const float* column = sums + j * stride + x;
            columns[j] = pixels_of(column[0], column[4 * stride], column[8 * stride], column[12 * stride]);
        }
        for (std::size_t i = 0; i < 2; ++i) {
            const auto pixels = pixels_of(columns[0][i], columns[1][i], columns[2][i], columns[3][i]);
            float* out = (i == 0 ? upper : lower) + 2 * x;
            for (std::size_t k = 0; k < 2; ++k)
                out[k] = rectified ? std::max(0.0F, pixels[k] + bias) : pixels[k] + bias;
        }
    }
}

}  // namespace stenometry::kernels
