#include "stenometry/vesselness.h"

#include "scene.h"

namespace stenometry {
namespace {

void BM_Vesselness(benchmark::State& state, RidgeMeasure measure) {
    const EnhancedFrame& enhanced = bench::enhanced();
    bench::time_per_pixel(state, [&] { return compute_vesselness(enhanced, {.measure = measure}); });
}
BENCHMARK_CAPTURE(BM_Vesselness, frangi, RidgeMeasure::frangi)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Vesselness, sato, RidgeMeasure::sato)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Vesselness, jerman, RidgeMeasure::jerman)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Vesselness, oriented, RidgeMeasure::oriented)->Unit(benchmark::kMillisecond);

/// A cine keeps its filter: no scale is prepared and no memory asked for again.
void BM_VesselnessOfACine(benchmark::State& state) {
    const EnhancedFrame& enhanced = bench::enhanced();
    const VesselnessOptions options;
    VesselnessFilter filter(sigmas_px(options, enhanced.calibration), options);
    Vesselness out;
    bench::time_per_pixel(state, [&] {
        filter(enhanced.attenuation, enhanced.valid, enhanced.attenuation_noise_sd, out);
        return out.response.row(0);
    });
}
BENCHMARK(BM_VesselnessOfACine)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stenometry
