#include "stenometry/pipeline.h"

#include <unistd.h>

#include <filesystem>
#include <opencv2/imgproc.hpp>
#include <string>

#include "scene.h"
#include "segment/asked_evidence.h"
#include "stenometry/interop/opencv.h"
#include "stenometry/io/image.h"
#include "stenometry/report.h"

namespace stenometry {
namespace {

void BM_Analyze(benchmark::State& state) {
    const Frame& frame = bench::frame();
    bench::time_per_pixel(state, [&] { return analyze(frame); });
}
BENCHMARK(BM_Analyze)->Unit(benchmark::kMillisecond);

void BM_Measure(benchmark::State& state) {
    const Frame& frame = bench::frame();
    bench::time_per_pixel(state, [&] { return measure(frame, bench::proximal_end(), bench::distal_end()); });
}
BENCHMARK(BM_Measure)->Unit(benchmark::kMillisecond);

/// The scene as a 16-bit PNG file, removed at the end.
class SceneFile {
  public:
    SceneFile() {
        const Frame& frame = bench::frame();
        Image<std::uint16_t> pixels(frame.width(), frame.height());
        for (int y = 0; y < frame.height(); ++y)
            for (int x = 0; x < frame.width(); ++x)
                pixels(x, y) = static_cast<std::uint16_t>(frame.pixels(x, y));
        io::write_png(path_, pixels);
    }
    ~SceneFile() { std::filesystem::remove(path_); }
    SceneFile(const SceneFile&) = delete;
    SceneFile& operator=(const SceneFile&) = delete;

    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_ =
        std::filesystem::temp_directory_path() / ("stenometry_bench_" + std::to_string(getpid()) + ".png");
};

/// What `stenometry analyze IMAGE --json FILE` does for each image, without starting a process.
void BM_AnalyzeFileToJson(benchmark::State& state) {
    const SceneFile file;
    const Calibration calibration = bench::frame().calibration;
    bench::time_per_pixel(state, [&] {
        const Frame frame = io::read_image(file.path(), calibration);
        return to_json(analyze(frame), report_input(frame, file.path().string()));
    });
}
BENCHMARK(BM_AnalyzeFileToJson)->Unit(benchmark::kMillisecond);

/// The scene of 512 pixels a side, magnified: the same vessels in more and smaller pixels.
Frame magnified(int side_px) {
    Frame frame;
    cv::Mat pixels;
    cv::resize(interop::as_mat(bench::frame().pixels), pixels, {side_px, side_px}, 0, 0, cv::INTER_CUBIC);
    frame.pixels = interop::from_mat<float>(pixels);
    frame.intensity = bench::frame().intensity;
    frame.calibration =
        Calibration::from_user(bench::frame().calibration.mm_per_px() * bench::side_px / side_px);
    return frame;
}

/// From the pixels to the tree. Its cost is that of the pixels: the last two lines are the fit of a constant
/// per pixel and how far the sizes stray from it.
void BM_FrameToTreeBySide(benchmark::State& state) {
    const auto side_px = static_cast<int>(state.range(0));
    const Frame frame = magnified(side_px);
    for (auto _ : state) {
        const Frame seen = find_valid_region(frame);
        const EnhancedFrame enhanced = enhance(seen);
        const Vesselness vesselness = compute_vesselness(enhanced);
        benchmark::DoNotOptimize(build_vessel_tree(
            segment_by_asked_evidence(seen, enhanced, vesselness, AnalysisOptions{}.segment), vesselness));
    }
    state.SetComplexityN(state.range(0) * state.range(0));
    state.SetItemsProcessed(state.iterations() * state.range(0) * state.range(0));
}
BENCHMARK(BM_FrameToTreeBySide)
    ->RangeMultiplier(2)
    ->Range(bench::side_px, 8 * bench::side_px)
    ->Complexity(benchmark::oN)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stenometry
