#include "archive/batch_run.h"

#include <tbb/global_control.h>

#include <algorithm>
#include <optional>

#include "side_by_side.h"

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
    const auto take = [&]() -> std::optional<std::size_t> {
        if (next < inputs.size() && !analyze.stopped()) return next++;
        return std::nullopt;
    };
    const auto work = [&](std::size_t i) { return analyze(inputs[i]); };
    const auto write = [&](const InputResult& result) {
        if (result.kind == Kind::stopped) return;
        if (result.kind == Kind::ended) ledger.write(result.entry);
        count(counts, result, ended);
        show(counts);
    };
    // OpenCV's loops run in an arena of their own; the process is ours, so they are held to the number as
    // well.
    const tbb::global_control all(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(jobs));
    run_pipeline(jobs, take, work, write);
    return counts;
}

}  // namespace stenometry::program
