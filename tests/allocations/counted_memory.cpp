#include "counted_memory.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define STENOMETRY_COUNTS_ALLOCATIONS 1
#endif

namespace stenometry::testing {
namespace {
std::atomic<std::size_t> count{0};
}  // namespace

std::size_t allocation_count() { return count; }

bool allocations_are_counted() {
#ifdef STENOMETRY_COUNTS_ALLOCATIONS
    return true;
#else
    return false;
#endif
}

#ifdef STENOMETRY_COUNTS_ALLOCATIONS
void count_allocation() { ++count; }
#endif

}  // namespace stenometry::testing

#ifdef STENOMETRY_COUNTS_ALLOCATIONS
// The names in the program come before those of the C library, for all libraries that it loads. `new` and
// OpenCV's own allocator end here, too.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) {
    stenometry::testing::count_allocation();
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
    stenometry::testing::count_allocation();
    return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
    stenometry::testing::count_allocation();
    return __libc_realloc(memory, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
    stenometry::testing::count_allocation();
    return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
    *memory = memalign(alignment, size);
    return *memory ? 0 : ENOMEM;
}
}
#endif
