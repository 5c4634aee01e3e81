#include "stenometry/valid_region.h"

#include "scene.h"

namespace stenometry {
namespace {

void BM_FindValidRegion(benchmark::State& state) {
    const Frame& frame = bench::frame();
    bench::time_per_pixel(state, [&] { return find_valid_region(frame); });
}
BENCHMARK(BM_FindValidRegion)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stenometry
