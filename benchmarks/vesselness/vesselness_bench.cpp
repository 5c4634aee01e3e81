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

/// As other libraries are compared. A cine keeps its filter.
void BM_SevenScalesOfACine(benchmark::State& state, RidgeMeasure measure) {
    const EnhancedFrame& enhanced = bench::enhanced();
    VesselnessFilter filter(bench::seven_scales, {.measure = measure});
    Vesselness out;
    bench::time_per_pixel(state, [&] {
        filter(enhanced.attenuation, enhanced.valid, enhanced.attenuation_noise_sd, out);
        return out.response.row(0);
    });
}
BENCHMARK_CAPTURE(BM_SevenScalesOfACine, frangi, RidgeMeasure::frangi)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_SevenScalesOfACine, oriented, RidgeMeasure::oriented)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stenometry
