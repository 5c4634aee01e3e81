#include "phantom/background.h"

#include <cmath>

#include "phantom/random.h"

namespace stenometry::phantom {
namespace {

/// Smooth random field with values about -1..1: values on a square lattice, joined by cubic steps.
double lattice_noise(Point p_mm, double spacing_mm, std::uint64_t seed) {
    const Point at = (1.0 / spacing_mm) * p_mm;
    const double x0 = std::floor(at.x), y0 = std::floor(at.y);
    const auto corner = [&](double x, double y) {
        const auto ix = static_cast<std::uint64_t>(static_cast<std::int64_t>(x));
        const auto iy = static_cast<std::uint64_t>(static_cast<std::int64_t>(y));
        return Random(seed, ix, iy).uniform(-1.0, 1.0);
    };
    const auto ease = [](double t) { return t * t * t * (10.0 + t * (6.0 * t - 15.0)); };
    const double u = ease(at.x - x0), v = ease(at.y - y0);
    const double top = corner(x0, y0) + u * (corner(x0 + 1.0, y0) - corner(x0, y0));
    const double bottom = corner(x0, y0 + 1.0) + u * (corner(x0 + 1.0, y0 + 1.0) - corner(x0, y0 + 1.0));
    return top + v * (bottom - top);
}

}  // namespace

Image<float> chest_attenuation(const Grid& grid, Point field_mm, std::uint64_t seed) {
    Image<float> attenuation(grid.width, grid.height);
    for (int y = 0; y < grid.height; ++y)
        for (int x = 0; x < grid.width; ++x) {
            const Point p = grid.origin_mm + grid.step_mm * Point{double(x), double(y)};
            const double field = 0.5 + 0.25 * lattice_noise(p, 0.5 * field_mm.x, seed) +
                                 0.06 * lattice_noise(p, 8.0, seed + 1);
            attenuation(x, y) = static_cast<float>(field);
        }
    return attenuation;
}

}  // namespace stenometry::phantom
