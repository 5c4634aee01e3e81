#pragma once

#include <sys/resource.h>

namespace stenometry::test {

/// Whether freed memory goes back to use: sanitizers hold it back to find errors, and peaks mean nothing with
/// them.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool memory_is_reused = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
inline constexpr bool memory_is_reused = false;
#else
inline constexpr bool memory_is_reused = true;
#endif
#else
inline constexpr bool memory_is_reused = true;
#endif

/// The most memory that this process has held so far.
inline long peak_memory_kb() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

}  // namespace stenometry::test
