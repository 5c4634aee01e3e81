#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "stenometry/export.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// Holds the work of this library to a number of threads:
///
///     const stenometry::ThreadLimit two(2);
///     const stenometry::Analysis analysis = two.run([&] { return stenometry::analyze(frame); });
///
/// Without one, the library works with as many threads as oneTBB gives the caller: all processors, or what
/// the arena (`tbb::task_arena`) has in which it is called. Results are the same bytes with any number.
///
/// A limit is an object and no setting of the process: others, with other numbers, may stand beside it, and
/// what runs outside of it is not held to it. `run` may be called from several threads at once, which then
/// share the number: those that are too many wait.
///
/// Some stages call filters of OpenCV, which parts large pictures among threads in an arena of its own, and
/// knows no limit but those of the process: `cv::setNumThreads`, or `tbb::global_control`, which also holds
/// this library. Who counts on no thread more than the number sets one of them, too.
class ThreadLimit {
  public:
    /// \param threads the calling thread counts
    /// \throws InvalidInput unless `threads` is 1 or more.
    explicit ThreadLimit(int threads);
    ~ThreadLimit();
    ThreadLimit(ThreadLimit&&) noexcept;
    ThreadLimit& operator=(ThreadLimit&&) noexcept;

    int threads() const;

    /// Calls `work` with the limit and hands its result back, or what it throws.
    template <class Work>
    std::invoke_result_t<Work&> run(Work&& work) const {
        using Result = std::invoke_result_t<Work&>;
        static_assert(!std::is_reference_v<Result>, "hand a value back, or nothing");
        if constexpr (std::is_void_v<Result>) {
            execute([&] { work(); });
        } else {
            std::optional<Result> result;
            execute([&] { result.emplace(work()); });
            return *std::move(result);
        }
    }

  private:
    void execute(const std::function<void()>& work) const;

    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stenometry

STENOMETRY_EXPORT_END
