#include "phantom/space.h"

#include <algorithm>
#include <cstddef>

namespace stenometry::phantom {
namespace {

/// The piece of a Catmull-Rom spline between b and c.
Point3 spline_point(const Point3& a, const Point3& b, const Point3& c, const Point3& d, double t) {
    const Point3 linear = 0.5 * (c - a);
    const Point3 square = a - 2.5 * b + 2.0 * c - 0.5 * d;
    const Point3 cube = 1.5 * (b - c) + 0.5 * (d - a);
    return b + t * (linear + t * (square + t * cube));
}

/// Index of the piece that holds `arc`.
std::size_t piece_of(const std::vector<double>& arcs, double arc) {
    const auto after = std::upper_bound(arcs.begin() + 1, arcs.end() - 1, arc);
    return static_cast<std::size_t>(after - arcs.begin()) - 1;
}

double fraction_of(const std::vector<double>& arcs, std::size_t i, double arc) {
    const double whole = arcs[i + 1] - arcs[i];
    return whole > 0.0 ? std::clamp((arc - arcs[i]) / whole, 0.0, 1.0) : 0.0;
}

}  // namespace

Point3 turned(Point3 p, Point3 axis, double angle_deg) {
    // Rodrigues' rotation.
    const double c = degrees_cos(angle_deg), s = degrees_sin(angle_deg);
    return c * p + s * cross(axis, p) + ((1.0 - c) * dot(axis, p)) * axis;
}

std::vector<double> arcs_of(const Line3& line) {
    std::vector<double> arcs(line.size(), 0.0);
    for (std::size_t i = 1; i < line.size(); ++i) arcs[i] = arcs[i - 1] + size(line[i] - line[i - 1]);
    return arcs;
}

Line3 curve_through(const Line3& knots, double step_mm) {
    Line3 line;
    const std::size_t last = knots.size() - 1;
    for (std::size_t i = 0; i < last; ++i) {
        const Point3 before = i > 0 ? knots[i - 1] : 2.0 * knots[0] - knots[1];
        const Point3 after = i + 2 <= last ? knots[i + 2] : 2.0 * knots[last] - knots[last - 1];
        const double pieces = std::max(1.0, std::ceil(size(knots[i + 1] - knots[i]) / step_mm));
        for (double k = 0.0; k < pieces; k += 1.0)
            line.push_back(spline_point(before, knots[i], knots[i + 1], after, k / pieces));
    }
    line.push_back(knots[last]);
    return line;
}

double value_at(const std::vector<double>& arcs, const std::vector<double>& values, double arc) {
    const std::size_t i = piece_of(arcs, arc);
    return values[i] + fraction_of(arcs, i, arc) * (values[i + 1] - values[i]);
}

Point3 point_at(const std::vector<double>& arcs, const Line3& line, double arc) {
    const std::size_t i = piece_of(arcs, arc);
    return line[i] + fraction_of(arcs, i, arc) * (line[i + 1] - line[i]);
}

}  // namespace stenometry::phantom
