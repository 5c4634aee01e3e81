#include "stenometry/reference.h"

#include "scene.h"

namespace stenometry {
namespace {

void BM_EstimateReference(benchmark::State& state) {
    const DiameterProfile& diameter = bench::diameter();
    const Calibration& calibration = bench::frame().calibration;
    bench::time_per_point(state, [&] { return estimate_reference(diameter, calibration); });
}
BENCHMARK(BM_EstimateReference)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace stenometry
