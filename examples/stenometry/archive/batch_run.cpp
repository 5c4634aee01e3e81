#include "archive/batch_run.h"

#include <tbb/global_control.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <memory>

namespace stenometry::program {
namespace {

using Kind = InputResult::Kind;

void count(BatchCounts& counts, const InputResult& result, const std::map<InputKey, Ended>& ended) {
    const InputEntry& entry = result.entry;
    if (result.kind == Kind::kept) {
        const Ended& before = ended.at(entry.key);
        ++counts.kept;
        counts.add(before.status, entry.key.path, before.reason);
    } else {
        const auto was_analysed = [](const FrameEntry& frame) { return frame.status != Outcome::failed; };
        counts.frames += static_cast<std::size_t>(std::ranges::count_if(entry.frames, was_analysed));
        counts.add(entry.status, entry.key.path, entry.reason);
    }
}

}  // namespace

BatchCounts run_batch(const std::vector<BatchInput>& inputs, const InputAnalyzer& analyze,
                      const std::map<InputKey, Ended>& ended, Ledger& ledger, int jobs,
                      const std::function<void(const BatchCounts&)>& show) {
    BatchCounts counts{.total = inputs.size()};
    std::size_t next = 0;
    const auto take = [&](tbb::flow_control& flow) -> std::size_t {
        if (next < inputs.size() && !analyze.stopped()) return next++;
        flow.stop();
        return next;
    };
    const auto work = [&](std::size_t i) { return std::make_shared<InputResult>(analyze(inputs[i])); };
    const auto write = [&](const std::shared_ptr<InputResult>& result) {
        if (result->kind == Kind::stopped) return;
        if (result->kind == Kind::ended) ledger.write(result->entry);
        count(counts, *result, ended);
        show(counts);
    };
    // OpenCV's loops run in an arena of their own; the process is ours, so they are held to the number as
    // well.
    const auto threads = static_cast<std::size_t>(jobs);
    const tbb::global_control all(tbb::global_control::max_allowed_parallelism, threads);
    tbb::task_arena(jobs).execute([&] {
        using tbb::filter_mode;
        tbb::parallel_pipeline(
            threads + 1,
            tbb::make_filter<void, std::size_t>(filter_mode::serial_in_order, take) &
                tbb::make_filter<std::size_t, std::shared_ptr<InputResult>>(filter_mode::parallel, work) &
                tbb::make_filter<std::shared_ptr<InputResult>, void>(filter_mode::serial_out_of_order,
                                                                     write));
    });
    return counts;
}

}  // namespace stenometry::program
