#include "kernels/scale_space.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/scale_space.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for every kind of CPU
#include <hwy/highway.h>

#include "kernels/row-inl.h"
#include "kernels/taps-inl.h"

HWY_BEFORE_NAMESPACE();
namespace stenometry::kernels::HWY_NAMESPACE {
namespace {

void smooth_columns(const float* const* rows, std::span<const float> taps, std::size_t n, float* out) {
    const hn::ScalableTag<float> d;
    if (n < hn::Lanes(d)) return reference::smooth_columns(rows, taps, n, out);
    with_taps(taps, [&](const auto& fixed) HWY_ATTR {
        const float* const* middle = rows + fixed.radius();
        for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
            hn::StoreU(
                even_sum(fixed, [&](std::ptrdiff_t k) HWY_ATTR { return hn::LoadU(d, middle[k] + x); }), d,
                out + x);
        });
    });
}

void difference_columns(const float* const* rows, std::span<const float> taps, std::size_t n, float* out) {
    const hn::ScalableTag<float> d;
    if (n < hn::Lanes(d)) return reference::difference_columns(rows, taps, n, out);
    with_taps(taps, [&](const auto& fixed) HWY_ATTR {
        const float* const* middle = rows + fixed.radius();
        for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
            hn::StoreU(odd_sum(fixed, [&](std::ptrdiff_t k) HWY_ATTR { return hn::LoadU(d, middle[k] + x); }),
                       d, out + x);
        });
    });
}

void smooth_row(const float* in, std::span<const float> taps, std::size_t n, float* out) {
    const hn::ScalableTag<float> d;
    if (n < hn::Lanes(d)) return reference::smooth_row(in, taps, n, out);
    with_taps(taps, [&](const auto& fixed) HWY_ATTR {
        for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
            hn::StoreU(even_sum(fixed, [&](std::ptrdiff_t k) HWY_ATTR { return hn::LoadU(d, in + x + k); }),
                       d, out + x);
        });
    });
}

void second_derivatives_row(const float* const* rows, const float* down, const DerivativeTaps& taps,
                            std::size_t n, const SecondDerivatives& out) {
    const hn::ScalableTag<float> d;
    if (n < hn::Lanes(d)) return reference::second_derivatives_row(rows, down, taps, n, out);
    with_derivative_taps(taps, [&](const auto& fixed) HWY_ATTR {
        for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
            const Hessian h = second_derivatives(rows, down, fixed, x);
            hn::StoreU(h.xx, d, out.xx + x);
            hn::StoreU(h.xy, d, out.xy + x);
            hn::StoreU(h.yy, d, out.yy + x);
        });
    });
}

void halve_row(const float* in, std::span<const float> taps, std::size_t n, float* out) {
    const hn::ScalableTag<float> d;
    if (n < hn::Lanes(d)) return reference::halve_row(in, taps, n, out);
    with_taps(taps, [&](const auto& fixed) HWY_ATTR {
        for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
            const auto at = [&](std::ptrdiff_t k) HWY_ATTR {
                hn::Vec<decltype(d)> even, odd;
                hn::LoadInterleaved2(d, in + 2 * x + k, even, odd);
                return even;
            };
            hn::StoreU(even_sum(fixed, at), d, out + x);
        });
    });
}

void double_row(const float* in, std::size_t n, float* out) {
    const hn::ScalableTag<float> d;
    if (n < hn::Lanes(d)) return reference::double_row(in, n, out);
    for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
        const auto at = [&](std::ptrdiff_t k) HWY_ATTR { return hn::LoadU(d, in + x + k); };
        const auto here = at(0);
        hn::StoreInterleaved2(here, half_way(at(-2), at(-1), here, at(1), at(2), at(3)), d, out + 2 * x);
    });
}

void middle_row(const float* const* rows, std::size_t n, float* out) {
    const hn::ScalableTag<float> d;
    if (n < hn::Lanes(d)) return reference::middle_row(rows, n, out);
    for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
        const auto at = [&](int k) HWY_ATTR { return hn::LoadU(d, rows[k] + x); };
        hn::StoreU(half_way(at(0), at(1), at(2), at(3), at(4), at(5)), d, out + x);
    });
}

}  // namespace
}  // namespace stenometry::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stenometry::kernels {

HWY_EXPORT(smooth_columns);
HWY_EXPORT(difference_columns);
HWY_EXPORT(smooth_row);
HWY_EXPORT(second_derivatives_row);
HWY_EXPORT(halve_row);
HWY_EXPORT(double_row);
HWY_EXPORT(middle_row);

void smooth_columns(const float* const* rows, std::span<const float> taps, std::size_t n, float* out) {
    HWY_DYNAMIC_DISPATCH(smooth_columns)(rows, taps, n, out);
}

void difference_columns(const float* const* rows, std::span<const float> taps, std::size_t n, float* out) {
    HWY_DYNAMIC_DISPATCH(difference_columns)(rows, taps, n, out);
}

void smooth_row(const float* in, std::span<const float> taps, std::size_t n, float* out) {
    HWY_DYNAMIC_DISPATCH(smooth_row)(in, taps, n, out);
}

void second_derivatives_row(const float* const* rows, const float* down, const DerivativeTaps& taps,
                            std::size_t n, const SecondDerivatives& out) {
    HWY_DYNAMIC_DISPATCH(second_derivatives_row)(rows, down, taps, n, out);
}

void halve_row(const float* in, std::span<const float> taps, std::size_t n, float* out) {
    HWY_DYNAMIC_DISPATCH(halve_row)(in, taps, n, out);
}

void double_row(const float* in, std::size_t n, float* out) { HWY_DYNAMIC_DISPATCH(double_row)(in, n, out); }

void middle_row(const float* const* rows, std::size_t n, float* out) {
    HWY_DYNAMIC_DISPATCH(middle_row)(rows, n, out);
}

}  // namespace stenometry::kernels
#endif
