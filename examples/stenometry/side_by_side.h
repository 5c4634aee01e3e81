#pragma once

#include <tbb/parallel_for.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <cstddef>
#include <memory>
#include <optional>

#if defined(__SANITIZE_THREAD__)
#include "side_by_side_threads.h"
#endif

/// What the program does side by side, by oneTBB; where the thread sanitizer looks, which sees no hand-over
/// of oneTBB, by plain threads, as the library does.
namespace stenometry::program {

/// How many threads may work for the caller.
inline int most_threads() { return tbb::this_task_arena::max_concurrency(); }

#if defined(__SANITIZE_THREAD__)
using plain_threads::run_pipeline;
using plain_threads::side_by_side;
#else

/// Calls `work` with the places 0 to `count` - 1, some side by side where threads are idle. A thread that
/// waits within one begins no other, and one that waits for the last takes up nothing else.
template <class Work>
void side_by_side(std::size_t count, const Work& work) {
    using tbb::this_task_arena::isolate;
    const auto alone = [&](std::size_t i) { isolate([&] { work(i); }); };
    isolate([&] { tbb::parallel_for(std::size_t{0}, count, alone); });
}

/// Hands what `take` gives, until that is nothing, to `work`, and what that makes to `write`: `jobs` of
/// `work` at once, one at a time of each of the others, and one result more than jobs in memory. Results come
/// in the order in which they are ready. \throws what one of them throws; no more is taken then.
template <class Take, class Work, class Write>
void run_pipeline(int jobs, const Take& take, const Work& work, const Write& write) {
    using Item = decltype(take());
    using Result = decltype(work(*take()));
    const auto take_or_stop = [&](tbb::flow_control& flow) -> Item {
        Item item = take();
        if (!item) flow.stop();
        return item;
    };
    // What is handed on is copied.
    const auto make = [&](const Item& item) { return std::make_shared<Result>(work(*item)); };
    const auto hand_on = [&](const std::shared_ptr<Result>& result) { write(*result); };
    tbb::task_arena(jobs).execute([&] {
        using tbb::filter_mode;
        tbb::parallel_pipeline(
            static_cast<std::size_t>(jobs) + 1,
            tbb::make_filter<void, Item>(filter_mode::serial_in_order, take_or_stop) &
                tbb::make_filter<Item, std::shared_ptr<Result> >(filter_mode::parallel, make) &
                tbb::make_filter<std::shared_ptr<Result>, void>(filter_mode::serial_out_of_order, hand_on));
    });
}

#endif

}  // namespace stenometry::program
