#include "stenometry/vessel_tree.h"

#include "core/distance.h"
#include "scene.h"
#include "tree/thinning.h"

namespace stenometry {
namespace {

void BM_DistanceToBackground(benchmark::State& state) {
    const Image<std::uint8_t>& mask = bench::mask().mask;
    bench::time_per_pixel(state, [&] { return distance_to_background(mask); });
}
BENCHMARK(BM_DistanceToBackground)->Unit(benchmark::kMillisecond);

void BM_Thin(benchmark::State& state) {
    const Image<std::uint8_t>& mask = bench::mask().mask;
    const Image<float> distance = distance_to_background(mask);
    bench::time_per_pixel(state, [&] { return thin(mask, distance); });
}
BENCHMARK(BM_Thin)->Unit(benchmark::kMillisecond);

void BM_BuildVesselTree(benchmark::State& state) {
    const VesselMask& mask = bench::mask();
    const Vesselness& vesselness = bench::vesselness();
    bench::time_per_pixel(state, [&] { return build_vessel_tree(mask, vesselness); });
}
BENCHMARK(BM_BuildVesselTree)->Unit(benchmark::kMillisecond);

void BM_Vessels(benchmark::State& state) {
    const VesselTree& tree = bench::tree();
    const Vesselness& vesselness = bench::vesselness();
    bench::time_per_pixel(state, [&] { return trace_vessels(tree, vesselness); });
}
BENCHMARK(BM_Vessels)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stenometry
