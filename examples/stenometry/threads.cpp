#include "threads.h"

#include <tbb/global_control.h>

#include "values.h"

namespace stenometry::program {

struct ThreadLimit::Control {
    tbb::global_control limit;
};

ThreadLimit::ThreadLimit(std::optional<int> threads) {
    if (!threads) return;
    const auto most = static_cast<std::size_t>(*threads);
    control_ =
        std::make_unique<Control>(tbb::global_control(tbb::global_control::max_allowed_parallelism, most));
}

ThreadLimit::~ThreadLimit() = default;

void add_thread_option(CLI::App& command, std::optional<int>& threads) {
    command
        .add_option("--threads", threads,
                    "threads to work with; results do not depend on it [all processors]")
        ->type_name("N")
        ->check(whole_number_from(1));
}

}  // namespace stenometry::program
