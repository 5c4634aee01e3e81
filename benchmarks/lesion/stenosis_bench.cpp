#include "stenometry/stenosis.h"

#include "scene.h"

namespace stenometry {
namespace {

void BM_FindStenoses(benchmark::State& state) {
    const VesselContour& contour = bench::contour();
    const DiameterProfile& diameter = bench::diameter();
    const ReferenceProfile& reference = bench::reference();
    const Calibration& calibration = bench::frame().calibration;
    bench::time_per_point(state, [&] { return find_stenoses(contour, diameter, reference, calibration); });
}
BENCHMARK(BM_FindStenoses)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace stenometry
