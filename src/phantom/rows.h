#pragma once

#include "core/parallel.h"

namespace stenometry::phantom {

/// Calls `work(y)` for 0 <= y < rows, in any order and from several threads: each call writes what no other
/// reads.
template <class Work>
void for_each_row(int rows, const Work& work) {
    parallel_for(0, rows, work);
}

}  // namespace stenometry::phantom
