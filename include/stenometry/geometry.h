#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "stenometry/export.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// A place in an image in pixels. x grows to the right, y grows downwards, and the centre of the first pixel
/// is (0, 0). A point that could not be found has NaN coordinates.
struct Point {
    double x = 0.0;
    double y = 0.0;
    friend bool operator==(const Point&, const Point&) = default;
};

/// A point that stands for "not found".
inline constexpr Point no_point{std::numeric_limits<double>::quiet_NaN(),
                                std::numeric_limits<double>::quiet_NaN()};

inline Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
inline Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
inline Point operator*(double s, Point p) { return {s * p.x, s * p.y}; }
inline double dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }
inline double cross(Point a, Point b) { return a.x * b.y - a.y * b.x; }
inline double norm(Point p) { return std::hypot(p.x, p.y); }
inline double distance(Point a, Point b) { return norm(a - b); }
inline Point lerp(Point a, Point b, double t) { return a + t * (b - a); }
inline bool is_finite(Point p) { return std::isfinite(p.x) && std::isfinite(p.y); }

/// A curve as the points it runs through, in order.
using Polyline = std::vector<Point>;

/// Arc length from the first point to each point, in the unit of the points; as long as `line`.
std::vector<double> cumulative_length(const Polyline& line);

/// Length of the whole curve, in the unit of the points.
double length(const Polyline& line);

/// The curve sampled at equal steps of arc length, close to `step` and such that the last sample is the last
/// point. A curve of fewer than two distinct points comes back as it is.
/// \throws InvalidInput if `step` is not positive, or a point is not finite.
Polyline resample(const Polyline& line, double step);

/// Unit tangents, one per point, by central differences; zero where neighbouring points coincide.
std::vector<Point> tangents(const Polyline& line);

/// Unit normals, one per point: the tangents turned by a quarter from +x towards +y, so that they point to
/// the right of who looks along the curve in an image whose y grows downwards.
std::vector<Point> normals(const Polyline& line);

/// A place on a curve.
struct CurvePoint {
    Point at = no_point;
    std::size_t segment = 0;  ///< `at` lies between the points `segment` and `segment + 1`
    double arc = 0.0;         ///< arc length from the first point
    double distance = 0.0;    ///< from the point that was asked for
};

/// The place on the curve next to `p`; the first of several. \pre `line` is not empty.
CurvePoint nearest_on(const Polyline& line, Point p);

/// The part of the curve between two arc lengths, with the ends interpolated. What lies beyond the curve's
/// ends is left out; empty if `from_arc` is not below `to_arc`.
Polyline slice(const Polyline& line, double from_arc, double to_arc);

/// The parts of the curve between points that were not found, such as those of a wall.
std::vector<Polyline> finite_parts(const Polyline& line);

/// The curve without its wiggles: the cubic smoothing spline through its points, whose two ends stay in
/// place. The amplitude of a wiggle of wavelength 2 pi `length` is halved; longer ones remain, and bends do
/// not shrink.
/// \pre the points are at equal distances, as `resample` makes them.
/// Source: Whittaker, Proc. Edinb. Math. Soc. 41 (1923) 63, with differences of second order.
/// \throws InvalidInput if `length` is negative.
Polyline smooth(const Polyline& line, double length);

}  // namespace stenometry

STENOMETRY_EXPORT_END
