#include "phantom/lumen.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "phantom/portable_math.h"

namespace stenometry::phantom {
namespace {

/// Second derivatives of the natural cubic spline through `values` at `places`: the tridiagonal system of de
/// Boor, A Practical Guide to Splines, ch. IV, solved by elimination.
std::vector<double> spline_curvature(const std::vector<double>& places, const std::vector<double>& values) {
    const std::size_t n = places.size();
    std::vector<double> curvature(n, 0.0);
    std::vector<double> ratio(n, 0.0);
    for (std::size_t i = 1; i + 1 < n; ++i) {
        const double before = places[i] - places[i - 1];
        const double after = places[i + 1] - places[i];
        const double bend = (values[i + 1] - values[i]) / after - (values[i] - values[i - 1]) / before;
        const double pivot = 2.0 * (before + after) - before * ratio[i - 1];
        ratio[i] = after / pivot;
        curvature[i] = (6.0 * bend - before * curvature[i - 1]) / pivot;
    }
    for (std::size_t i = n - 1; i-- > 1;) curvature[i] -= ratio[i] * curvature[i + 1];
    return curvature;
}

/// One piece of a cubic spline: value and first derivative at the fraction t of a piece of length h.
struct SplinePiece {
    double left, right, left_curvature, right_curvature, h;

    double value(double t) const {
        const double u = 1.0 - t;
        return u * left + t * right +
               h * h / 6.0 * ((u * u * u - u) * left_curvature + (t * t * t - t) * right_curvature);
    }
    double slope(double t) const {
        const double u = 1.0 - t;
        return (right - left) / h +
               h / 6.0 * ((1.0 - 3.0 * u * u) * left_curvature + (3.0 * t * t - 1.0) * right_curvature);
    }
};

/// As `norm`, but the same bits everywhere: std::hypot is not rounded in one way.
double size(Point p) { return std::sqrt(dot(p, p)); }

std::vector<double> arc_lengths(const Polyline& line) {
    std::vector<double> arc(line.size(), 0.0);
    for (std::size_t i = 1; i < line.size(); ++i) arc[i] = arc[i - 1] + size(line[i] - line[i - 1]);
    return arc;
}

Polyline distinct(const Polyline& knots) {
    Polyline kept;
    for (const Point p : knots)
        if (kept.empty() || !(p == kept.back())) kept.push_back(p);
    return kept;
}

/// Writes the paths through one lumen into a grid.
class Sweeper {
  public:
    Sweeper(const Lumen& lumen, const Grid& grid, double cell_mm, std::span<double> paths)
        : lumen_(lumen), grid_(grid), cell_mm_(cell_mm), paths_(paths) {}

    void sweep() {
        const std::size_t last = lumen_.curve.points.size() - 1;
        for (std::size_t i = 0; i < last; ++i) sweep_piece(i);
        if (lumen_.tube.ends == TubeEnds::flat) return;
        sweep_end(0, -1.0 * lumen_.curve.tangents.front());
        sweep_end(last, lumen_.curve.tangents.back());
    }

  private:
    /// Columns or rows from <= i < to.
    struct Range {
        int from, to;
    };

    Range clipped(double low_mm, double high_mm, double origin_mm, int size) const {
        const double from = std::ceil((low_mm - origin_mm) / grid_.step_mm);
        const double to = std::floor((high_mm - origin_mm) / grid_.step_mm) + 1.0;
        return {static_cast<int>(std::clamp(from, 0.0, double(size))),
                static_cast<int>(std::clamp(to, 0.0, double(size)))};
    }
    Range columns(double low_mm, double high_mm) const {
        return clipped(low_mm, high_mm, grid_.origin_mm.x, grid_.width);
    }
    Range rows(double low_mm, double high_mm) const {
        return clipped(low_mm, high_mm, grid_.origin_mm.y, grid_.height);
    }

    Point place(int x, int y) const { return grid_.origin_mm + grid_.step_mm * Point{double(x), double(y)}; }

    void raise(int x, int y, double radius, double off_axis, double contrast) {
        if (off_axis > radius + 0.5 * cell_mm_) return;
        double& path = paths_[static_cast<std::size_t>(y) * static_cast<std::size_t>(grid_.width) +
                              static_cast<std::size_t>(x)];
        path = std::max(path, contrast * lumen_.tube.depth_ratio * mean_chord(radius, off_axis, cell_mm_));
    }

