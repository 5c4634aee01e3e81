#include "stenometry/centerline.h"

#include "scene.h"

namespace stenometry {
namespace {

void BM_TraceCenterline(benchmark::State& state) {
    const Vesselness& vesselness = bench::vesselness();
    bench::time_per_pixel(
        state, [&] { return trace_centerline(vesselness, bench::proximal_end(), bench::distal_end()); });
}
BENCHMARK(BM_TraceCenterline)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stenometry
