#include "kernels/weighted_sum.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/weighted_sum.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for every kind of CPU
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace stenometry::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

void weighted_sum_row(const float* const* rows, const float* weights, std::size_t count, std::size_t n,
                      float* out) {
    const hn::ScalableTag<float> d;
    if (n < hn::Lanes(d)) return reference::weighted_sum_row(rows, weights, count, n, out);
    // Four vectors at a time share the loads of the weights and of the pointers.
    const std::size_t lanes = hn::Lanes(d), block = 4 * lanes;
    std::size_t begin = 0;
    for (; begin + block <= n; begin += block) {
        auto sum0 = hn::Zero(d), sum1 = hn::Zero(d), sum2 = hn::Zero(d), sum3 = hn::Zero(d);
        for (std::size_t i = 0; i < count; ++i) {
            const auto weight = hn::Set(d, weights[i]);
            const float* row = rows[i] + begin;
            sum0 = hn::MulAdd(weight, hn::LoadU(d, row), sum0);
            sum1 = hn::MulAdd(weight, hn::LoadU(d, row + lanes), sum1);
            sum2 = hn::MulAdd(weight, hn::LoadU(d, row + 2 * lanes), sum2);
            sum3 = hn::MulAdd(weight, hn::LoadU(d, row + 3 * lanes), sum3);
        }
        hn::StoreU(sum0, d, out + begin);
        hn::StoreU(sum1, d, out + begin + lanes);
        hn::StoreU(sum2, d, out + begin + 2 * lanes);
        hn::StoreU(sum3, d, out + begin + 3 * lanes);
    }
    const auto one = [&](std::size_t x) HWY_ATTR {
        auto sum = hn::Zero(d);
        for (std::size_t i = 0; i < count; ++i)
            sum = hn::MulAdd(hn::Set(d, weights[i]), hn::LoadU(d, rows[i] + x), sum);
        hn::StoreU(sum, d, out + x);
    };
    for (; begin + lanes <= n; begin += lanes) one(begin);
    if (begin < n) one(n - lanes);
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
