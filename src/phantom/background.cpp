#include "phantom/background.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "phantom/random_field.h"
#include "phantom/rows.h"

namespace stenometry::phantom {
namespace {

/// The heart as an ellipsoid of blood and muscle in the lung.
struct Heart {
    Point centre, radii;
    Point axis;  ///< direction of the first radius
    double depth;

    double operator()(Point p) const {
        const Point q{dot(p - centre, axis), cross(axis, p - centre)};
        const double inside = 1.0 - (q.x * q.x) / (radii.x * radii.x) - (q.y * q.y) / (radii.y * radii.y);
        // It beats during the exposure and lies in fat: its edge is not sharp.
        return inside > 0.0 ? depth * std::sqrt(inside) * ease(inside / 0.14) : 0.0;
    }
};

/// The dome of liver and diaphragm, bottom up.
struct Diaphragm {
    Point top;
    double radius, depth, edge_mm;

    double operator()(Point p) const {
        const double x = (p.x - top.x) / radius;
        const double below = p.y - top.y - radius * (1.0 - std::sqrt(std::max(0.0, 1.0 - x * x)));
        if (below <= 0.0) return 0.0;
        return depth *
               (0.35 * step(below, 0.5 * edge_mm, edge_mm) + 0.65 * std::sqrt(std::min(1.0, below / 60.0)));
    }
};

/// Vertebral bodies with discs between them.
struct Spine {
    double x, lean, half_width, pitch, phase, depth;

    double operator()(Point p) const {
        const double off = p.x - x - lean * p.y;
        const double along = p.y / pitch + phase;
        const double to_disc =
            std::abs(along - std::floor(along) - 0.5) * pitch;  // from the middle of a body
        const double waist = half_width * (0.93 + 0.07 * ease(to_disc / (0.5 * pitch)));
        const double body = 1.0 - step(std::abs(off), waist, 8.0);
        const double disc = step(to_disc, 0.5 * pitch - 3.5, 3.0);
        const double endplate = step(to_disc, 0.5 * pitch - 5.0, 2.0) - disc;
        const double rim = step(std::abs(off), waist - 5.0, 4.0);
        return depth * body * (1.0 - 0.35 * disc + 0.15 * endplate + 0.15 * rim);
    }
};

/// A rib: a flat tube of cortical bone along a parabola.
struct Rib {
    Point apex;
    double slope, bend, half_width, depth;

    double operator()(Point p) const {
        const double x = p.x - apex.x;
        const double direction = slope + 2.0 * bend * x;
        const double off = (p.y - apex.y - slope * x - bend * x * x) / std::sqrt(1.0 + direction * direction);
        const double u = std::abs(off) / half_width;
        if (u >= 1.0) return 0.0;
        // Chord of the outer less that of the inner ellipse: the cortex shows at the edges.
        const double inner = u / 0.82;
        const double cortex =
            std::sqrt(1.0 - u * u) - (inner < 1.0 ? 0.8 * std::sqrt(1.0 - inner * inner) : 0.0);
        return depth * (0.5 * std::sqrt(1.0 - u * u) + cortex) * ease((1.0 - u) / 0.25);
    }
};

/// A chest in one projection. Sizes of bones are in mm, places follow what the image shows.
class ChestModel {
  public:
    ChestModel(Point field, std::uint64_t seed)
        : tissue_{RandomField(seed, 11, 45.0), RandomField(seed, 12, 17.0), RandomField(seed, 13, 6.0),
                  RandomField(seed, 14, 2.2)},
          markings_{RandomField(seed, 21, 13.0), RandomField(seed, 22, 7.0)},
          warp_{RandomField(seed, 31, 38.0), RandomField(seed, 32, 38.0), RandomField(seed, 33, 12.0),
                RandomField(seed, 34, 12.0)} {
        Random random(seed, 1);
        const double side = random.uniform() < 0.5 ? -1.0 : 1.0;  // of the lung that shows
        tilt_ = {random.uniform(-0.12, 0.12) / field.x, random.uniform(-0.05, 0.15) / field.y};
        heart_ = {
            .centre = {side * random.uniform(-0.20, -0.05) * field.x, random.uniform(0.06, 0.18) * field.y},
            .radii = {random.uniform(0.52, 0.70) * field.x, random.uniform(0.46, 0.60) * field.y},
            .axis = rotated({1.0, 0.0}, random.uniform(-0.5, 0.5)),
            .depth = random.uniform(0.28, 0.42)};
        diaphragm_ = {.top = {random.uniform(-0.35, 0.35) * field.x, random.uniform(0.22, 0.48) * field.y},
                      .radius = random.uniform(0.6, 0.9) * field.x,
                      .depth = random.uniform(0.25, 0.5),
                      .edge_mm = random.uniform(0.8, 2.0)};
        spine_ = {.x = -side * random.uniform(0.18, 0.48) * field.x,
                  .lean = random.uniform(-0.10, 0.10),
                  .half_width = random.uniform(14.0, 18.0),
                  .pitch = random.uniform(24.0, 29.0),
                  .phase = random.uniform(),
                  .depth = random.uniform(0.05, 0.16)};
        add_ribs(random, field, side);
    }

