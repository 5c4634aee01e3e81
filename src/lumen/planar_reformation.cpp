#include "lumen/planar_reformation.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/interpolate.h"

namespace stenometry {
namespace {

bool usable(const Frame& frame, Point p) {
    if (!frame.contains(p)) return false;
    if (frame.valid.empty()) return true;
    const int x = std::clamp(static_cast<int>(p.x + 0.5), 0, frame.width() - 1);
    const int y = std::clamp(static_cast<int>(p.y + 0.5), 0, frame.height() - 1);
    return frame.valid(x, y) != 0;
}

/// Repeats the last usable sample outwards from the middle of the row.
void fill_outwards(float* row, const std::vector<bool>& known) {
    const int columns = static_cast<int>(known.size());
    const int middle = columns / 2;
    for (int c = middle + 1; c < columns; ++c)
        if (!known[static_cast<std::size_t>(c)]) row[c] = row[c - 1];
    for (int c = middle - 1; c >= 0; --c)
        if (!known[static_cast<std::size_t>(c)]) row[c] = row[c + 1];
}

}  // namespace

std::vector<Point> right_normals(const Polyline& line, double span_px) {
    const std::vector<double> arc = cumulative_length(line);
    std::vector<Point> normals(line.size());
    std::size_t back = 0, ahead = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        while (back + 1 < i && arc[i] - arc[back] > 0.5 * span_px) ++back;
        while (ahead + 1 < line.size() && (ahead <= i || arc[ahead] - arc[i] < 0.5 * span_px)) ++ahead;
        const Point along = line[ahead] - line[back];
        const double size = norm(along);
        if (size > 0.0) normals[i] = (1.0 / size) * Point{-along.y, along.x};
    }
    return normals;
}

PlanarReformation reformat(const Frame& frame, const Polyline& line, const std::vector<Point>& normals,
                           double half_width_px, double step_px) {
    const int half = std::max(1, static_cast<int>(std::ceil(half_width_px / step_px)));
    PlanarReformation out{.profiles = Image<float>(2 * half + 1, static_cast<int>(line.size())),
                          .step_px = step_px};
    std::vector<bool> known(static_cast<std::size_t>(out.columns()));
    for (int r = 0; r < out.rows(); ++r) {
        float* row = out.profiles.row(r);
        const auto i = static_cast<std::size_t>(r);
        for (int c = 0; c < out.columns(); ++c) {
            const Point p = line[i] + out.offset_px(c) * normals[i];
            known[static_cast<std::size_t>(c)] = usable(frame, p);
            row[c] = sample_bicubic(frame.pixels, p);
        }
        fill_outwards(row, known);
    }
    return out;
}

int PlanarReformation::nearest_column(double offset_px) const {
    return std::clamp(static_cast<int>(std::lround(column(offset_px))), 0, columns() - 1);
}

double PlanarReformation::mean(std::size_t row, double from_px, double to_px) const {
    const int begin = nearest_column(from_px), end = std::max(begin, nearest_column(to_px));
    double sum = 0.0;
    for (int c = begin; c <= end; ++c) sum += static_cast<double>(profiles(c, static_cast<int>(row)));
    return sum / (end - begin + 1);
}

PlanarReformation smoothed_along(const PlanarReformation& image, double sigma) {
    if (sigma <= 0.0) return image;
    const GaussianKernels kernels(sigma);
    PlanarReformation out{.profiles = Image<float>(image.columns(), image.rows()), .step_px = image.step_px};
    for (int r = 0; r < image.rows(); ++r) {
        float* target = out.profiles.row(r);
        double total = 0.0;
        for (int k = -kernels.radius; k <= kernels.radius; ++k) {
            const int from = r + k;
            if (from < 0 || from >= image.rows()) continue;
            const double weight = kernels.smooth[static_cast<std::size_t>(k + kernels.radius)];
            total += weight;
            const float* source = image.profiles.row(from);
            for (int c = 0; c < image.columns(); ++c) target[c] += static_cast<float>(weight) * source[c];
        }
        for (int c = 0; c < image.columns(); ++c)
            target[c] = static_cast<float>(static_cast<double>(target[c]) / total);
    }
    return out;
}

GaussianKernels::GaussianKernels(double sigma)
    : radius(std::max(1, static_cast<int>(std::ceil(4.0 * sigma)))) {
    double sum = 0.0;
    for (int k = -radius; k <= radius; ++k) {
        const double u = k / sigma;
        const double g = std::exp(-0.5 * u * u) / (sigma * std::sqrt(2.0 * std::numbers::pi));
        smooth.push_back(g);
        first.push_back(-u / sigma * g);
        second.push_back((u * u - 1.0) / (sigma * sigma) * g);
        sum += g;
    }
    for (double& weight : smooth) weight /= sum;
    // A constant has no second derivative, whatever the sampling and the cut of the kernel leave over.
    const double left_over =
        std::accumulate(second.begin(), second.end(), 0.0) / static_cast<double>(second.size());
    for (double& weight : second) weight -= left_over;
}

}  // namespace stenometry
