#include "centerline/ridge_line.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/best_path.h"
#include "core/smoothing.h"

namespace stenometry {

namespace {

constexpr int passes = 3;            // each starts from the normals of the pass before
constexpr double rough_steps = 2.0;  // of all passes but the last, in the steps that are asked for
/// Distance of the samples across the curve, px: as along it, but no finer than the response has anything to
/// say, and no coarser than the crest of a narrow vessel is.
double across_step(double step_px) { return std::clamp(step_px, 0.5, 1.0); }

// From the rough curve in reaches, where a crest counts for nothing.
constexpr double farthest_reaches = 2.0;

/// The rough curve is already a path of strong pixels, so that the crest is near; farther away is another
/// vessel.
double reach_of(double scale) { return std::max(2.0, 0.7 * scale); }

/// What the ridge looks like across one point of the curve.
struct Section {
    double offset = 0.0;    ///< of the crest from the curve, along the normal
    double response = 0.0;  ///< at the crest, 0 where there is none
    double scale = 1.0;
};

/// Samples of the ridge in the curve's own coordinates: one row per point, one column per offset.
class Sections {
  public:
    /// \param reach of each point: what is farther than twice that is not looked at, and 0
    Sections(const Image<float>& ridge, const Polyline& line, const std::vector<double>& reach,
             double step_px)
        : step_(across_step(step_px)),
          half_(static_cast<int>(std::ceil((*std::max_element(reach.begin(), reach.end()) + 1.0) / step_))),
          values_(line.size() * columns()) {
        const std::vector<Point> across = normals(line);
        for (std::size_t i = 0; i < line.size(); ++i) {
            const int own = std::min(half_, static_cast<int>(farthest_reaches * reach[i] / step_) + 1);
            for (int k = -own; k <= own; ++k)
                values_[i * columns() + static_cast<std::size_t>(half_ + k)] =
                    sample_bilinear(ridge, line[i] + (k * step_) * across[i]);
        }
    }

    std::size_t columns() const { return 2 * static_cast<std::size_t>(half_) + 1; }
    std::size_t rows() const { return values_.size() / columns(); }
    const double* row(std::size_t i) const { return values_.data() + i * columns(); }
    double strongest() const { return *std::max_element(values_.begin(), values_.end()); }
    double offset(std::size_t column) const { return (static_cast<double>(column) - half_) * step_; }
    double step() const { return step_; }

