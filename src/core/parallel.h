#pragma once

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_invoke.h>
#include <tbb/task_arena.h>

#if defined(__SANITIZE_THREAD__)
#include "core/parallel_threads.h"
#endif

/// Work side by side, by oneTBB: within the `ThreadLimit` or the arena of the caller, and ended when the call
/// returns. What the parts of one call write, no other part reads.
namespace stenometry {

// oneTBB comes without instrumentation, so that the thread sanitizer sees neither its hand-overs nor which
// races are its own. Where that looks, plain threads do the work, whose hand-overs it knows.
#if defined(__SANITIZE_THREAD__)
namespace parallel_by = plain_threads;
#else
namespace parallel_by = tbb;
#endif

/// Calls `work(i)` for begin <= i < end, in any order.
template <class Index, class Work>
void parallel_for(Index begin, Index end, const Work& work) {
    parallel_by::parallel_for(begin, end, work);
}

/// Calls `work(first, last)` for ranges that together are `begin` to `end`, none shorter than half of
/// `grain`: where a range needs memory of its own.
template <class Work>
void parallel_for_ranges(int begin, int end, int grain, const Work& work) {
    using Range = tbb::blocked_range<int>;
    parallel_by::parallel_for(Range(begin, end, grain),
                              [&](const Range& range) { work(range.begin(), range.end()); });
}

/// Calls all of them.
template <class... Work>
void parallel_invoke(const Work&... work) {
    parallel_by::parallel_invoke(work...);
}

/// One `T` for every thread that asks with `local()`, kept until the holder goes.
template <class T>
using PerThread = tbb::enumerable_thread_specific<T>;

/// How many threads may work for the caller.
inline int most_threads() { return tbb::this_task_arena::max_concurrency(); }

}  // namespace stenometry
