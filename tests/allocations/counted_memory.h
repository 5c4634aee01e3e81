#pragma once

#include <cstddef>

namespace stenometry::testing {

/// How often this process has asked for memory so far: by `new`, by `malloc` and its kin, whoever called it,
/// the library, OpenCV or the standard library. TBB keeps its tasks in pools of its own, which come from its
/// own allocator where that is installed, and are used again: what they take at first is counted only where
/// TBB asks `malloc` for it.
std::size_t allocation_count();

/// Whether requests are counted: not where a sanitizer has put its own `malloc` in place.
bool allocations_are_counted();

}  // namespace stenometry::testing
