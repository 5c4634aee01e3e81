#pragma once

#include <benchmark/benchmark.h>

#include <vector>

#include "stenometry/pipeline.h"

/// The angiogram that every stage is timed on, and what each stage makes of it. Everything is made once, when
/// it is first asked for, so that a benchmark times its own stage only.
namespace stenometry::bench {

inline constexpr int side_px = 512;

/// What filters are compared by: sigmas from 1 to 4 pixels, three to an octave.
inline const std::vector<double> seven_scales{1.0, 1.26, 1.5874, 2.0, 2.52, 3.1748, 4.0};

/// A tapering artery with two side branches, two lesions, a guide catheter and a chest behind it, as
/// rendered.
const Frame& frame();
const EnhancedFrame& enhanced();
const Vesselness& vesselness();
const VesselMask& mask();
const VesselTree& tree();

/// The two ends of the main vessel, and its guided centerline and walls.
Point proximal_end();
Point distal_end();
const Centerline& centerline();
const VesselContour& contour();
const DiameterProfile& diameter();
const ReferenceProfile& reference();

/// Calls `stage` as long as the benchmark wants, and states its speed in pixels of the frame per second.
template <class Stage>
void time_per_pixel(benchmark::State& state, Stage&& stage) {
    for (auto _ : state) benchmark::DoNotOptimize(stage());
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(side_px) * side_px);
}

/// The same in points of the centerline per second, for stages that see one vessel and not the picture.
template <class Stage>
void time_per_point(benchmark::State& state, Stage&& stage) {
    for (auto _ : state) benchmark::DoNotOptimize(stage());
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(centerline().points_px.size()));
}

}  // namespace stenometry::bench
