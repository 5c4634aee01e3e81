#pragma once

#include <functional>
#include <span>
#include <vector>

#include "stenometry/phantom.h"

/// Tubes swept along smooth curves, and how far a ray runs through them.
namespace stenometry::phantom {

/// A smooth curve as points closely spaced along it, with unit tangents. Units are mm.
struct SmoothCurve {
    Polyline points;
    std::vector<Point> tangents;
    std::vector<double> arc_mm;

    double length_mm() const { return arc_mm.back(); }
    Point at(double arc) const;
};

/// The natural cubic spline through `knots`, parametrised by the distance of the knots, sampled about every
/// `step_mm`. \pre at least two distinct knots, step_mm > 0.
SmoothCurve smooth_curve(const Polyline& knots, double step_mm);

/// Diameter without and with lesions, at `arc_mm` from the first point.
double reference_mm(const Tube& tube, double arc_mm);
double diameter_mm(const Tube& tube, double arc_mm);

/// How far lesions of one wall move the middle of the lumen to the right of the curve, looking distally.
double shift_mm(const Tube& tube, double arc_mm);

/// What a lesion leaves of the diameter at `arc_mm`.
double lesion_ratio(const Lesion& lesion, double arc_mm);

/// Mean over x - cell/2 .. x + cell/2 of the chord 2 sqrt(r^2 - x^2) of a circle.
double mean_chord(double r, double x, double cell);

/// Points where a ray is wanted, in a plane of mm: column x and row y are at origin + step (x, y).
struct Grid {
    Point origin_mm;
    double step_mm = 1.0;
    int width = 0;
    int height = 0;
};

/// Distance of the samples along a curve: the chord between two of them leaves a curve of 3 mm radius by 0.1
/// um.
inline constexpr double curve_step_mm = 0.05;

/// A tube ready to be looked through.
struct Lumen {
    Tube tube;
    SmoothCurve curve;
    std::vector<double> radius_mm;  ///< with lesions, at the curve's points
    std::vector<double> shift_mm;   ///< of the middle to the right of the curve, at its points
    std::vector<double> contrast;   ///< concentration relative to the scene's, at the curve's points
};

/// Concentration of the medium, as a fraction of the scene's, at a distance from the ostium along the
/// vessels.
using Opacity = std::function<double(double ostium_distance_mm)>;

/// Everywhere the tube's own contrast.
Lumen swept(const Tube& tube);
Lumen swept(const Tube& tube, const Opacity& opacity);

/// Raises each of `paths` (grid.width * grid.height, row by row) to the path length through the lumen there,
/// times the concentration: several lumens on one grid become their union, as all of them are centred on one
/// plane. The path is averaged over `cell_mm` across the wall; 0 takes it at the point itself.
void raise_to_lumen(const Lumen& lumen, const Grid& grid, double cell_mm, std::span<double> paths);

}  // namespace stenometry::phantom
