// Included once per CPU target: the guard is toggled by hwy/foreach_target.h.
#if defined(STENOMETRY_KERNELS_TAPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef STENOMETRY_KERNELS_TAPS_INL_H_
#undef STENOMETRY_KERNELS_TAPS_INL_H_
#else
#define STENOMETRY_KERNELS_TAPS_INL_H_
#endif

#include <hwy/highway.h>

#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "kernels/scale_space.h"

HWY_BEFORE_NAMESPACE();
namespace stenometry::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Taps in a place that nothing else points to, so that the compiler keeps them in registers, and of a length
/// that it knows, so that it unrolls their sum.
template <int radius_>
struct FixedTaps {
    std::array<float, radius_ + 1> tap;

    explicit FixedTaps(std::span<const float> taps) {
        for (std::size_t k = 0; k < tap.size(); ++k) tap[k] = taps[k];
    }
    static constexpr std::ptrdiff_t radius() { return radius_; }
    float operator[](std::ptrdiff_t k) const { return tap[static_cast<std::size_t>(k)]; }
};

/// Taps of any length.
struct AnyTaps {
    std::span<const float> tap;

    explicit AnyTaps(std::span<const float> taps) : tap(taps) {}
    std::ptrdiff_t radius() const { return std::ssize(tap) - 1; }
    float operator[](std::ptrdiff_t k) const { return tap[static_cast<std::size_t>(k)]; }
};

/// Calls `work` with the taps, of fixed length where they are few.
template <class Work>
HWY_INLINE HWY_ATTR void with_taps(std::span<const float> taps, const Work& work) {
    switch (taps.size()) {
        case 2:
            return work(FixedTaps<1>(taps));
        case 3:
            return work(FixedTaps<2>(taps));
        case 4:
            return work(FixedTaps<3>(taps));
        case 5:
            return work(FixedTaps<4>(taps));
        case 6:
            return work(FixedTaps<5>(taps));
        default:
            return work(AnyTaps(taps));
    }
}

template <class Taps, class At>
HWY_INLINE HWY_ATTR auto even_sum(const Taps& taps, const At& at) {
    const hn::ScalableTag<float> d;
    auto sum = hn::Mul(hn::Set(d, taps[0]), at(0));
    for (std::ptrdiff_t k = 1; k <= taps.radius(); ++k)
        sum = hn::MulAdd(hn::Set(d, taps[k]), hn::Add(at(k), at(-k)), sum);
    return sum;
}

template <class Taps, class At>
HWY_INLINE HWY_ATTR auto odd_sum(const Taps& taps, const At& at) {
    const hn::ScalableTag<float> d;
    auto sum = hn::Mul(hn::Set(d, taps[1]), hn::Sub(at(1), at(-1)));
    for (std::ptrdiff_t k = 2; k <= taps.radius(); ++k)
        sum = hn::MulAdd(hn::Set(d, taps[k]), hn::Sub(at(k), at(-k)), sum);
    return sum;
}

/// Second derivatives of neighbouring pixels.
struct Hessian {
    hn::Vec<hn::ScalableTag<float>> xx, xy, yy;
};

template <class Taps>
struct BothTaps {
    Taps first, second;
};

template <class Work>
HWY_INLINE HWY_ATTR void with_derivative_taps(const DerivativeTaps& taps, const Work& work) {
    with_taps(taps.second, [&](const auto& second) HWY_ATTR {
        using Taps = std::remove_cvref_t<decltype(second)>;
        work(BothTaps<Taps>{Taps(taps.first), second});
    });
}

template <class Taps>
HWY_INLINE HWY_ATTR Hessian second_derivatives(const float* const* rows, const float* down,
                                               const BothTaps<Taps>& taps, std::size_t x) {
    const hn::ScalableTag<float> d;
    const float* const* middle = rows + taps.second.radius();
    const float* here = *middle + x;
    return {even_sum(taps.second, [&](std::ptrdiff_t k) HWY_ATTR { return hn::LoadU(d, here + k); }),
            odd_sum(taps.first, [&](std::ptrdiff_t k) HWY_ATTR { return hn::LoadU(d, down + x + k); }),
            even_sum(taps.second, [&](std::ptrdiff_t k) HWY_ATTR { return hn::LoadU(d, middle[k] + x); })};
}

/// Half-way between the third and the fourth of six equidistant values.
template <class Vec>
HWY_INLINE HWY_ATTR Vec half_way(Vec a, Vec b, Vec c, Vec d, Vec e, Vec f) {
    const hn::ScalableTag<float> tag;
    const Vec inner = hn::Mul(hn::Set(tag, middle_taps[0]), hn::Add(c, d));
    const Vec wider = hn::MulAdd(hn::Set(tag, middle_taps[1]), hn::Add(b, e), inner);
    return hn::MulAdd(hn::Set(tag, middle_taps[2]), hn::Add(a, f), wider);
}

}  // namespace stenometry::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
