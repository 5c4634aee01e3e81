#include "kernels/convolution.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/convolution.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for every kind of CPU
#include <hwy/highway.h>

#include <type_traits>
#include <utility>

#include "kernels/row-inl.h"

HWY_BEFORE_NAMESPACE();
namespace stenometry::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_HAVE_SCALABLE

// Vectors of a length that is not known cannot stand in arrays.
void convolve_row(const float* const* taps, const FilterBank& bank, std::size_t n, float* out,
                  std::size_t stride) {
    reference::convolve_row(taps, bank, n, out, stride);
}

#else

using D = hn::CappedTag<float, read_beyond>;
using V = hn::Vec<D>;

// Sums of six outputs in two vectors each, the two vectors and one weight are 15 of 16 registers; AVX-512 has
// 32 of them. Fewer sums than eight would wait for each other.
constexpr std::size_t most_vectors = HWY_TARGET <= HWY_AVX3 ? 4 : 2;

/// Calls `work` with 0, 1, ... as numbers that the compiler knows, so that arrays indexed by them are
/// registers.
template <std::size_t count, class Work>
HWY_INLINE HWY_ATTR void unrolled(const Work& work) {
    [&]<std::size_t... i>(std::index_sequence<i...>) HWY_ATTR {
        (work(std::integral_constant<std::size_t, i>{}), ...);
    }
    (std::make_index_sequence<count>{});
}

/// Rows of one block of outputs.
struct BlockRows {
    const float* weights;
    const float* bias;
    std::size_t outputs;  ///< that count; the rest fill the block
    bool rectified;
    float* out;
    std::size_t stride;
};

HWY_INLINE HWY_ATTR void store(V values, float* out, std::size_t left) {
    const D d;
    if (left >= hn::Lanes(d)) return hn::StoreU(values, d, out);
    hn::BlendedStore(values, hn::FirstN(d, left), d, out);
}

/// \param left pixels from x to the end of the row
template <std::size_t outputs, std::size_t vectors>
HWY_INLINE HWY_ATTR void convolve_tile(const float* const* taps, std::size_t count, const BlockRows& block,
                                       std::size_t x, std::size_t left) {
    const D d;
    const std::size_t lanes = hn::Lanes(d);
    V sum[outputs][vectors];
    unrolled<outputs>([&](auto k) HWY_ATTR {
        unrolled<vectors>([&](auto v) HWY_ATTR { sum[k][v] = hn::Set(d, block.bias[k]); });
    });
    const float* weight = block.weights;
    for (std::size_t t = 0; t < count; ++t, weight += outputs) {
        V in[vectors];
        unrolled<vectors>([&](auto v) HWY_ATTR { in[v] = hn::LoadU(d, taps[t] + x + v * lanes); });
        unrolled<outputs>([&](auto k) HWY_ATTR {
            const V w = hn::Set(d, weight[k]);
            unrolled<vectors>([&](auto v) HWY_ATTR { sum[k][v] = hn::MulAdd(w, in[v], sum[k][v]); });
        });
    }
    const V least = hn::Set(d, block.rectified ? 0.0F : -hwy::HighestValue<float>());
    unrolled<outputs>([&](auto k) HWY_ATTR {
        if (k >= block.outputs) return;
        float* out = block.out + k * block.stride + x;
        unrolled<vectors>([&](auto v) HWY_ATTR {
            if (v * lanes < left) store(hn::Max(sum[k][v], least), out + v * lanes, left - v * lanes);
        });
    });
}

/// The pixels from `begin` to `end` of one block of outputs.
template <std::size_t outputs>
HWY_INLINE HWY_ATTR void convolve_block(const float* const* taps, std::size_t count, const BlockRows& block,
                                        std::size_t begin, std::size_t end) {
    const std::size_t lanes = hn::Lanes(D());
    std::size_t x = begin;
    for (; x < end && end - x > (most_vectors - 1) * lanes; x += most_vectors * lanes)
        convolve_tile<outputs, most_vectors>(taps, count, block, x, end - x);
    for (; x < end; x += lanes) convolve_tile<outputs, 1>(taps, count, block, x, end - x);
}

/// What of a row is worked on at a time: as much as stays in the cache of first level for all outputs.
std::size_t chunk_of(std::size_t taps) {
    constexpr std::size_t values = 9216;
    const std::size_t tile = most_vectors * hn::Lanes(D());
    return std::max<std::size_t>(1, values / (taps * tile)) * tile;
}

