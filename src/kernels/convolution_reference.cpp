#include <algorithm>

#include "kernels/convolution.h"

namespace stenometry::kernels::reference {

void convolve_row(const float* const* taps, const FilterBank& bank, std::size_t n, float* out,
                  std::size_t stride) {
    constexpr std::size_t block = FilterBank::block;
    for (std::size_t k = 0; k < bank.outputs; ++k) {
        const std::size_t first = k / block * block;
        const std::size_t width = FilterBank::width(std::min(block, bank.outputs - first));
        const float* weights = bank.weights.data() + first * bank.taps + k % block;
        for (std::size_t x = 0; x < n; ++x) {
            float sum = bank.bias[k];
            for (std::size_t t = 0; t < bank.taps; ++t) sum += weights[t * width] * taps[t][x];
            out[k * stride + x] = bank.rectified ? std::max(sum, 0.0F) : sum;
        }
    }
}

void split_row(const float* in, std::size_t n, float* even, float* odd) {
    for (std::size_t x = 0; x < n; ++x) {
        even[x] = in[2 * x];
        odd[x] = in[2 * x + 1];
    }
}

void enlarge_row(const float* near, const float* far, std::size_t n, float* out) {
    const auto at = [&](std::size_t x) { return 0.75F * near[x] + 0.25F * far[x]; };
    for (std::size_t x = 0; x < n; ++x) {
        out[2 * x] = 0.75F * at(x) + 0.25F * at(x == 0 ? 0 : x - 1);
        out[2 * x + 1] = 0.75F * at(x) + 0.25F * at(std::min(x + 1, n - 1));
    }
}

}  // namespace stenometry::kernels::reference
