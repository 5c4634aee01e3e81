#pragma once

#include <cstdlib>  // defines __GLIBC__

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace stenometry::bench {

/// Tells malloc to keep what is freed for the next frame, as the program does. Fresh pages from the system
/// for every image take a tenth of the time from the frame to its tree on one thread, and more on two.
inline void keep_memory() {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

}  // namespace stenometry::bench
