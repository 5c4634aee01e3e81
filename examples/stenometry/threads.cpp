#include "threads.h"

#include <tbb/global_control.h>

#include "stenometry/threads.h"
#include "values.h"

namespace stenometry::program {

void add_thread_option(CLI::App& command, std::optional<int>& threads) {
    command
        .add_option("--threads", threads,
                    "threads to work with; results do not depend on it [all processors]")
        ->type_name("N")
        ->check(whole_number_from(1));
}

void run_with_threads(std::optional<int> threads, const std::function<void()>& work) {
    if (!threads) return work();
    // OpenCV's loops run in an arena of their own. The process is ours, so they can be held as well.
    const tbb::global_control all(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(*threads));
    ThreadLimit(*threads).run(work);
}

}  // namespace stenometry::program
