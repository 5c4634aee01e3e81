#include "stenometry/diameter.h"

#include "scene.h"

namespace stenometry {
namespace {

void BM_MeasureDiameter(benchmark::State& state) {
    const Frame& frame = bench::frame();
    const VesselContour& contour = bench::contour();
    bench::time_per_point(state, [&] { return measure_diameter(frame, contour); });
}
BENCHMARK(BM_MeasureDiameter)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace stenometry
