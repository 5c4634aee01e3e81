#include "ridge_line.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "smoothing.h"

namespace stenometry {

namespace {

constexpr double across_step = 0.5;  // px between samples across the curve
constexpr int passes = 3;            // each starts from the normals of the pass before

/// What the ridge looks like across one point of the curve.
struct Section {
    double offset = 0.0;  ///< of the crest from the curve, along the normal
    double weight = 0.0;  ///< how much it is to be believed
};

/// Samples of the ridge in the curve's own coordinates: one row per point, one column per offset.
class Straightened {
  public:
    Straightened(const Image<float>& ridge, const Polyline& line, double reach)
        : half_(static_cast<int>(std::ceil(reach / across_step))), values_(line.size() * columns()) {
        const std::vector<Point> across = normals(line);
        for (std::size_t i = 0; i < line.size(); ++i)
            for (std::size_t k = 0; k < columns(); ++k)
                values_[i * columns() + k] = sample_bilinear(ridge, line[i] + offset(k) * across[i]);
    }

    std::size_t columns() const { return 2 * static_cast<std::size_t>(half_) + 1; }
    std::size_t rows() const { return values_.size() / columns(); }
    const double* row(std::size_t i) const { return values_.data() + i * columns(); }
    double offset(std::size_t column) const { return (static_cast<double>(column) - half_) * across_step; }

  private:
    int half_;
    std::vector<double> values_;
};

/// The column of the crest in every row: the brightest way along the curve that moves by at most one column a
/// row.
std::vector<std::size_t> follow_crest(const Straightened& sections, const std::vector<double>& reach) {
    const std::size_t n = sections.rows(), m = sections.columns();
    std::vector<double> best(n * m);
    std::vector<std::int8_t> step(n * m, 0);
    const auto gain = [&](std::size_t i, std::size_t k) {
        const double off = sections.offset(k) / reach[i];
        return sections.row(i)[k] * std::max(0.0, 1.0 - 0.25 * off * off);
    };
    for (std::size_t k = 0; k < m; ++k) best[k] = gain(0, k);
    for (std::size_t i = 1; i < n; ++i) {
        const double* before = &best[(i - 1) * m];
        for (std::size_t k = 0; k < m; ++k) {
            // Straight on is preferred among equals, so that a plateau does not make the crest drift.
            int choice = 0;
            if (k > 0 && before[k - 1] > before[k]) choice = -1;
            if (k + 1 < m && before[k + 1] > before[k + static_cast<std::size_t>(choice + 1) - 1]) choice = 1;
            step[i * m + k] = static_cast<std::int8_t>(choice);
            best[i * m + k] = before[static_cast<std::size_t>(static_cast<int>(k) + choice)] + gain(i, k);
        }
    }
    std::vector<std::size_t> column(n);
    const double* last = &best[(n - 1) * m];
    column[n - 1] = static_cast<std::size_t>(std::max_element(last, last + m) - last);
    for (std::size_t i = n - 1; i > 0; --i)
        column[i - 1] = static_cast<std::size_t>(static_cast<int>(column[i]) + step[i * m + column[i]]);
    return column;
}

/// Vertex of the parabola through the samples around column `k`, by least squares over `half` columns on
/// either side.
Section fit_crest(const Straightened& sections, std::size_t i, std::size_t k, int half) {
    const double* row = sections.row(i);
    const int m = static_cast<int>(sections.columns());
    const int centre = std::clamp(static_cast<int>(k), half, m - 1 - half);
    double s0 = 0, s1 = 0, s2 = 0, q2 = 0, q4 = 0;
    for (int d = -half; d <= half; ++d) {
        const double v = row[centre + d], dd = static_cast<double>(d) * d;
        s0 += v, s1 += v * d, s2 += v * dd, q2 += dd, q4 += dd * dd;
    }
    const double count = 2 * half + 1;
    const double slope = s1 / q2;
    const double curvature = 2.0 * (count * s2 - q2 * s0) / (count * q4 - q2 * q2);
    Section section{sections.offset(k), 0.0};
    if (!(curvature < 0.0)) return section;
    const double shift = -slope / curvature;
    if (std::abs(shift) > half) return section;
    section.offset = sections.offset(static_cast<std::size_t>(centre)) + shift * across_step;
    section.weight = row[k];
    return section;
}

/// Scale along the curve, by the median of a window: single pixels answer at a scale of their own.
std::vector<double> scales_along(const Image<float>& scale_px, const Polyline& line) {
    constexpr std::size_t half = 8;
    std::vector<double> raw, result;
    for (const Point p : line) raw.push_back(std::max(0.5, sample_bilinear(scale_px, p)));
    for (std::size_t i = 0; i < raw.size(); ++i) {
        const std::size_t first = i > half ? i - half : 0;
        const std::size_t last = std::min(raw.size(), i + half + 1);
        std::vector<double> window(raw.begin() + static_cast<std::ptrdiff_t>(first),
                                   raw.begin() + static_cast<std::ptrdiff_t>(last));
        const auto middle = window.begin() + static_cast<std::ptrdiff_t>(window.size() / 2);
        std::nth_element(window.begin(), middle, window.end());
        result.push_back(*middle);
    }
    return result;
}

std::vector<Section> find_sections(const Image<float>& ridge, const Image<float>& scale_px,
                                   const Polyline& line) {
    const std::vector<double> scale = scales_along(scale_px, line);
    std::vector<double> reach;
    for (const double s : scale) reach.push_back(std::max(2.0, 1.5 * s));
    const double widest = *std::max_element(reach.begin(), reach.end());
    const Straightened sections(ridge, line, widest + 1.0);
    const std::vector<std::size_t> column = follow_crest(sections, reach);
    std::vector<Section> result;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const int half = std::max(2, static_cast<int>(std::lround(0.7 * scale[i] / across_step)));
        result.push_back(
            fit_crest(sections, i, column[i], std::min(half, static_cast<int>(sections.columns() / 2))));
    }
    return result;
}

/// Moves the curve to the crest. Where the crest is weak, as in a tight stenosis, its neighbours lead the
/// curve across.
Polyline move_to_crest(const Image<float>& ridge, const Image<float>& scale_px, const Polyline& line,
                       double smoothing_px, double step_px) {
    const std::vector<Section> sections = find_sections(ridge, scale_px, line);
    std::vector<double> offsets, weights;
    double strongest = 0.0;
    for (const Section& s : sections) strongest = std::max(strongest, s.weight);
    for (const Section& s : sections) {
        offsets.push_back(s.offset);
        weights.push_back(strongest > 0.0 ? std::max(s.weight / strongest, 1e-4) : 1.0);
    }
    offsets = smooth_samples(offsets, weights, stiffness_for(smoothing_px, step_px));
    const std::vector<Point> across = normals(line);
    Polyline moved(line.size());
    for (std::size_t i = 0; i < line.size(); ++i) moved[i] = line[i] + offsets[i] * across[i];
    return moved;
}

}  // namespace

