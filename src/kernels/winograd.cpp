#include "kernels/winograd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/winograd.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for every kind of CPU
#include <hwy/highway.h>

#include <cstddef>

#include "kernels/row-inl.h"

HWY_BEFORE_NAMESPACE();
namespace stenometry::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// The lowest levels of a network have few patches in a row.
using D = hn::CappedTag<float, 8>;

#if HWY_TARGET == HWY_SCALAR  // which has no neighbours

void patch_numbers_row(const float* const* rows, std::size_t n, float* out, std::size_t stride) {
    reference::patch_numbers_row(rows, n, out, stride);
}

#else

/// One row of the four that the columns of patches are combined to: `combine` adds or subtracts two rows.
template <class Combine>
HWY_INLINE HWY_ATTR void numbers_of(const float* a, const float* b, std::size_t x, const Combine& combine,
                                    float* out, std::size_t stride) {
    const D d;
    const auto at = [&](std::ptrdiff_t column)
                        HWY_ATTR { return combine(hn::LoadU(d, a + column), hn::LoadU(d, b + column)); };
    // Columns 0 and 1 of each patch, then 2 and 3: every second value of two neighbouring vectors.
    const auto left = static_cast<std::ptrdiff_t>(2 * x) - 1,
               lanes = static_cast<std::ptrdiff_t>(hn::Lanes(d));
    const auto low = at(left), high = at(left + lanes), low2 = at(left + 2), high2 = at(left + 2 + lanes);
    const auto p0 = hn::ConcatEven(d, high, low), p1 = hn::ConcatOdd(d, high, low);
    const auto p2 = hn::ConcatEven(d, high2, low2), p3 = hn::ConcatOdd(d, high2, low2);
    hn::StoreU(hn::Sub(p0, p2), d, out + x);
    hn::StoreU(hn::Add(p1, p2), d, out + stride + x);
    hn::StoreU(hn::Sub(p2, p1), d, out + 2 * stride + x);
    hn::StoreU(hn::Sub(p1, p3), d, out + 3 * stride + x);
}

void patch_numbers_row(const float* const* rows, std::size_t n, float* out, std::size_t stride) {
    const D d;
    if (n < hn::Lanes(d)) return reference::patch_numbers_row(rows, n, out, stride);
    const auto sum = [](auto a, auto b) HWY_ATTR { return hn::Add(a, b); };
    const auto difference = [](auto a, auto b) HWY_ATTR { return hn::Sub(a, b); };
    for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
        numbers_of(rows[0], rows[2], x, difference, out, stride);
        numbers_of(rows[1], rows[2], x, sum, out + 4 * stride, stride);
        numbers_of(rows[2], rows[1], x, difference, out + 8 * stride, stride);
        numbers_of(rows[1], rows[3], x, difference, out + 12 * stride, stride);
    });
}

#endif

/// Two neighbouring pixels of each patch from its four columns.
template <class Vec>
HWY_INLINE HWY_ATTR void store_pixels(Vec s0, Vec s1, Vec s2, Vec s3, Vec bias, Vec least, float* out) {
    const D d;
    const auto left = hn::Add(hn::Add(s0, s1), hn::Add(s2, bias));
    const auto right = hn::Add(hn::Sub(s1, s2), hn::Sub(bias, s3));
    hn::StoreInterleaved2(hn::Max(left, least), hn::Max(right, least), d, out);
}

void patch_pixels_row(const float* sums, std::size_t stride, float bias, bool rectified, std::size_t n,
                      float* upper, float* lower) {
    const D d;
    if (n < hn::Lanes(d)) return reference::patch_pixels_row(sums, stride, bias, rectified, n, upper, lower);
    const auto offset = hn::Set(d, bias), least = hn::Set(d, rectified ? 0.0F : -hwy::HighestValue<float>());
    for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
        const auto at = [&](std::size_t row, std::size_t column)
                            HWY_ATTR { return hn::LoadU(d, sums + (4 * row + column) * stride + x); };
        const auto above = [&](std::size_t column) HWY_ATTR {
            return hn::Add(hn::Add(at(0, column), at(1, column)), at(2, column));
        };
        const auto below = [&](std::size_t column) HWY_ATTR {
            return hn::Sub(hn::Sub(at(1, column), at(2, column)), at(3, column));
        };
        store_pixels(above(0), above(1), above(2), above(3), offset, least, upper + 2 * x);
        store_pixels(below(0), below(1), below(2), below(3), offset, least, lower + 2 * x);
    });
}

}  // namespace
}  // namespace stenometry::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stenometry::kernels {

HWY_EXPORT(patch_numbers_row);
HWY_EXPORT(patch_pixels_row);

void patch_numbers_row(const float* const* rows, std::size_t n, float* out, std::size_t stride) {
    HWY_DYNAMIC_DISPATCH(patch_numbers_row)(rows, n, out, stride);
}

void patch_pixels_row(const float* sums, std::size_t stride, float bias, bool rectified, std::size_t n,
                      float* upper, float* lower) {
    HWY_DYNAMIC_DISPATCH(patch_pixels_row)(sums, stride, bias, rectified, n, upper, lower);
}

}  // namespace stenometry::kernels
#endif
