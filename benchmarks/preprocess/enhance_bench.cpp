#include "stenometry/enhance.h"

#include "scene.h"

namespace stenometry {
namespace {

void BM_EstimateNoise(benchmark::State& state) {
    const Frame& frame = bench::frame();
    bench::time_per_pixel(state, [&] { return estimate_noise(frame); });
}
BENCHMARK(BM_EstimateNoise)->Unit(benchmark::kMillisecond);

void BM_Enhance(benchmark::State& state) {
    const Frame& frame = bench::frame();
    bench::time_per_pixel(state, [&] { return enhance(frame); });
}
BENCHMARK(BM_Enhance)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stenometry
