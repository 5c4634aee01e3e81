#pragma once

#include <tbb/task_arena.h>

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

/// What `side_by_side.h` promises, by threads of each call: slow, and only to be looked at by the thread
/// sanitizer.
namespace stenometry::program::plain_threads {

/// Runs `work` on the calling thread and `threads` - 1 others. Where one throws, `stop` becomes true.
/// \throws what the first that fails throws, when all have ended.
template <class Work>
void on_threads(int threads, std::atomic<bool>& stop, const Work& work) {
    std::exception_ptr failure;
    std::mutex first_failure;
    const auto guarded = [&] {
        try {
            work();
        } catch (...) {
            stop = true;
            const std::lock_guard lock(first_failure);
            if (!failure) failure = std::current_exception();
        }
    };
    std::vector<std::jthread> others;
    for (int k = 1; k < threads; ++k) others.emplace_back(guarded);
    guarded();
    others.clear();
    if (failure) std::rethrow_exception(failure);
}

template <class Work>
void side_by_side(std::size_t count, const Work& work) {
    std::atomic<std::size_t> next = 0;
    std::atomic<bool> stop = false;
    on_threads(tbb::this_task_arena::max_concurrency(), stop, [&] {
        for (std::size_t i = next++; i < count && !stop; i = next++) work(i);
    });
}

template <class Take, class Work, class Write>
void run_pipeline(int jobs, const Take& take, const Work& work, const Write& write) {
    std::atomic<bool> stop = false;
    std::mutex taking, writing;
    const auto take_alone = [&] {
        const std::lock_guard lock(taking);
        auto item = take();
        if (!item) stop = true;
        return item;
    };
    on_threads(jobs, stop, [&] {
        while (!stop) {
            const auto item = take_alone();
            if (!item) return;
            const auto result = work(*item);
            const std::lock_guard lock(writing);
            write(result);
        }
    });
}

}  // namespace stenometry::program::plain_threads
