#include "kernels/local_contrast.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/local_contrast.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for every kind of CPU
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "kernels/row-inl.h"

HWY_BEFORE_NAMESPACE();
namespace stenometry::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

void local_contrast_row(const float* values, const float* counted, const WindowTables& tables, float floor,
                        float limit, std::size_t n, float* out) {
#if HWY_HAVE_FLOAT64
    const hn::ScalableTag<double> wide;
    const hn::Rebind<float, decltype(wide)> d;
    if (n < hn::Lanes(wide))
        return reference::local_contrast_row(values, counted, tables, floor, limit, n, out);
    const auto one = hn::Set(wide, 1.0);
    for_each_vector(wide, n, [&](std::size_t x) HWY_ATTR {
        const auto between = [&](const double* row) HWY_ATTR {
            return hn::Sub(hn::LoadU(wide, row + x + tables.width), hn::LoadU(wide, row + x));
        };
        const auto of_window = [&](const TableRows& table)
                                   HWY_ATTR { return hn::Sub(between(table.bottom), between(table.top)); };
        const auto part = hn::Div(one, hn::Max(of_window(tables.counts), one));
        const auto mean = hn::Mul(of_window(tables.values), part);
        const auto variance = hn::NegMulAdd(mean, mean, hn::Mul(of_window(tables.squares), part));
        const auto deviation = hn::Sqrt(hn::DemoteTo(d, hn::Max(variance, hn::Zero(wide))));
        const auto difference = hn::Sub(hn::LoadU(d, values + x), hn::DemoteTo(d, mean));
        const auto ratio = hn::Div(difference, hn::Add(deviation, hn::Set(d, floor)));
        const auto held = hn::Min(hn::Max(ratio, hn::Set(d, -limit)), hn::Set(d, limit));
        hn::StoreU(hn::Mul(held, hn::LoadU(d, counted + x)), d, out + x);
    });
#else
    reference::local_contrast_row(values, counted, tables, floor, limit, n, out);
#endif
}

}  // namespace
}  // namespace stenometry::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stenometry::kernels {

HWY_EXPORT(local_contrast_row);

void local_contrast_row(const float* values, const float* counted, const WindowTables& tables, float floor,
                        float limit, std::size_t n, float* out) {
    HWY_DYNAMIC_DISPATCH(local_contrast_row)(values, counted, tables, floor, limit, n, out);
}

void reference::local_contrast_row(const float* values, const float* counted, const WindowTables& tables,
                                   float floor, float limit, std::size_t n, float* out) {
    for (std::size_t x = 0; x < n; ++x) {
        const auto between = [&](const double* row) { return row[x + tables.width] - row[x]; };
        const auto of_window = [&](const TableRows& table) {
            return between(table.bottom) - between(table.top);
        };
        const double count = std::max(of_window(tables.counts), 1.0), mean = of_window(tables.values) / count;
        const double variance = std::max(of_window(tables.squares) / count - mean * mean, 0.0);
        const double ratio = (double{values[x]} - mean) / (std::sqrt(variance) + double{floor});
        out[x] = counted[x] * std::clamp(static_cast<float>(ratio), -limit, limit);
    }
}

}  // namespace stenometry::kernels
#endif