void convolve_row(const float* const* taps, const FilterBank& bank, std::size_t n, float* out,
                  std::size_t stride) {
    const std::size_t chunk = chunk_of(bank.taps);
    for (std::size_t begin = 0; begin < n; begin += chunk) {
        const std::size_t end = std::min(n, begin + chunk);
        const float* weights = bank.weights.data();
        for (std::size_t first = 0; first < bank.outputs; first += FilterBank::block) {
            const std::size_t outputs = std::min(FilterBank::block, bank.outputs - first);
            const BlockRows block{weights,        bank.bias.data() + first, outputs,
                                  bank.rectified, out + first * stride,     stride};
            const std::size_t width = FilterBank::width(outputs);
            if (width == 6) convolve_block<6>(taps, bank.taps, block, begin, end);
            if (width == 4) convolve_block<4>(taps, bank.taps, block, begin, end);
            if (width == 2) convolve_block<2>(taps, bank.taps, block, begin, end);
            weights += bank.taps * width;
        }
    }
}

#endif

void split_row(const float* in, std::size_t n, float* even, float* odd) {
    const hn::ScalableTag<float> d;
    if (n < hn::Lanes(d)) return reference::split_row(in, n, even, odd);
    for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
        hn::Vec<decltype(d)> a, b;
        hn::LoadInterleaved2(d, in + 2 * x, a, b);
        hn::StoreU(a, d, even + x);
        hn::StoreU(b, d, odd + x);
    });
}

void enlarge_row(const float* near, const float* far, std::size_t n, float* out) {
    const hn::ScalableTag<float> d;
    if (n < hn::Lanes(d)) return reference::enlarge_row(near, far, n, out);
    const auto most = hn::Set(d, 0.75F), rest = hn::Set(d, 0.25F);
    const auto mix = [&](auto a, auto b) HWY_ATTR { return hn::MulAdd(most, a, hn::Mul(rest, b)); };
    for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
        const auto at = [&](std::ptrdiff_t shift) HWY_ATTR {
            return mix(hn::LoadU(d, near + x + shift), hn::LoadU(d, far + x + shift));
        };
        const auto here = at(0);
        hn::StoreInterleaved2(mix(here, at(-1)), mix(here, at(1)), d, out + 2 * x);
    });
    out[0] = 0.75F * near[0] + 0.25F * far[0];
    out[2 * n - 1] = 0.75F * near[n - 1] + 0.25F * far[n - 1];
}

}  // namespace
}  // namespace stenometry::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stenometry::kernels {

HWY_EXPORT(convolve_row);
HWY_EXPORT(split_row);
HWY_EXPORT(enlarge_row);

FilterBank make_filter_bank(std::span<const float> weights, std::span<const float> bias, bool rectified) {
    constexpr std::size_t block = FilterBank::block;
    const std::size_t outputs = bias.size();
    FilterBank bank;
    bank.taps = outputs == 0 ? 0 : weights.size() / outputs;
    bank.outputs = outputs;
    bank.rectified = rectified;
    bank.bias.assign(bias.begin(), bias.end());
    bank.bias.resize((outputs + block - 1) / block * block);
    bank.weights.reserve(bank.bias.size() * bank.taps);
    for (std::size_t first = 0; first < outputs; first += block) {
        const std::size_t real = std::min(block, outputs - first), width = FilterBank::width(real);
        bank.weights.resize((first + width) * bank.taps);
        float* packed = bank.weights.data() + first * bank.taps;
        for (std::size_t k = 0; k < real; ++k)
            for (std::size_t t = 0; t < bank.taps; ++t)
                packed[t * width + k] = weights[(first + k) * bank.taps + t];
    }
    return bank;
}

void convolve_row(const float* const* taps, const FilterBank& bank, std::size_t n, float* out,
                  std::size_t stride) {
    HWY_DYNAMIC_DISPATCH(convolve_row)(taps, bank, n, out, stride);
}

void split_row(const float* in, std::size_t n, float* even, float* odd) {
    HWY_DYNAMIC_DISPATCH(split_row)(in, n, even, odd);
}

void enlarge_row(const float* near, const float* far, std::size_t n, float* out) {
    HWY_DYNAMIC_DISPATCH(enlarge_row)(near, far, n, out);
}

}  // namespace stenometry::kernels
#endif
