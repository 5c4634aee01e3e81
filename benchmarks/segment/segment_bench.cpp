#include "stenometry/segment.h"

#include "scene.h"

namespace stenometry {
namespace {

void BM_Segment(benchmark::State& state) {
    const EnhancedFrame& enhanced = bench::enhanced();
    const Vesselness& vesselness = bench::vesselness();
    bench::time_per_pixel(state, [&] { return segment(enhanced, vesselness); });
}
BENCHMARK(BM_Segment)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stenometry
