#include "phantom/spatial_rays.h"

#include <algorithm>
#include <cmath>

namespace stenometry::phantom {
namespace {

constexpr double steepest = 3.0;

double planar_size(Point p) { return std::sqrt(dot(p, p)); }

/// Length in space, as large as it appears, over length in the picture, around point i.
double stretch_at(const SeenTube& seen, const std::vector<double>& magnification, std::size_t i) {
    const std::size_t a = i > 0 ? i - 1 : 0, b = std::min(i + 1, seen.line_mm.size() - 1);
    const double shown = planar_size(seen.line_mm[b] - seen.line_mm[a]);
    const double whole = magnification[i] * (seen.arc_mm[b] - seen.arc_mm[a]);
    return shown * steepest <= whole ? steepest : std::max(1.0, whole / shown);
}

/// The passage through a tube at `t` of the way between two of its points.
Passage passage_at(const SeenTube& tube, int index, std::size_t from, std::size_t to, double t,
                   double off_axis_mm) {
    const auto mixed = [&](const std::vector<double>& values) {
        return values[from] + t * (values[to] - values[from]);
    };
    return {.tube = index,
            .radius_mm = static_cast<float>(0.5 * mixed(tube.diameter_mm)),
            .off_axis_mm = static_cast<float>(off_axis_mm),
            .depth_mm = static_cast<float>(mixed(tube.depth_mm)),
            .stretch = static_cast<float>(mixed(tube.stretch)),
            .medium = tube.tube->medium.empty() ? 0.0F : static_cast<float>(mixed(tube.tube->medium)),
            .arc_mm = static_cast<float>(mixed(tube.arc_mm))};
}

double lesions_at(const SpatialTube& tube, double arc_mm) {
    double ratio = 1.0;
    for (const Lesion& lesion : tube.lesions) ratio *= lesion_ratio(lesion, arc_mm);
    return ratio;
}

}  // namespace

Projected project(const View& view, Point3 place) {
    const double c = degrees_cos(view.left_oblique_deg), s = degrees_sin(view.left_oblique_deg);
    const double cc = degrees_cos(view.cranial_deg), cs = degrees_sin(view.cranial_deg);
    const double across = place.x * c - place.z * s, front = place.x * s + place.z * c;
    const double down = place.y * cc + front * cs, depth = front * cc - place.y * cs;
    const double magnification = view.source_mm / std::max(1.0, view.source_mm + depth);
    const double rc = degrees_cos(view.roll_deg), rs = degrees_sin(view.roll_deg);
    const Point flat = magnification * Point{across, down} - view.centre_mm;
    return {{rc * flat.x - rs * flat.y, rs * flat.x + rc * flat.y}, depth, magnification};
}

SeenTube seen(const SpatialTube& tube, const View& view) {
    SeenTube result{.tube = &tube, .arc_mm = arcs_of(tube.centerline_mm)};
    std::vector<double> magnification;
    for (std::size_t i = 0; i < tube.centerline_mm.size(); ++i) {
        const Projected at = project(view, tube.centerline_mm[i]);
        result.line_mm.push_back(at.mm);
        result.depth_mm.push_back(at.depth_mm);
        magnification.push_back(at.magnification);
        result.reference_mm.push_back(tube.diameter_mm[i] * at.magnification);
        result.diameter_mm.push_back(result.reference_mm.back() * lesions_at(tube, result.arc_mm[i]));
    }
    for (std::size_t i = 0; i < magnification.size(); ++i)
        result.stretch.push_back(stretch_at(result, magnification, i));
    return result;
}

double Passage::path_mm(double part, double cell_mm) const {
    const double r = part * static_cast<double>(radius_mm), x = static_cast<double>(off_axis_mm);
    return r > 0.0 && x < r + 0.5 * cell_mm ? static_cast<double>(stretch) * mean_chord(r, x, cell_mm) : 0.0;
}

Rays::Rays(const std::vector<SeenTube>& tubes, const Grid& grid, double cell_mm)
    : grid_(grid),
      cell_mm_(cell_mm),
      first_(static_cast<std::size_t>(grid.width) * static_cast<std::size_t>(grid.height), -1) {
    for (std::size_t i = 0; i < tubes.size(); ++i) trace(tubes[i], static_cast<int>(i));
}

void Rays::trace(const SeenTube& tube, int index) {
    // Pieces as long as a quarter of the tube is wide bend by nothing that shows.
    std::size_t from = 0;
    const std::size_t last = tube.line_mm.size() - 1;
    while (from < last) {
        const double enough = std::max(0.5 * grid_.step_mm, 0.25 * tube.diameter_mm[from]);
        std::size_t to = from + 1;
        while (to < last && planar_size(tube.line_mm[to] - tube.line_mm[from]) < enough && to < from + 8)
            ++to;
        trace_piece(tube, index, from, to);
        from = to;
    }
}

Rays::Window Rays::window_of(Point a, Point b, double reach) const {
    const auto index_of = [&](double mm, double origin, int size) {
        return static_cast<int>(std::clamp(std::floor((mm - origin) / grid_.step_mm), -1.0, double(size)));
    };
    const Point origin = grid_.origin_mm;
    return {.x0 = std::max(0, index_of(std::min(a.x, b.x) - reach, origin.x, grid_.width)),
            .x1 = std::min(grid_.width - 1, index_of(std::max(a.x, b.x) + reach, origin.x, grid_.width)),
            .y0 = std::max(0, index_of(std::min(a.y, b.y) - reach, origin.y, grid_.height)),
            .y1 = std::min(grid_.height - 1, index_of(std::max(a.y, b.y) + reach, origin.y, grid_.height))};
}

void Rays::trace_piece(const SeenTube& tube, int index, std::size_t from, std::size_t to) {
    const Point a = tube.line_mm[from], along = tube.line_mm[to] - a;
    const double ra = 0.5 * tube.diameter_mm[from], rb = 0.5 * tube.diameter_mm[to];
    const double half_cell = 0.5 * cell_mm_, whole = dot(along, along);
    const Window window = window_of(a, tube.line_mm[to], std::max(ra, rb) + half_cell);
    for (int y = window.y0; y <= window.y1; ++y)
        for (int x = window.x0; x <= window.x1; ++x) {
            const Point p = grid_.origin_mm + grid_.step_mm * Point{double(x), double(y)} - a;
            const double t = whole > 0.0 ? std::clamp(dot(p, along) / whole, 0.0, 1.0) : 0.0;
            const Point off = p - t * along;
            const double square = dot(off, off), outside = ra + t * (rb - ra) + half_cell;
            if (square < outside * outside)
                meet(at(x, y), passage_at(tube, index, from, to, t, std::sqrt(square)));
        }
}

/// Of the passages near one place of a tube the one nearest to its middle counts.
void Rays::meet(std::size_t ray, const Passage& passage) {
    const auto rank = [](const Passage& p) {
        return p.radius_mm * p.radius_mm - p.off_axis_mm * p.off_axis_mm;
    };
    for (int i = first_[ray]; i >= 0; i = passages_[static_cast<std::size_t>(i)].next) {
        Passage& other = passages_[static_cast<std::size_t>(i)];
        if (other.tube != passage.tube) continue;
        if (std::abs(other.arc_mm - passage.arc_mm) > 8.0F * passage.radius_mm) continue;
        if (rank(passage) <= rank(other)) return;
        const int next = other.next;
        other = passage;
        other.next = next;
        return;
    }
    passages_.push_back(passage);
    passages_.back().next = first_[ray];
    first_[ray] = static_cast<int>(passages_.size()) - 1;
}

double medium_path_mm(std::span<Stretch> stretches) {
    std::sort(stretches.begin(), stretches.end(),
              [](const Stretch& a, const Stretch& b) { return a.from_mm < b.from_mm; });
    double path = 0.0, done = -1e9;
    for (const Stretch& s : stretches) {
        path += s.medium * std::max(0.0, s.to_mm - std::max(done, s.from_mm));
        done = std::max(done, s.to_mm);
    }
    return path;
}

}  // namespace stenometry::phantom
