// Runs this library and others on the same pictures in one run, in turn, and prints time and error side by
// side.
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>

#include <itkMultiThreaderBase.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <opencv2/imgproc.hpp>
#include <sstream>

#include "chart.h"
#include "core/distance.h"
#include "core/statistics.h"
#include "keep_memory.h"
#include "peers.h"
#include "scene.h"
#include "segment/asked_evidence.h"
#include "stenometry/interop/opencv.h"
#include "stenometry/stenometry.h"
#include "support/exact_frangi.h"
#include "text.h"
#include "tree/thinning.h"

namespace stenometry::peers {
namespace {

using accuracy::number;
using Clock = std::chrono::steady_clock;

template <class Work>
double milliseconds(const Work& work) {
    const auto start = Clock::now();
    work();
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// One way to do a job, how long each of its repetitions took, and how true its answer is.
struct Contestant {
    std::string name;
    std::function<void()> work;
    std::vector<double> ms;
    std::optional<test::Agreement> agreement;
    int frames = 1;  ///< in a repetition; times are those of one
};

/// All in turn, so that a machine that becomes slower does so for all, and each once before it is timed, as
/// in a cine, so that none finds its memory in the state that another left. Who needs seconds is asked less
/// often.
void run_in_turn(std::vector<Contestant>& contestants, double budget_ms) {
    for (int round = 0; round < 41; ++round)
        for (Contestant& c : contestants) {
            double spent = 0.0;
            for (const double ms : c.ms) spent += ms * c.frames;
            if (!c.work || (round >= 3 && spent > budget_ms)) continue;
            c.work();
            c.ms.push_back(milliseconds(c.work) / c.frames);
        }
}

/// The scene of the other benchmarks, magnified to this size, with noise that does not depend on it.
cv::Mat picture(int side) {
    cv::Mat image;
    cv::resize(interop::as_mat(bench::enhanced().attenuation), image, {side, side}, 0, 0, cv::INTER_CUBIC);
    cv::Mat noise(image.size(), CV_32F);
    cv::RNG random(1);
    random.fill(noise, cv::RNG::NORMAL, 0.0, 0.01);
    return image + noise;
}

struct Row {
    std::string job, name;
    int side = 0;
    double ms = 0.0, ratio = 0.0;  ///< ratio: times what this library takes
    std::optional<test::Agreement> agreement;
};

void add_rows(const std::string& job, int side, const std::vector<Contestant>& contestants,
              std::vector<Row>& rows) {
    const double ours = median(contestants.front().ms);
    for (const Contestant& c : contestants)
        if (!c.ms.empty())
            rows.push_back({job, c.name, side, median(c.ms), median(c.ms) / ours, c.agreement});
}

/// This library's filter, kept as for a cine.
class OurFilter {
  public:
    OurFilter(const FrangiTask& task)
        : image_(task.image.cols, task.image.rows),
          valid_(task.image.cols, task.image.rows, 255),
          filter_(task.sigmas_px, {.measure = RidgeMeasure::frangi, .frangi_beta = task.beta}),
          // Four standard deviations of what such noise gives at the finest scale are the c of the task.
          noise_sd_(task.strength / 4.0 / std::sqrt(3.0 / (16.0 * CV_PI)) * task.sigmas_px.front()) {
        task.image.copyTo(interop::as_mat(image_));
    }
    void operator()() { filter_(image_, valid_, noise_sd_, out_); }
    cv::Mat response() const { return interop::as_mat(out_.response); }

  private:
    Image<float> image_;
    Image<std::uint8_t> valid_;
    VesselnessFilter filter_;
    double noise_sd_;
    Vesselness out_;
};

void compare_vesselness(int side, const std::filesystem::path& script, std::vector<Row>& rows) {
    FrangiTask task{picture(side), bench::seven_scales};
    std::vector<test::ExactHessian> hessians;
    for (const double sigma : task.sigmas_px) hessians.push_back(test::exact_hessian(task.image, sigma));
    task.strength = 0.5 * test::largest_norm(hessians);
    const test::ExactFrangi exact = test::exact_frangi(hessians, task.beta, task.strength);
    OurFilter ours(task);
    FrangiAnswer opencv, itk;
    cv::Mat copy;
    std::vector<Contestant> contestants(5);
    contestants[0] = {"stenometry", [&] { ours(); }, {}, {}};
    contestants[1] = {"OpenCV", [&] { opencv = frangi_by_opencv(task); }, {}, {}};
    contestants[2] = {"ITK", [&] { itk = frangi_by_itk(task); }, {}, {}};
    contestants[3] = {"a copy of the image", [&] { task.image.copyTo(copy); }, {}, {}};
    run_in_turn(contestants, 3000.0);
    contestants[0].agreement = test::agreement(ours.response(), exact);
    contestants[1].agreement = test::agreement(opencv.response, exact);
    contestants[2].agreement = test::agreement(itk.response, exact);
    const ScikitAnswer scikit = ask_scikit_image(task, exact.response > 0.1, 5, script);
    contestants[4] = {"scikit-image", {}, scikit.frangi_ms, {}};
    if (!scikit.response.empty()) contestants[4].agreement = test::agreement(scikit.response, exact);
    add_rows("Frangi, 7 scales", side, contestants, rows);
}

void compare_thinning(int side, const std::filesystem::path& script, std::vector<Row>& rows) {
    cv::Mat drawn;
    cv::resize(interop::as_mat(bench::mask().mask), drawn, {side, side}, 0, 0, cv::INTER_NEAREST);
    Image<std::uint8_t> mask(side, side);
    drawn.copyTo(interop::as_mat(mask));
    std::vector<Contestant> contestants(4);
    contestants[0] = {
        "stenometry, with its distances", [&] { thin(mask, distance_to_background(mask)); }, {}, {}};
    contestants[1] = {"OpenCV", [&] { thin_by_opencv(drawn); }, {}, {}};
    contestants[2] = {"ITK", [&] { thin_by_itk(drawn); }, {}, {}};
    run_in_turn(contestants, 2000.0);
    contestants[3] = {"scikit-image", {}, ask_scikit_image({drawn, {1.0}}, drawn, 9, script).thinning_ms, {}};
    add_rows("thinning of the mask", side, contestants, rows);
}

/// The scene on a detector of so many pixels a side.
Frame frame_of(int side) {
    Frame frame = bench::frame();
    cv::Mat magnified;
    cv::resize(interop::as_mat(frame.pixels), magnified, {side, side}, 0, 0, cv::INTER_CUBIC);
    frame.calibration =
        Calibration::from_user(frame.calibration.mm_per_px() * frame.width() / static_cast<double>(side));
    frame.pixels = Image<float>(side, side);
    magnified.copyTo(interop::as_mat(frame.pixels));
    return frame;
}

/// From a frame to its tree, on one thread and on two, and in a cine, whose frames go side by side.
void compare_threads(int side, std::vector<Row>& rows) {
    constexpr int cine_frames = 8;
    const Frame frame = frame_of(side);
    const auto to_tree = [&frame] {
        const Frame seen = find_valid_region(frame);
        const EnhancedFrame enhanced = enhance(seen);
        const Vesselness vesselness = compute_vesselness(enhanced);
        build_vessel_tree(segment_by_asked_evidence(seen, enhanced, vesselness, AnalysisOptions{}.segment),
                          vesselness);
    };
    const auto on = [](std::size_t threads, auto work) {
        return [threads, work] {
            const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
            work();
        };
    };
    std::vector<Contestant> contestants(3);
    contestants[0] = {"one thread", on(1, to_tree), {}, {}};
    contestants[1] = {"two threads", on(2, to_tree), {}, {}};
    const auto cine = [to_tree] { tbb::parallel_for(0, cine_frames, [&](int) { to_tree(); }); };
    contestants[2] = {"two threads, a frame of a cine", on(2, cine), {}, {}, cine_frames};
    run_in_turn(contestants, 2000.0);
    add_rows("frame to mask and tree", side, contestants, rows);
}

std::string table(const std::vector<Row>& rows) {
    std::ostringstream out;
    out << "| job | side, px | | ms | times the first | correlation | largest difference "
           "|\n|---|---|---|---|---|---|---|\n";
    for (const Row& row : rows) {
        out << "| " << row.job << " | " << row.side << " | " << row.name << " | "
            << number(row.ms, row.ms < 1 ? 3 : 2) << " | " << number(row.ratio, row.ratio < 10 ? 2 : 0);
        if (row.agreement)
            out << " | " << number(row.agreement->correlation, 5) << " | "
                << number(row.agreement->largest_difference, 3) << " |\n";
        else
            out << " | | |\n";
    }
    return out.str();
}

/// Nanoseconds per pixel of every library at every size, on a logarithmic axis.
std::string plot(const std::vector<Row>& rows) {
    const std::map<int, Rgb> colors{
        {256, accuracy::green}, {512, accuracy::blue}, {1024, accuracy::orange}, {2048, accuracy::red}};
    std::vector<std::string> names;
    for (const Row& row : rows)
        if (row.agreement && std::find(names.begin(), names.end(), row.name) == names.end())
            names.push_back(row.name);
    viz::Drawing drawing{.width = 760, .height = 90 + 40.0 * static_cast<double>(names.size())};
    accuracy::Chart chart(drawing, {130, 730, 40, drawing.height - 50},
                          {0.0, 4.0, 1.0, "nanoseconds per pixel, log10"},
                          {static_cast<double>(names.size()) - 0.5, -0.5, 1.0, ""}, names);
    chart.title("Frangi's vesselness, 7 scales, one thread");
    std::vector<accuracy::Chart::Entry> legend;
    for (const auto& [side, color] : colors) legend.push_back({std::to_string(side) + " px", color});
    chart.legend(legend);
    for (const Row& row : rows) {
        if (!row.agreement) continue;
        const auto line = std::find(names.begin(), names.end(), row.name) - names.begin();
        chart.point(std::log10(1e6 * row.ms / (double(row.side) * row.side)), static_cast<double>(line),
                    colors.at(row.side), 5.0);
    }
    return viz::to_svg(drawing, "Time per pixel of Frangi's vesselness");
}

/// Puts the table where the page has its two marks.
void write_into(const std::filesystem::path& page, const std::string& text) {
    const std::string begin = "<!-- comparison -->\n", end = "<!-- end of comparison -->";
    std::stringstream all;
    all << std::ifstream(page).rdbuf();
    std::string words = all.str();
    const std::size_t from = words.find(begin), to = words.find(end);
    if (from == std::string::npos || to == std::string::npos)
        throw std::runtime_error(page.string() + " has no marks for the comparison");
    words.replace(from + begin.size(), to - from - begin.size(), text);
    std::ofstream(page) << words;
}

int run(int argc, char** argv) {
    CLI::App app("Compares this library with others: time, ratio, error.");
    std::filesystem::path page, figure, script = STENOMETRY_SCIKIT_SCRIPT;
    bool quick = false;
    app.add_option("--page", page, "README into whose marks the table goes")->type_name("FILE");
    app.add_option("--plot", figure, "picture of the times")->type_name("FILE.svg");
    app.add_flag("--quick", quick, "512 px only");
    CLI11_PARSE(app, argc, argv);
    std::vector<Row> rows;
    const std::vector<int> sides = quick ? std::vector{512} : std::vector{256, 512, 1024, 2048};
    {
        const tbb::global_control one(tbb::global_control::max_allowed_parallelism, 1);
        cv::setNumThreads(1);
        itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(1);
        for (const int side : sides) compare_vesselness(side, script, rows);
        for (const int side : sides)
            if (side == 512 || side == 1024) compare_thinning(side, script, rows);
    }
    for (const int side : sides)
        if (side == 512 || side == 1024) compare_threads(side, rows);
    std::cout << table(rows);
    if (!page.empty()) write_into(page, table(rows));
    if (!figure.empty()) std::ofstream(figure) << plot(rows);
    return 0;
}

}  // namespace
}  // namespace stenometry::peers

int main(int argc, char** argv) {
    stenometry::bench::keep_memory();
    try {
        return stenometry::peers::run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "stenometry_compare: " << error.what() << '\n';
        return 1;
    }
}
