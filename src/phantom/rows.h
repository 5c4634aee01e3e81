#pragma once

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

namespace stenometry::phantom {

/// Calls `work(y)` for 0 <= y < rows, in any order and from several threads: each call writes what no other
/// reads.
template <class Work>
void for_each_row(int rows, const Work& work) {
    tbb::parallel_for(tbb::blocked_range<int>(0, rows), [&](const tbb::blocked_range<int>& range) {
        for (int y = range.begin(); y < range.end(); ++y) work(y);
    });
}

}  // namespace stenometry::phantom