  private:
    double step_;
    int half_;
    std::vector<double> values_;
};

/// The column of the crest in every row: the brightest way along the curve that moves by at most one column a
/// row. A step aside costs a twentieth of the strongest response: noise beside a weak crest is no reason to
/// leave it.
std::vector<int> follow_crest(const Sections& sections, const std::vector<double>& reach) {
    const auto gain = [&](int row, int column) {
        const auto i = static_cast<std::size_t>(row), k = static_cast<std::size_t>(column);
        const double off = sections.offset(k) * (1.0 / reach[i]);
        return sections.row(i)[k] * std::max(0.0, 1.0 - off * off / (farthest_reaches * farthest_reaches));
    };
    // No shift first, so that nothing moves where there is no ridge.
    return best_path(static_cast<int>(sections.rows()),
                     {.begin = 0,
                      .end = static_cast<int>(sections.columns()),
                      .shifts = {0, -1, 1},
                      .shift_cost = 0.05 * sections.strongest()},
                     gain);
}

/// Vertex of the parabola through the samples around column `k`, by least squares over `half` columns on
/// either side. The window is narrow: farther out the response leans towards neighbours and uneven
/// background.
Section fit_crest(const Sections& sections, std::size_t i, std::size_t k, int half) {
    const double* row = sections.row(i);
    const int centre = std::clamp(static_cast<int>(k), half, static_cast<int>(sections.columns()) - 1 - half);
    double s0 = 0.0, s1 = 0.0, s2 = 0.0, q2 = 0.0, q4 = 0.0;
    for (int d = -half; d <= half; ++d) {
        const double value = row[centre + d];
        const double dd = static_cast<double>(d) * d;
        s0 += value;
        s1 += value * d;
        s2 += value * dd;
        q2 += dd;
        q4 += dd * dd;
    }
    const double count = 2 * half + 1;
    const double curvature = 2.0 * (count * s2 - q2 * s0) / (count * q4 - q2 * q2);
    const double shift = curvature < 0.0 ? -(s1 / q2) / curvature : 2.0 * half;
    if (std::abs(shift) > half) return {.offset = sections.offset(k)};
    return {.offset = sections.offset(static_cast<std::size_t>(centre)) + shift * sections.step(),
            .response = row[k]};
}

/// Scale along the curve, by the median of a window: single pixels answer at a scale of their own.
std::vector<double> scales_along(const Image<float>& scale_px, const Polyline& line, double step_px) {
    constexpr double window_px = 4.0;  // to either side
    const auto half = static_cast<std::ptrdiff_t>(std::lround(window_px / step_px));
    std::vector<double> raw, window, result;
    for (const Point p : line) raw.push_back(std::max(0.5, sample_bilinear(scale_px, p)));
    for (std::ptrdiff_t i = 0; i < std::ssize(raw); ++i) {
        window.assign(raw.begin() + std::max<std::ptrdiff_t>(0, i - half),
                      raw.begin() + std::min(std::ssize(raw), i + half + 1));
        const auto middle = window.begin() + std::ssize(window) / 2;
        std::nth_element(window.begin(), middle, window.end());
        result.push_back(*middle);
    }
    return result;
}

std::vector<Section> find_sections(const Ridge& ridge, const Polyline& line, double step_px) {
    const std::vector<double> scale = scales_along(ridge.scale_px, line, step_px);
    std::vector<double> reach;
    for (const double s : scale) reach.push_back(reach_of(s));
    const Sections sections(ridge.response, line, reach, step_px);
    const std::vector<int> column = follow_crest(sections, reach);
    std::vector<Section> result;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const int half = std::max(2, static_cast<int>(std::lround(0.3 * scale[i] / sections.step())));
        result.push_back(fit_crest(sections, i, static_cast<std::size_t>(column[i]), half));
        result.back().scale = scale[i];
    }
    return result;
}

/// How much each crest point is to be believed. A weak one is uncertain by the inverse square of its
/// response. Where the ridge is wider than the smoothing is long, the fourth power makes the smoothing as
/// long as the ridge's scale, because a wide vessel has no sharp wiggles.
std::vector<double> weights_of(const std::vector<Section>& sections, double smoothing_px) {
    double strongest = 0.0;
    for (const Section& s : sections) strongest = std::max(strongest, s.response);
    std::vector<double> weights;
    for (const Section& s : sections) {
        const double relative = strongest > 0.0 ? s.response / strongest : 1.0;
        const double shortness = std::min(1.0, smoothing_px / s.scale);
        // Never zero, so that the curve is defined where no crest was found.
        weights.push_back(std::max(1e-6, relative * relative * std::pow(shortness, 4)));
    }
    return weights;
}

Polyline move_to_crest(const Ridge& ridge, const Polyline& line, const RidgeLineOptions& options) {
    const std::vector<Section> sections = find_sections(ridge, line, options.step_px);
    const std::vector<Point> across = normals(line);
    Polyline crest(line.size());
    for (std::size_t i = 0; i < line.size(); ++i) crest[i] = line[i] + sections[i].offset * across[i];
    const double stiffness = stiffness_for(options.smoothing_px, options.step_px);
    std::vector<double> weights = weights_of(sections, options.smoothing_px);
    if (options.keep_first) {
        crest.front() = line.front();
        weights.front() = pinned_weight(stiffness);
    }
    if (options.keep_last) {
        crest.back() = line.back();
        weights.back() = pinned_weight(stiffness);
    }
    Polyline moved = smooth_curve(crest, weights, stiffness);
    if (options.keep_first) moved.front() = line.front();
    if (options.keep_last) moved.back() = line.back();
    return moved;
}

}  // namespace

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

Polyline refine_on_ridge(const Ridge& ridge, const Polyline& rough, const RidgeLineOptions& options) {
    Polyline line = resample(rough, options.step_px);
    if (line.size() < 3) return line;
    RidgeLineOptions roughly = options;
    roughly.step_px *= rough_steps;
    // Steps of the pixel grid give normals that cross; they go before the first pass.
    line = resample(smooth(line, 2.0), roughly.step_px);
    for (int pass = 0; pass + 1 < passes && line.size() >= 3; ++pass)
        line = resample(move_to_crest(ridge, line, roughly), roughly.step_px);
    line = resample(line, options.step_px);
    return line.size() < 3 ? line : resample(move_to_crest(ridge, line, options), options.step_px);
}

}  // namespace stenometry