    /// The half ball over the first or last point, on the far side of the cut.
    void sweep_end(std::size_t i, Point outward) {
        const Point centre = lumen_.curve.points[i];
        const double reach = lumen_.radius_mm[i] + 0.5 * cell_mm_;
        const Range across = columns(centre.x - reach, centre.x + reach);
        const Range down = rows(centre.y - reach, centre.y + reach);
        for (int y = down.from; y < down.to; ++y)
            for (int x = across.from; x < across.to; ++x) {
                const Point from = place(x, y) - centre;
                if (dot(from, outward) >= 0.0)
                    raise(x, y, lumen_.radius_mm[i], size(from), lumen_.contrast[i]);
            }
    }

    /// Points whose foot on the curve lies between sample i and the next: there the product of the tangent
    /// and the way from the curve to the point changes its sign.
    void sweep_piece(std::size_t i) {
        const Point a = lumen_.curve.points[i], b = lumen_.curve.points[i + 1];
        const double reach = std::max(lumen_.radius_mm[i] + std::abs(lumen_.shift_mm[i]),
                                      lumen_.radius_mm[i + 1] + std::abs(lumen_.shift_mm[i + 1])) +
                             0.5 * cell_mm_;
        const Range down = rows(std::min(a.y, b.y) - reach, std::max(a.y, b.y) + reach);
        for (int y = down.from; y < down.to; ++y) {
            const Range across = columns_of_piece(i, reach, place(0, y).y);
            for (int x = across.from; x < across.to; ++x) sweep_point(i, x, y);
        }
    }

    void sweep_point(std::size_t i, int x, int y) {
        const SmoothCurve& curve = lumen_.curve;
        const Point a = curve.points[i], b = curve.points[i + 1], p = place(x, y);
        const double ahead = dot(p - a, curve.tangents[i]);
        const double behind = dot(p - b, curve.tangents[i + 1]);
        if ((ahead >= 0.0) == (behind >= 0.0)) return;
        const double t = ahead / (ahead - behind);
        const double arc = curve.arc_mm[i] + t * (curve.arc_mm[i + 1] - curve.arc_mm[i]);
        const double contrast = lumen_.contrast[i] + t * (lumen_.contrast[i + 1] - lumen_.contrast[i]);
        raise(x, y, 0.5 * diameter_mm(lumen_.tube, arc), off_axis(i, t, p - lerp(a, b, t)), contrast);
    }

    /// Distance from the middle of the lumen of what lies `from_curve` of the curve.
    double off_axis(std::size_t i, double t, Point from_curve) const {
        const double shift = lumen_.shift_mm[i] + t * (lumen_.shift_mm[i + 1] - lumen_.shift_mm[i]);
        if (shift == 0.0) return size(from_curve);
        const Point tangent = lumen_.curve.tangents[i], right{-tangent.y, tangent.x};
        return std::abs((dot(from_curve, right) < 0.0 ? -1.0 : 1.0) * size(from_curve) - shift);
    }

    /// Columns where the foot may lie on piece i: within reach, and between the normals at its ends where
    /// these are steep enough to bound a row.
    Range columns_of_piece(std::size_t i, double reach, double y_mm) const {
        const Point a = lumen_.curve.points[i], b = lumen_.curve.points[i + 1];
        const Point ta = lumen_.curve.tangents[i], tb = lumen_.curve.tangents[i + 1];
        double low = std::min(a.x, b.x) - reach, high = std::max(a.x, b.x) + reach;
        if (std::abs(ta.x) > 0.1 && std::abs(tb.x) > 0.1 && ta.x * tb.x > 0.0) {
            const double xa = a.x - (y_mm - a.y) * ta.y / ta.x;
            const double xb = b.x - (y_mm - b.y) * tb.y / tb.x;
            low = std::max(low, std::min(xa, xb) - grid_.step_mm);
            high = std::min(high, std::max(xa, xb) + grid_.step_mm);
        }
        return columns(low, high);
    }

