// Included once per CPU target: the guard is toggled by hwy/foreach_target.h.
#if defined(STENOMETRY_KERNELS_ROW_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef STENOMETRY_KERNELS_ROW_INL_H_
#undef STENOMETRY_KERNELS_ROW_INL_H_
#else
#define STENOMETRY_KERNELS_ROW_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace stenometry::kernels::HWY_NAMESPACE {

/// Calls `work(x)` for vectors that cover 0..n. The last one may overlap the one before, so that no pixel
/// beyond n is touched: `work` must give the same when it is done twice. \pre n >= Lanes(d)
template <class D, class Work>
HWY_INLINE HWY_ATTR void for_each_vector(D d, std::size_t n, const Work& work) {
    const std::size_t lanes = hwy::HWY_NAMESPACE::Lanes(d);
    // One call, so that the compiler puts the work in line and keeps its constants in registers.
    for (std::size_t x = 0; x < n; x += lanes) work(std::min(x, n - lanes));
}

}  // namespace stenometry::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
