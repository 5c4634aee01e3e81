#include "stability.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <numbers>
#include <random>

namespace stenometry::accuracy {
namespace {

/// Between 0 and 1, the same on every machine; the distributions of the standard library are not.
double uniform(std::mt19937_64& random) { return static_cast<double>(random() >> 11) * 0x1p-53; }

Point moved(Point p, std::mt19937_64& random) {
    constexpr double farthest_px = 3.0;
    const double angle = 2.0 * std::numbers::pi * uniform(random);
    const double radius = farthest_px * std::sqrt(uniform(random));  // even over the disc
    return {p.x + radius * std::cos(angle), p.y + radius * std::sin(angle)};
}

std::vector<Reading> read_moved(const Cell& cell, int replicate, int moves, const AnalysisOptions& options) {
    const phantom::Phantom image = phantom::render(scene_of(cell, replicate));
    const Clicks exact = clicks_on(image);
    std::vector<Reading> readings;
    std::mt19937_64 random(image.scene.seed);
    for (int i = 0; i < moves; ++i) {
        const Point from = moved(exact.from, random), to = moved(exact.to, random);
        readings.push_back(read(image, {from, to}, options));
    }
    return readings;
}

/// A long injection, so that the artery is filled for longer than a heart beat.
phantom::CineOptions cine_options() { return {.frames = 32, .frames_per_s = 15.0, .injection_s = 1.6}; }

/// The first frame in which the whole measured part holds undiluted contrast.
int first_filled_frame(const phantom::CineOptions& cine, double length_mm) {
    const double filled_s = cine.injection_start_s + cine.mixing_s + length_mm / cine.blood_speed_mm_per_s;
    return static_cast<int>(std::ceil(filled_s * cine.frames_per_s));
}

std::vector<Reading> read_cine(const Cell& cell, int replicate, int frames, const AnalysisOptions& options) {
    const phantom::Scene scene = scene_of(cell, replicate);
    const phantom::CineOptions cine = cine_options();
    const int first = first_filled_frame(cine, length(scene.tubes.front().centerline_mm));
    std::vector<Reading> readings;
    for (int i = 0; i < frames; ++i) {
        const phantom::Phantom image = phantom::render_frame(scene, cine, first + i);
        readings.push_back(read(image, clicks_on(image), options));
    }
    return readings;
}

/// Mean square of what is added up, and how many degrees of freedom that has.
struct MeanSquare {
    double sum = 0.0, count = 0.0;
    double root() const { return std::sqrt(sum / count); }
};

std::vector<double> measured(const std::vector<Reading>& readings, Quantity Reading::*which) {
    std::vector<double> errors;
    for (const Reading& reading : readings)
        if (reading.reported) errors.push_back((reading.*which).error());
    return errors;
}

/// Around the mean of one image.
void add_scatter(const std::vector<double>& errors, MeanSquare& square) {
    if (errors.size() < 2) return;
    double mean = 0.0;
    for (const double e : errors) mean += e / static_cast<double>(errors.size());
    for (const double e : errors) square.sum += (e - mean) * (e - mean);
    square.count += static_cast<double>(errors.size()) - 1.0;
}

/// Between neighbours; a difference of two has twice the variance of one.
void add_steps(const std::vector<double>& errors, MeanSquare& square) {
    for (std::size_t i = 1; i < errors.size(); ++i)
        square.sum += 0.5 * (errors[i] - errors[i - 1]) * (errors[i] - errors[i - 1]), square.count += 1.0;
}

using Series = std::vector<std::vector<Reading>>;

template <class Add>
Stability stability_of(const std::string& name, const Series& series, Add add) {
    Stability result{.name = name};
    MeanSquare mld, percent;
    for (const auto& readings : series) {
        result.n += static_cast<int>(readings.size());
        result.failures += static_cast<int>(
            std::count_if(readings.begin(), readings.end(), [](const Reading& r) { return !r.reported; }));
        add(measured(readings, &Reading::mld), mld);
        add(measured(readings, &Reading::percent), percent);
    }
    result.mld_sd_mm = mld.root();
    result.percent_sd = percent.root();
    return result;
}

/// One row for each cell, from `images` series of it.
template <class Read, class Add>
std::vector<Stability> rows_of(const std::vector<Cell>& cells, int images, Read read_series, Add add) {
    const auto each = static_cast<std::size_t>(images);
    std::vector<Series> series(cells.size(), Series(each));
    tbb::parallel_for(std::size_t{0}, cells.size() * each, [&](std::size_t i) {
        series[i / each][i % each] = read_series(cells[i / each], static_cast<int>(i % each));
    });
    std::vector<Stability> rows;
    for (std::size_t i = 0; i < cells.size(); ++i)
        rows.push_back(stability_of(cells[i].imaging.name + ", " + cells[i].artery_name(), series[i], add));
    return rows;
}

}  // namespace

std::vector<Stability> with_points_moved(const StabilityPlan& plan, const AnalysisOptions& options) {
    return rows_of(
        plan.cells, plan.images,
        [&](const Cell& cell, int image) { return read_moved(cell, image, plan.moves, options); },
        add_scatter);
}

std::vector<Stability> over_neighbouring_frames(const StabilityPlan& plan, const AnalysisOptions& options) {
    return rows_of(
        plan.cells, plan.images,
        [&](const Cell& cell, int image) { return read_cine(cell, image, plan.frames, options); }, add_steps);
}

Stability together(const std::string& name, const std::vector<Stability>& rows) {
    Stability result{.name = name};
    MeanSquare mld, percent;
    for (const Stability& row : rows) {
        const double freedom = row.n - row.failures;
        result.n += row.n;
        result.failures += row.failures;
        if (!std::isfinite(row.mld_sd_mm)) continue;
        mld.sum += freedom * row.mld_sd_mm * row.mld_sd_mm, mld.count += freedom;
        percent.sum += freedom * row.percent_sd * row.percent_sd, percent.count += freedom;
    }
    result.mld_sd_mm = mld.root();
    result.percent_sd = percent.root();
    return result;
}

}  // namespace stenometry::accuracy
