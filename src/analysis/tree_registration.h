#pragma once

#include <cstddef>
#include <span>

#include "stenometry/geometry.h"

namespace stenometry {

/// A place on a vessel.
struct TreePoint {
    Point at;
    Point along;             ///< unit vector from proximal to distal
    std::size_t vessel = 0;  ///< which of its tree
    std::size_t index = 0;   ///< of which point of the vessel
};

/// x -> linear x + shift.
struct AffineMap {
    double xx = 1.0, xy = 0.0, yx = 0.0, yy = 1.0;
    Point shift;

    Point operator()(Point p) const { return direction(p) + shift; }
    Point direction(Point d) const { return {xx * d.x + xy * d.y, yx * d.x + yy * d.y}; }
    /// \pre the map is not singular.
    AffineMap inverse() const;
};

struct TreeRegistration {
    AffineMap map;         ///< from the moving tree to the fixed one
    double covered = 0.0;  ///< part of the moving tree that comes to lie on the fixed one, 0..1
};

struct RegistrationOptions {
    double max_motion_px = 48.0;  ///< beyond what `start` says
    double tolerance_px = 12.0;   ///< what is as near as that lies on it
};

/// The affine map that brings one tree to lie on another.
/// \param start what is known of it before
TreeRegistration register_trees(std::span<const TreePoint> moving, std::span<const TreePoint> fixed,
                                const AffineMap& start, const RegistrationOptions& options);

/// The point of `tree` next to `at`, among those that run along as `along` does, to 45 degrees, in either
/// direction; none within `reach_px`: null.
const TreePoint* nearest_alike(std::span<const TreePoint> tree, Point at, Point along, double reach_px);

}  // namespace stenometry