    const Lumen& lumen_;
    const Grid& grid_;
    double cell_mm_;
    std::span<double> paths_;
};

}  // namespace

double mean_chord(double r, double x, double cell) {
    const double inside = r * r - x * x;
    if (cell == 0.0) return inside > 0.0 ? 2.0 * std::sqrt(inside) : 0.0;
    // Away from the wall the chord is so smooth that its first correction does; at the wall its slope is
    // infinite.
    if (std::abs(x) + 0.5 * cell < 0.8 * r)
        return 2.0 * std::sqrt(inside) * (1.0 - cell * cell * r * r / (24.0 * inside * inside));
    const double a = std::clamp((x - 0.5 * cell) / r, -1.0, 1.0);
    const double b = std::clamp((x + 0.5 * cell) / r, -1.0, 1.0);
    const auto area = [](double u) { return u * std::sqrt(1.0 - u * u) + portable::asin(u); };
    return r * r * (area(b) - area(a)) / cell;
}

double lesion_ratio(const Lesion& lesion, double arc_mm) {
    const double from_middle = arc_mm - lesion.at_mm;
    if (std::abs(from_middle) > 0.5 * lesion.length_mm) return 1.0;
    const double depth = lesion.percent_diameter / 100.0;
    if (lesion.shape == LesionShape::drilled) return 1.0 - depth;
    return 1.0 - 0.5 * depth * (1.0 + portable::cos(2.0 * portable::pi * from_middle / lesion.length_mm));
}

Point SmoothCurve::at(double arc) const {
    const auto after = std::upper_bound(arc_mm.begin() + 1, arc_mm.end() - 1, arc);
    const auto i = static_cast<std::size_t>(after - arc_mm.begin());
    const double t = (arc - arc_mm[i - 1]) / (arc_mm[i] - arc_mm[i - 1]);
    return lerp(points[i - 1], points[i], std::clamp(t, 0.0, 1.0));
}

SmoothCurve smooth_curve(const Polyline& knots, double step_mm) {
    const Polyline through = distinct(knots);
    const std::vector<double> places = arc_lengths(through);
    std::vector<double> xs, ys;
    for (const Point p : through) {
        xs.push_back(p.x);
        ys.push_back(p.y);
    }
    const std::vector<double> xs_curvature = spline_curvature(places, xs);
    const std::vector<double> ys_curvature = spline_curvature(places, ys);

    SmoothCurve curve;
    const auto add = [&](std::size_t i, double t) {
        const double h = places[i + 1] - places[i];
        const SplinePiece x{xs[i], xs[i + 1], xs_curvature[i], xs_curvature[i + 1], h};
        const SplinePiece y{ys[i], ys[i + 1], ys_curvature[i], ys_curvature[i + 1], h};
        const Point slope{x.slope(t), y.slope(t)};
        curve.points.push_back({x.value(t), y.value(t)});
        curve.tangents.push_back((1.0 / size(slope)) * slope);
    };
    for (std::size_t i = 0; i + 1 < through.size(); ++i) {
        const double pieces = std::max(1.0, std::ceil((places[i + 1] - places[i]) / step_mm));
        for (double k = 0.0; k < pieces; k += 1.0) add(i, k / pieces);
    }
    add(through.size() - 2, 1.0);
    curve.arc_mm = arc_lengths(curve.points);
    return curve;
}

double reference_mm(const Tube& tube, double arc_mm) {
    return tube.proximal_diameter_mm - tube.taper_mm_per_mm * arc_mm;
}

double diameter_mm(const Tube& tube, double arc_mm) {
    double diameter = reference_mm(tube, arc_mm);
    for (const Lesion& lesion : tube.lesions) diameter *= lesion_ratio(lesion, arc_mm);
    return diameter;
}

double shift_mm(const Tube& tube, double arc_mm) {
    double shift = 0.0;
    for (const Lesion& lesion : tube.lesions)
        if (lesion.side != 0.0)
            shift += 0.5 * lesion.side * reference_mm(tube, arc_mm) * (lesion_ratio(lesion, arc_mm) - 1.0);
    return shift;
}

Lumen swept(const Tube& tube) {
    return swept(tube, [](double) { return 1.0; });
}

Lumen swept(const Tube& tube, const Opacity& opacity) {
    Lumen lumen{tube, smooth_curve(tube.centerline_mm, curve_step_mm), {}, {}, {}};
    for (const double arc : lumen.curve.arc_mm) {
        lumen.radius_mm.push_back(0.5 * diameter_mm(tube, arc));
        lumen.shift_mm.push_back(shift_mm(tube, arc));
        lumen.contrast.push_back(tube.contrast * opacity(tube.ostium_distance_mm + arc));
    }
    return lumen;
}

void raise_to_lumen(const Lumen& lumen, const Grid& grid, double cell_mm, std::span<double> paths) {
    Sweeper(lumen, grid, cell_mm, paths).sweep();
}

}  // namespace stenometry::phantom
