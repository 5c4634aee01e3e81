#include "kernels/weighted_sum.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/weighted_sum.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for every kind of CPU
#include <hwy/highway.h>

#include "kernels/row-inl.h"

HWY_BEFORE_NAMESPACE();
namespace stenometry::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

void weighted_sum_row(const float* const* rows, const float* weights, std::size_t count, std::size_t n,
                      float* out) {
    const hn::ScalableTag<float> d;
    if (n < hn::Lanes(d)) return reference::weighted_sum_row(rows, weights, count, n, out);
    for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
        auto even = hn::Zero(d),
             odd = hn::Zero(d);  // two sums, so that one addition need not wait for the other
        std::size_t i = 0;
        for (; i + 2 <= count; i += 2) {
            even = hn::MulAdd(hn::Set(d, weights[i]), hn::LoadU(d, rows[i] + x), even);
            odd = hn::MulAdd(hn::Set(d, weights[i + 1]), hn::LoadU(d, rows[i + 1] + x), odd);
        }
        if (i < count) even = hn::MulAdd(hn::Set(d, weights[i]), hn::LoadU(d, rows[i] + x), even);
        hn::StoreU(hn::Add(even, odd), d, out + x);
    });
}

}  // namespace
}  // namespace stenometry::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stenometry::kernels {

HWY_EXPORT(weighted_sum_row);

void weighted_sum_row(const float* const* rows, const float* weights, std::size_t count, std::size_t n,
                      float* out) {
    HWY_DYNAMIC_DISPATCH(weighted_sum_row)(rows, weights, count, n, out);
}

void reference::weighted_sum_row(const float* const* rows, const float* weights, std::size_t count,
                                 std::size_t n, float* out) {
    for (std::size_t x = 0; x < n; ++x) {
        out[x] = 0.0f;
        for (std::size_t i = 0; i < count; ++i) out[x] += weights[i] * rows[i][x];
    }
}

}  // namespace stenometry::kernels
#endif
