#pragma once

#include <cmath>
#include <vector>

#include "phantom/portable_math.h"
#include "stenometry/cath_lab_phantom.h"

/// Vectors and curves in space, with the same bits on every machine.
namespace stenometry::phantom {

using Line3 = std::vector<Point3>;

inline Point3 cross(Point3 a, Point3 b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline double size(Point3 p) { return std::sqrt(dot(p, p)); }
inline Point3 unit(Point3 p) { return (1.0 / size(p)) * p; }
inline double radians(double degrees) { return degrees * portable::pi / 180.0; }
inline double degrees_cos(double degrees) { return portable::cos(radians(degrees)); }
inline double degrees_sin(double degrees) { return portable::sin(radians(degrees)); }

/// `p` turned about the unit vector `axis`.
Point3 turned(Point3 p, Point3 axis, double angle_deg);

/// Distances along a line of straight pieces.
std::vector<double> arcs_of(const Line3& line);

/// A smooth curve through the points (Catmull and Rom, 1974), sampled about every `step_mm`.
Line3 curve_through(const Line3& knots, double step_mm);

/// Value at `arc` of what is given at `arcs`, linear between them and constant beyond.
double value_at(const std::vector<double>& arcs, const std::vector<double>& values, double arc);
Point3 point_at(const std::vector<double>& arcs, const Line3& line, double arc);

/// x^(3/7) and x^(7/3), x > 0.
inline double power(double x, double exponent) { return portable::exp(exponent * portable::log(x)); }

}  // namespace stenometry::phantom
