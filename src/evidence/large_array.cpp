#include "evidence/large_array.h"

#include <cstdlib>
#include <new>

#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#endif

namespace stenometry {

void FreeLarge::operator()(void* memory) const { std::free(memory); }

void* large_allocation(std::size_t bytes) {
    constexpr std::size_t line = 64, large_page = std::size_t{2} << 20;
    const std::size_t unit = bytes >= large_page ? large_page : line;
    const std::size_t rounded = (bytes + unit - 1) / unit * unit;
    void* memory = std::aligned_alloc(unit, rounded);
    if (!memory && rounded > 0) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
    if (unit == large_page) madvise(memory, rounded, MADV_HUGEPAGE);  // works without, too
#endif
    return memory;
}

}  // namespace stenometry
