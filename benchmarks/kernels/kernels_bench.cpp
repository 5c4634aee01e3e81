#include <benchmark/benchmark.h>

#include <vector>

#include "kernels/gaussian.h"
#include "kernels/ridge.h"
#include "kernels/weighted_sum.h"

namespace stenometry::kernels {
namespace {

/// Rows of one image row's length that stay in the cache, as they do in the filters.
struct Rows {
    static constexpr std::size_t width = 512;
    static constexpr std::size_t margin = 64;
    std::vector<std::vector<float>> values;
    std::vector<const float*> pointers;

    explicit Rows(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            values.emplace_back(width + 2 * margin);
            for (std::size_t x = 0; x < values[i].size(); ++x)
                values[i][x] = 0.01f * static_cast<float>((x * 37 + i * 101) % 199) - 1.0f;
        }
        for (const auto& row : values) pointers.push_back(row.data() + margin);
    }
    float* operator[](std::size_t i) { return values[i].data() + margin; }
};

template <class Kernel>
void time_row(benchmark::State& state, const Kernel& kernel) {
    for (auto _ : state) {
        kernel();
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(Rows::width));  // pixels
}

/// The argument is ten times the sigma in pixels.
void BM_GaussianColumns(benchmark::State& state) {
    const GaussianTaps taps = make_gaussian_taps(0.1 * static_cast<double>(state.range(0)));
    Rows in(2 * taps.radius() + 1), out(3);
    time_row(state, [&] { gaussian_columns(in.pointers.data(), taps, Rows::width, out[0], out[1], out[2]); });
}
BENCHMARK(BM_GaussianColumns)->Arg(10)->Arg(20)->Arg(40);

void BM_HessianRow(benchmark::State& state) {
    const GaussianTaps taps = make_gaussian_taps(0.1 * static_cast<double>(state.range(0)));
    Rows in(3), out(3);
    time_row(state, [&] { hessian_row(in[0], in[1], in[2], taps, Rows::width, out[0], out[1], out[2]); });
}
BENCHMARK(BM_HessianRow)->Arg(10)->Arg(20)->Arg(40);

/// The argument is the radius of the taps.
void BM_SmoothColumns(benchmark::State& state) {
    const std::vector<float> taps(static_cast<std::size_t>(state.range(0)) + 1, 0.1f);
    Rows in(2 * taps.size() - 1), out(1);
    time_row(state, [&] { smooth_columns(in.pointers.data(), taps, Rows::width, out[0]); });
}
BENCHMARK(BM_SmoothColumns)->Arg(2)->Arg(4);

void BM_FrangiOfSmoothRows(benchmark::State& state) {
    const std::vector<float> first = {0.0f, 0.6f, -0.05f}, second = {-2.2f, 1.2f, -0.1f};
    const Frangi frangi = make_frangi(0.5, 0.4);
    Rows in(6), out(4);
    time_row(state, [&] {
        frangi_of_smooth_rows(in.pointers.data(), in[5], {first, second}, Rows::width, 2.0f, frangi, {},
                              {out[0], out[1], out[2], out[3]});
    });
}
BENCHMARK(BM_FrangiOfSmoothRows);

void BM_RidgeNormRow(benchmark::State& state) {
    Rows in(3), out(1);
    time_row(state, [&] { ridge_norm_row(in[0], in[1], in[2], Rows::width, out[0]); });
}
BENCHMARK(BM_RidgeNormRow);

void BM_FrangiRow(benchmark::State& state) {
    Rows in(3), out(4);
    const Frangi frangi = make_frangi(0.5, 0.4);
    time_row(state, [&] {
        frangi_row(in[0], in[1], in[2], Rows::width, 2.0f, frangi, {}, {out[0], out[1], out[2], out[3]});
    });
}
BENCHMARK(BM_FrangiRow);

void BM_SatoRow(benchmark::State& state) {
    Rows in(3), out(4);
    time_row(state, [&] {
        sato_row(in[0], in[1], in[2], Rows::width, 2.0f, {out[0], out[1], out[2], out[3]});
    });
}
BENCHMARK(BM_SatoRow);

void BM_JermanRow(benchmark::State& state) {
    Rows in(3), out(4);
    const JermanParameters parameters{0.75f, 1.5f};
    time_row(state, [&] {
        jerman_row(in[0], in[1], in[2], Rows::width, 2.0f, parameters, {out[0], out[1], out[2], out[3]});
    });
}
BENCHMARK(BM_JermanRow);

void BM_AddDirectionRow(benchmark::State& state) {
    Rows in(1), out(3);
    time_row(state, [&] { add_direction_row(in[0], 0.8f, 0.6f, Rows::width, out[0], out[1], out[2]); });
}
BENCHMARK(BM_AddDirectionRow);

void BM_DirectionRow(benchmark::State& state) {
    Rows in(2), out(1);
    time_row(state, [&] { direction_row(in[0], in[1], Rows::width, out[0]); });
}
BENCHMARK(BM_DirectionRow);

/// The argument is the number of rows that are added.
void BM_WeightedSumRow(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    Rows in(count), out(1);
    const std::vector<float> weights(count, 0.3f);
    time_row(state,
             [&] { weighted_sum_row(in.pointers.data(), weights.data(), count, Rows::width, out[0]); });
}
BENCHMARK(BM_WeightedSumRow)->Arg(3)->Arg(24)->Arg(48);

}  // namespace
}  // namespace stenometry::kernels
