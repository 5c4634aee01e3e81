#include <benchmark/benchmark.h>
#include <tbb/global_control.h>

#include <opencv2/core/utility.hpp>
#include <string>

#include "keep_memory.h"
#include "stenometry/version.h"

int main(int argc, char** argv) {
    // One thread: what a stage costs, not what the machine has. Batches get their speed from many frames at
    // once.
    const tbb::global_control one_thread(tbb::global_control::max_allowed_parallelism, 1);
    cv::setNumThreads(1);
    stenometry::bench::keep_memory();
    benchmark::AddCustomContext("stenometry", std::string(stenometry::version()));
    benchmark::AddCustomContext("cpu_target", std::string(stenometry::cpu_target()));
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
