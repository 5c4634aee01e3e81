#include "kernels/softmax.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/softmax.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for every kind of CPU
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include <algorithm>
#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace stenometry::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// One vector of places. Large logits are no larger than their maximum, so that no power overflows.
HWY_INLINE HWY_ATTR void softmax_at(float* const* rows, std::size_t count, std::size_t x) {
    const hn::ScalableTag<float> d;
    auto most = hn::LoadU(d, rows[0] + x);
    for (std::size_t i = 1; i < count; ++i) most = hn::Max(most, hn::LoadU(d, rows[i] + x));
    auto sum = hn::Zero(d);
    for (std::size_t i = 0; i < count; ++i) {
        const auto power = hn::Exp(d, hn::Sub(hn::LoadU(d, rows[i] + x), most));
        hn::StoreU(power, d, rows[i] + x);
        sum = hn::Add(sum, power);
    }
    const auto part = hn::Div(hn::Set(d, 1.0F), sum);
    for (std::size_t i = 0; i < count; ++i)
        hn::StoreU(hn::Mul(hn::LoadU(d, rows[i] + x), part), d, rows[i] + x);
}

void softmax_rows(float* const* rows, std::size_t count, std::size_t n) {
    // In place, so that no vector may be worked on twice.
    const std::size_t lanes = hn::Lanes(hn::ScalableTag<float>());
    std::size_t x = 0;
    for (; x + lanes <= n; x += lanes) softmax_at(rows, count, x);
    for (; x < n; ++x) reference::softmax_place(rows, count, x);
}

}  // namespace
}  // namespace stenometry::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stenometry::kernels {

HWY_EXPORT(softmax_rows);

void softmax_rows(float* const* rows, std::size_t count, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(softmax_rows)(rows, count, n);
}

void reference::softmax_place(float* const* rows, std::size_t count, std::size_t x) {
    float most = rows[0][x], sum = 0.0F;
    for (std::size_t i = 1; i < count; ++i) most = std::max(most, rows[i][x]);
    for (std::size_t i = 0; i < count; ++i) sum += rows[i][x] = std::exp(rows[i][x] - most);
    for (std::size_t i = 0; i < count; ++i) rows[i][x] /= sum;
}

void reference::softmax_rows(float* const* rows, std::size_t count, std::size_t n) {
    for (std::size_t x = 0; x < n; ++x) softmax_place(rows, count, x);
}

}  // namespace stenometry::kernels
#endif
