#pragma once

#include "phantom/space.h"

namespace stenometry::phantom {

/// The left ventricle's outer surface: an ellipsoid of revolution about the heart's long axis. Places on it
/// are angles: `down` from the base (0) to the apex (180), `around` from the groove of the anterior
/// descending artery towards the circumflex.
struct HeartSurface {
    Point3 centre;
    Point3 axis;                                ///< from the base to the apex
    Point3 anterior;                            ///< towards the anterior groove
    Point3 lateral;                             ///< towards the circumflex
    double length_mm = 50.0, radius_mm = 41.0;  ///< half axes

    explicit HeartSurface(std::uint64_t seed);

    /// \param lift 1 on the surface, less inside.
    Point3 at(double down_deg, double around_deg, double lift = 1.0) const;
    /// 1 on the surface.
    double lift(Point3 p) const;
    Point3 lifted(Point3 p, double lift) const;
    Point3 normal(Point3 p) const;
    /// Where the aorta's valve lies, and the way up from there.
    Point3 aortic_root() const;
};

/// The first point of the first tube is the ostium.
std::vector<SpatialTube> coronary_tree_on(const HeartSurface& heart, std::uint64_t seed,
                                          CoronaryArtery artery, int generations);

}  // namespace stenometry::phantom
