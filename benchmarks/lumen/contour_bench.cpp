#include "stenometry/contour.h"

#include "scene.h"

namespace stenometry {
namespace {

void BM_DetectContour(benchmark::State& state) {
    const Frame& frame = bench::frame();
    const Centerline& centerline = bench::centerline();
    bench::time_per_point(state, [&] { return detect_contour(frame, centerline); });
}
BENCHMARK(BM_DetectContour)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stenometry
