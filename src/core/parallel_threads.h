#pragma once

#include <tbb/blocked_range.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

/// What `core/parallel.h` uses of oneTBB, by a thread for every call and processor: slow, and only to be
/// looked at by the thread sanitizer.
namespace stenometry::plain_threads {

/// Whether this thread does a part of some work: what that work divides stays on the thread, as more threads
/// than processors would show no more.
class Within {
  public:
    Within() : before_(std::exchange(some_, true)) {}
    ~Within() { some_ = before_; }
    Within(const Within&) = delete;
    Within& operator=(const Within&) = delete;

    static bool some() { return some_; }

  private:
    static inline thread_local bool some_ = false;
    bool before_;
};

/// Calls `work(i)` for begin <= i < end.
/// \throws what the first call that fails throws, when all threads have ended.
template <class Index, class Work>
void parallel_for(Index begin, Index end, const Work& work) {
    std::atomic<Index> next{begin};
    std::exception_ptr failure;
    std::mutex first_failure;
    const auto take_turns = [&] {
        const Within here;
        try {
            for (Index i = next++; i < end; i = next++) work(i);
        } catch (...) {
            next = end;
            const std::lock_guard lock(first_failure);
            if (!failure) failure = std::current_exception();
        }
    };
    std::vector<std::jthread> others;
    const Index parts = end > begin ? end - begin : Index{0};
    const int most = Within::some() ? 1 : tbb::this_task_arena::max_concurrency();
    for (int k = 1; k < most && static_cast<Index>(k) < parts; ++k) others.emplace_back(take_turns);
    take_turns();
    others.clear();
    if (failure) std::rethrow_exception(failure);
}

template <class Work>
void parallel_for(const tbb::blocked_range<int>& range, const Work& work) {
    const int grain = static_cast<int>(range.grainsize());
    parallel_for(0, (range.end() - range.begin() + grain - 1) / grain, [&](int k) {
        const int first = range.begin() + k * grain;
        work(tbb::blocked_range<int>(first, std::min(first + grain, range.end())));
    });
}

template <class... Work>
void parallel_invoke(const Work&... work) {
    const std::vector<std::function<void()>> all{std::cref(work)...};
    parallel_for(std::size_t{0}, all.size(), [&](std::size_t i) { all[i](); });
}

}  // namespace stenometry::plain_threads
