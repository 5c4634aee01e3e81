#include "analysis/tree_registration.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <vector>

namespace stenometry {
namespace {

using Normal = Eigen::Matrix<double, 6, 6>;
using Parameters = Eigen::Matrix<double, 6, 1>;  // xx, xy, yx, yy, shift: what is added to a map

Point normalised(Point p) {
    const double size = norm(p);
    return size > 0.0 ? 1.0 / size * p : p;
}

Point centre_of(std::span<const TreePoint> tree) {
    Point sum;
    for (const TreePoint& point : tree) sum = sum + point.at;
    return 1.0 / static_cast<double>(tree.size()) * sum;
}

AffineMap shifted(AffineMap map, Point by) {
    map.shift = map.shift + by;
    return map;
}

/// How much of the moving tree lies near the fixed one: 1 on it, 0 from `reach_px` on.
double overlap(std::span<const TreePoint> moving, std::span<const TreePoint> fixed, const AffineMap& map,
               double reach_px) {
    double sum = 0.0;
    for (const TreePoint& point : moving) {
        const Point at = map(point.at);
        if (const TreePoint* match = nearest_alike(fixed, at, map.direction(point.along), reach_px))
            sum += 1.0 - distance(at, match->at) / reach_px;
    }
    return sum / static_cast<double>(moving.size());
}

/// Every `step`-th point: enough to find the shift.
std::vector<TreePoint> thinned(std::span<const TreePoint> tree, std::size_t most) {
    const std::size_t step = std::max<std::size_t>(1, tree.size() / most);
    std::vector<TreePoint> kept;
    for (std::size_t i = 0; i < tree.size(); i += step) kept.push_back(tree[i]);
    return kept;
}

/// The shift, in steps of the tolerance, after which most of one tree lies on the other.
AffineMap best_shift(std::span<const TreePoint> moving, std::span<const TreePoint> fixed,
                     const AffineMap& start, const RegistrationOptions& options) {
    const std::vector<TreePoint> few = thinned(moving, 100);
    const double step = options.tolerance_px;
    const int reach = static_cast<int>(options.max_motion_px / step);
    AffineMap best = start;
    double most = 0.0;
    for (int y = -reach; y <= reach; ++y)
        for (int x = -reach; x <= reach; ++x) {
            const AffineMap map = shifted(start, {step * x, step * y});
            // Of two that do equally well the nearer one.
            const double value = overlap(few, fixed, map, 2.0 * step) - 1e-3 * std::hypot(x, y);
            if (value > most) most = value, best = map;
        }
    return best;
}

/// One step of least squares: distances across the fixed vessels alone, as nothing says which of its points
/// is which; what they leave open stays as it is.
AffineMap improved(std::span<const TreePoint> moving, std::span<const TreePoint> fixed, const AffineMap& map,
                   const AffineMap& start, double reach_px) {
    // Between two frames the heart changes lengths by some percent and angles by some degrees.
    constexpr double linear_sd = 0.05, distance_sd_px = 2.0;
    const double shift_sd_px = reach_px;
    const Point centre = map(centre_of(moving));
    Normal normal = Normal::Zero();
    normal.diagonal().head<4>().setConstant(1.0 / (linear_sd * linear_sd));
    normal.diagonal().tail<2>().setConstant(1.0 / (shift_sd_px * shift_sd_px));
    Parameters right;
    right << start.xx - map.xx, start.xy - map.xy, start.yx - map.yx, start.yy - map.yy, 0.0, 0.0;
    right /= linear_sd * linear_sd;
    for (const TreePoint& point : moving) {
        const Point at = map(point.at);
        const TreePoint* match = nearest_alike(fixed, at, map.direction(point.along), reach_px);
        if (match == nullptr) continue;
        const Point across{-match->along.y, match->along.x}, from = at - centre;
        const double off = dot(match->at - at, across);
        const double near = 1.0 - std::pow(distance(match->at, at) / reach_px, 2);
        const double weight = near * near / (distance_sd_px * distance_sd_px);  // Tukey's biweight
        Parameters row;
        row << across.x * from.x, across.x * from.y, across.y * from.x, across.y * from.y, across.x, across.y;
        normal += weight * row * row.transpose();
        right += weight * off * row;
    }
    const Parameters change = normal.ldlt().solve(right);
    // p -> p + L (p - centre) + shift, after `map`.
    const AffineMap step{
        .xx = 1.0 + change[0], .xy = change[1], .yx = change[2], .yy = 1.0 + change[3], .shift = {}};
    AffineMap result{.xx = step.xx * map.xx + step.xy * map.yx,
                     .xy = step.xx * map.xy + step.xy * map.yy,
                     .yx = step.yx * map.xx + step.yy * map.yx,
                     .yy = step.yx * map.xy + step.yy * map.yy,
                     .shift = {}};
    result.shift = step(map.shift - centre) + centre + Point{change[4], change[5]};
    return result;
}

double covered(std::span<const TreePoint> moving, std::span<const TreePoint> fixed, const AffineMap& map,
               double tolerance_px) {
    const auto on = std::ranges::count_if(moving, [&](const TreePoint& point) {
        return nearest_alike(fixed, map(point.at), map.direction(point.along), tolerance_px) != nullptr;
    });
    return static_cast<double>(on) / static_cast<double>(moving.size());
}

}  // namespace

AffineMap AffineMap::inverse() const {
    const double determinant = xx * yy - xy * yx;
    AffineMap back{.xx = yy / determinant,
                   .xy = -xy / determinant,
                   .yx = -yx / determinant,
                   .yy = xx / determinant,
                   .shift = {}};
    back.shift = -1.0 * back.direction(shift);
    return back;
}

const TreePoint* nearest_alike(std::span<const TreePoint> tree, Point at, Point along, double reach_px) {
    constexpr double cos_45_deg = 0.7071;
    const Point direction = normalised(along);
    const TreePoint* nearest = nullptr;
    double least = reach_px * reach_px;
    for (const TreePoint& point : tree) {
        const Point off = point.at - at;
        const double squared = dot(off, off);
        if (squared >= least || std::abs(dot(point.along, direction)) < cos_45_deg) continue;
        least = squared;
        nearest = &point;
    }
    return nearest;
}

TreeRegistration register_trees(std::span<const TreePoint> moving, std::span<const TreePoint> fixed,
                                const AffineMap& start, const RegistrationOptions& options) {
    if (moving.empty() || fixed.empty()) return {.map = start};
    AffineMap map = best_shift(moving, fixed, start, options);
    // First what is far apart counts, then less and less of it.
    constexpr int steps = 12;
    for (int i = 0; i < steps; ++i) {
        const double still = 1.0 - static_cast<double>(i) / (steps - 1);
        map = improved(moving, fixed, map, start, options.tolerance_px * (1.0 + 2.0 * still));
    }
    return {.map = map, .covered = covered(moving, fixed, map, options.tolerance_px / 2.0)};
}

}  // namespace stenometry
