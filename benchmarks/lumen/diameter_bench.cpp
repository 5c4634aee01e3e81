#include "stenometry/diameter.h"

#include "scene.h"

namespace stenometry {
namespace {

void BM_MeasureDiameter(benchmark::State& state, DiameterMethod method) {
    const Frame& frame = bench::frame();
    const VesselContour& contour = bench::contour();
    bench::time_per_point(state, [&] { return measure_diameter(frame, contour, {.method = method}); });
}
BENCHMARK_CAPTURE(BM_MeasureDiameter, physics, DiameterMethod::physics)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_MeasureDiameter, contour, DiameterMethod::contour)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stenometry