double sample_bilinear(const Image<float>& image, Point p) {
    const double x = std::clamp(p.x, 0.0, image.width() - 1.0);
    const double y = std::clamp(p.y, 0.0, image.height() - 1.0);
    const int x0 = static_cast<int>(x), y0 = static_cast<int>(y);
    const int x1 = std::min(x0 + 1, image.width() - 1), y1 = std::min(y0 + 1, image.height() - 1);
    const double fx = x - x0, fy = y - y0;
    const double top =
        (1.0 - fx) * static_cast<double>(image(x0, y0)) + fx * static_cast<double>(image(x1, y0));
    const double bottom =
        (1.0 - fx) * static_cast<double>(image(x0, y1)) + fx * static_cast<double>(image(x1, y1));
    return (1.0 - fy) * top + fy * bottom;
}

Point strongest_across(const Image<float>& image, Point p, Point across, double reach) {
    constexpr double step = 0.25;
    const int half = static_cast<int>(reach / step);
    Point best = p;
    double strongest = sample_bilinear(image, p);
    for (int k = 1; k <= half; ++k) {
        for (const double side : {-step, step}) {
            const Point at = p + k * side * across;
            const double value = sample_bilinear(image, at);
            if (value > strongest) best = at, strongest = value;
        }
    }
    return {std::clamp(best.x, 0.0, image.width() - 1.0), std::clamp(best.y, 0.0, image.height() - 1.0)};
}

Polyline refine_on_ridge(const Image<float>& ridge, const Image<float>& scale_px, const Polyline& rough,
                         const RidgeLineOptions& options) {
    Polyline line = resample(rough, options.step_px);
    if (line.size() < 3) return line;
    // Steps of the pixel grid give normals that cross; they go before the first pass.
    line = resample(smooth(line, 2.0), options.step_px);
    for (int pass = 0; pass < passes; ++pass) {
        line = move_to_crest(ridge, scale_px, line, options.smoothing_px, options.step_px);
        line = resample(smooth(line, 0.5 * options.smoothing_px), options.step_px);
    }
    return line;
}

}  // namespace stenometry