    double attenuation(Point straight) const {
        // No organ is an ellipse: its outline wanders by a few millimetres.
        const Point coarse{warp_[0](straight), warp_[1](straight)},
            fine{warp_[2](straight), warp_[3](straight)};
        const Point p = straight + 5.0 * coarse + 1.2 * fine;
        double value = 0.55 + dot(tilt_, p) + heart_(p) + diaphragm_(p) + spine_(straight + 1.5 * fine);
        for (const Rib& rib : ribs_) value += rib(straight + coarse);
        value += 0.10 * tissue_[0](p) + 0.05 * tissue_[1](p) + 0.018 * tissue_[2](p) + 0.009 * tissue_[3](p);
        return value + lung_markings(p);
    }

  private:
    void add_ribs(Random& random, Point field, double side) {
        const double spacing = random.uniform(21.0, 28.0);
        const double slope = side * random.uniform(0.15, 0.55);
        const double bend = random.uniform(-0.002, 0.003);
        const double depth = random.uniform(0.035, 0.075);
        for (double y = -1.2 * field.y + random.uniform(0.0, spacing); y < 1.2 * field.y; y += spacing)
            ribs_.push_back({.apex = {side * 0.5 * field.x, y + random.uniform(-2.0, 2.0)},
                             .slope = slope + random.uniform(-0.03, 0.03),
                             .bend = bend,
                             .half_width = random.uniform(4.5, 6.5),
                             .depth = depth * random.uniform(0.7, 1.2)});
    }

    /// Vessels of the lung: narrow ridges where a field passes through zero.
    double lung_markings(Point p) const {
        const auto ridge = [&](const RandomField& field, double width) {
            const double u = field(p) / width;
            return u * u < 1.0 ? (1.0 - u * u) * (1.0 - u * u) : 0.0;
        };
        return 0.035 * ridge(markings_[0], 0.16) + 0.022 * ridge(markings_[1], 0.14);
    }

    Point tilt_;
    Heart heart_;
    Diaphragm diaphragm_;
    Spine spine_;
    std::vector<Rib> ribs_;
    std::vector<RandomField> tissue_, markings_, warp_;
};

}  // namespace

Image<float> chest_attenuation(const Grid& grid, Point field_mm, std::uint64_t seed) {
    const ChestModel chest(field_mm, seed);
    Image<float> attenuation(grid.width, grid.height);
    for_each_row(grid.height, [&](int y) {
        for (int x = 0; x < grid.width; ++x)
            attenuation(x, y) = static_cast<float>(
                chest.attenuation(grid.origin_mm + grid.step_mm * Point{double(x), double(y)}));
    });
    return attenuation;
}

}  // namespace stenometry::phantom
