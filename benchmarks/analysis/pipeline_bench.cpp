#include "stenometry/pipeline.h"

#include <unistd.h>

#include <filesystem>
#include <string>

#include "scene.h"
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

}  // namespace
}  // namespace stenometry
