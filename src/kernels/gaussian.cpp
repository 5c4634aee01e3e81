#include "kernels/gaussian.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gaussian.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for every kind of CPU
#include <hwy/highway.h>

#include "kernels/row-inl.h"

HWY_BEFORE_NAMESPACE();
namespace stenometry::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

void gaussian_columns(const float* const* rows, const GaussianTaps& taps, std::size_t n, float* smooth,
                      float* first, float* second) {
    const hn::ScalableTag<float> d;
    if (n < hn::Lanes(d)) return reference::gaussian_columns(rows, taps, n, smooth, first, second);
    const auto radius = static_cast<std::ptrdiff_t>(taps.radius());
    const float* const* middle = rows + radius;
    for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
        const auto here = hn::LoadU(d, middle[0] + x);
        auto sum0 = hn::Mul(here, hn::Set(d, taps.smooth[0]));
        auto sum1 = hn::Zero(d);
        auto sum2 = hn::Mul(here, hn::Set(d, taps.second[0]));
        for (std::ptrdiff_t k = 1; k <= radius; ++k) {
            const auto above = hn::LoadU(d, middle[-k] + x);
            const auto below = hn::LoadU(d, middle[k] + x);
            const auto both = hn::Add(above, below);
            sum0 = hn::MulAdd(both, hn::Set(d, taps.smooth[static_cast<std::size_t>(k)]), sum0);
            sum1 =
                hn::MulAdd(hn::Sub(below, above), hn::Set(d, taps.first[static_cast<std::size_t>(k)]), sum1);
            sum2 = hn::MulAdd(both, hn::Set(d, taps.second[static_cast<std::size_t>(k)]), sum2);
        }
        hn::StoreU(sum0, d, smooth + x);
        hn::StoreU(sum1, d, first + x);
        hn::StoreU(sum2, d, second + x);
    });
}

void hessian_row(const float* smooth, const float* first, const float* second, const GaussianTaps& taps,
                 std::size_t n, float* xx, float* xy, float* yy) {
    const hn::ScalableTag<float> d;
    if (n < hn::Lanes(d)) return reference::hessian_row(smooth, first, second, taps, n, xx, xy, yy);
    for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
        auto sum_xx = hn::Mul(hn::LoadU(d, smooth + x), hn::Set(d, taps.second[0]));
        auto sum_xy = hn::Zero(d);
        auto sum_yy = hn::Mul(hn::LoadU(d, second + x), hn::Set(d, taps.smooth[0]));
        for (std::size_t k = 1; k <= taps.radius(); ++k) {
            const auto s = hn::Add(hn::LoadU(d, smooth + x + k), hn::LoadU(d, smooth + x - k));
            const auto f = hn::Sub(hn::LoadU(d, first + x + k), hn::LoadU(d, first + x - k));
            const auto q = hn::Add(hn::LoadU(d, second + x + k), hn::LoadU(d, second + x - k));
            sum_xx = hn::MulAdd(s, hn::Set(d, taps.second[k]), sum_xx);
            sum_xy = hn::MulAdd(f, hn::Set(d, taps.first[k]), sum_xy);
            sum_yy = hn::MulAdd(q, hn::Set(d, taps.smooth[k]), sum_yy);
        }
        hn::StoreU(sum_xx, d, xx + x);
        hn::StoreU(sum_xy, d, xy + x);
        hn::StoreU(sum_yy, d, yy + x);
    });
}

}  // namespace
}  // namespace stenometry::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stenometry::kernels {

HWY_EXPORT(gaussian_columns);
HWY_EXPORT(hessian_row);

void gaussian_columns(const float* const* rows, const GaussianTaps& taps, std::size_t n, float* smooth,
                      float* first, float* second) {
    HWY_DYNAMIC_DISPATCH(gaussian_columns)(rows, taps, n, smooth, first, second);
}

void hessian_row(const float* smooth, const float* first, const float* second, const GaussianTaps& taps,
                 std::size_t n, float* xx, float* xy, float* yy) {
    HWY_DYNAMIC_DISPATCH(hessian_row)(smooth, first, second, taps, n, xx, xy, yy);
}

}  // namespace stenometry::kernels
#endif
