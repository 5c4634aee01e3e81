#include "stenometry/learned_evidence.h"

#include "evidence/local_contrast.h"
#include "evidence/network_run.h"
#include "evidence/vessel_network.h"
#include "scene.h"

namespace stenometry {
namespace {

void BM_LearnedEvidence(benchmark::State& state) {
    LearnedEvidence evidence;
    LearnedProbabilities probabilities;
    evidence(bench::frame(), probabilities);
    bench::time_per_pixel(state, [&] { return evidence(bench::frame(), probabilities), 0; });
}
BENCHMARK(BM_LearnedEvidence)->Unit(benchmark::kMillisecond);

void BM_LocalContrast(benchmark::State& state) {
    const Image<std::uint8_t> valid(bench::side_px, bench::side_px, 255);
    LocalContrast contrast;
    std::vector<float> row(bench::side_px);
    bench::time_per_pixel(state, [&] {
        contrast.prepare(bench::frame().pixels, valid);
        for (std::size_t channel = 0; channel < LocalContrast::radii_px.size(); ++channel)
            for (int y = 0; y < bench::side_px; ++y) contrast.write_row(channel, y, row.data());
        return row.front();
    });
}
BENCHMARK(BM_LocalContrast)->Unit(benchmark::kMillisecond);

/// Products of the convolutions for one picture.
double products(const ConvolutionalNetwork& network, int side) {
    double sum = 0;
    for (const NetworkOperation& operation : network.operations) {
        const double pixels = static_cast<double>(side >> operation.level) * (side >> operation.level);
        sum += pixels * static_cast<double>(operation.filters.taps * operation.filters.outputs);
    }
    return sum;
}

/// The network alone; `MAC/s` is how many products are added up in a second.
void BM_VesselNetwork(benchmark::State& state) {
    const int side = static_cast<int>(state.range(0));
    NetworkRun run(vessel_network());
    run.resize(side, side);
    for (auto _ : state) {
        run.run();
        benchmark::DoNotOptimize(run.output_row(0, 0)[0]);
    }
    state.counters["MAC"] = products(vessel_network(), side);
    state.counters["MAC/s"] =
        benchmark::Counter(products(vessel_network(), side), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(BM_VesselNetwork)->Arg(256)->Arg(512)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stenometry
