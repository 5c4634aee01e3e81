#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "phantom/portable_math.h"
#include "phantom/random.h"
#include "stenometry/geometry.h"

/// What organs are drawn with.
namespace stenometry::phantom {

/// 0 before 0, 1 after 1, smooth to the second derivative between.
inline double ease(double t) {
    t = std::clamp(t, 0.0, 1.0);
    return t * t * t * (10.0 + t * (6.0 * t - 15.0));
}

/// 0 before `edge - width / 2`, 1 after `edge + width / 2`, smooth between.
inline double step(double x, double edge, double width) { return ease((x - edge) / width + 0.5); }

/// Turned from x towards y, in radians.
inline Point rotated(Point p, double angle) {
    const double c = portable::cos(angle), s = portable::sin(angle);
    return {c * p.x - s * p.y, s * p.x + c * p.y};
}

/// Smooth random field with values -1..1: values on a square lattice, joined by smooth steps. Each field has
/// its own rotation and offset, so that the lattices of several fields do not show. It repeats after 64
/// spacings.
class RandomField {
  public:
    RandomField(std::uint64_t seed, std::uint64_t stream, double spacing_mm) : corners_(size * size) {
        Random random(seed, stream);
        const double angle = random.uniform(0.0, portable::pi);
        along_ = (1.0 / spacing_mm) * rotated({1.0, 0.0}, angle);
        across_ = (1.0 / spacing_mm) * rotated({0.0, 1.0}, angle);
        offset_ = {random.uniform(), random.uniform()};
        for (double& corner : corners_) corner = random.uniform(-1.0, 1.0);
    }

    double operator()(Point p) const {
        const Point at = offset_ + Point{dot(p, along_), dot(p, across_)};
        const double x = std::floor(at.x), y = std::floor(at.y);
        const double u = ease(at.x - x), v = ease(at.y - y);
        const auto ix = static_cast<std::int64_t>(x), iy = static_cast<std::int64_t>(y);
        const double top = corner(ix, iy) + u * (corner(ix + 1, iy) - corner(ix, iy));
        const double bottom = corner(ix, iy + 1) + u * (corner(ix + 1, iy + 1) - corner(ix, iy + 1));
        return top + v * (bottom - top);
    }

  private:
    static constexpr std::size_t size = 64;

    double corner(std::int64_t x, std::int64_t y) const {
        return corners_[(static_cast<std::size_t>(y) % size) * size + static_cast<std::size_t>(x) % size];
    }

    Point along_, across_, offset_;
    std::vector<double> corners_;
};

}  // namespace stenometry::phantom
