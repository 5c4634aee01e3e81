#include "stenometry/threads.h"

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <mutex>
#include <string>

#include "stenometry/error.h"

namespace stenometry {
namespace {

/// No arena asks for more threads than there are: oneTBB would say on standard error that it gets none.
int arena_size(int threads) {
    const std::size_t most = tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism);
    return static_cast<int>(std::min(static_cast<std::size_t>(threads), most));
}

}  // namespace

struct ThreadLimit::Impl {
    explicit Impl(int limit) : threads(limit), arena(arena_size(limit)) {}
    int threads;
    tbb::task_arena arena;
    std::recursive_mutex one_at_a_time;
};

ThreadLimit::ThreadLimit(int threads) {
    if (threads < 1) throw InvalidInput("threads is " + std::to_string(threads) + ", but must be 1 or more");
    impl_ = std::make_unique<Impl>(threads);
}

ThreadLimit::~ThreadLimit() = default;
ThreadLimit::ThreadLimit(ThreadLimit&&) noexcept = default;
ThreadLimit& ThreadLimit::operator=(ThreadLimit&&) noexcept = default;

int ThreadLimit::threads() const { return impl_->threads; }

void ThreadLimit::execute(const std::function<void()>& work) const {
    // An arena has places for two callers at least.
    std::unique_lock alone(impl_->one_at_a_time, std::defer_lock);
    if (impl_->threads == 1) alone.lock();
    impl_->arena.execute(work);
}

}  // namespace stenometry
