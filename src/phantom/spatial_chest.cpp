#include "phantom/spatial_chest.h"

#include <algorithm>
#include <cmath>

#include "phantom/random_field.h"
#include "phantom/rows.h"

namespace stenometry::phantom {
namespace {

/// 1 at 0, 0 beyond -1 and 1, smooth.
double bump(double u) {
    const double inside = std::max(0.0, 1.0 - u * u);
    return inside * inside;
}

/// How the heart's and other bodies' surfaces look from the C-arm: the same for all rays, as the source is
/// far away.
struct Eye {
    Point3 across, down, along;  ///< directions of the picture and the beam in the patient
    Point centre;                ///< of the picture, in mm of the isocentre's plane

    explicit Eye(const View& view) : centre(view.centre_mm) {
        View straight = view;
        straight.roll_deg = 0.0;
        straight.centre_mm = {};
        straight.source_mm = 1e9;
        const auto seen = [&](Point3 p) { return project(straight, p); };
        const Projected x = seen({1, 0, 0}), y = seen({0, 1, 0}), z = seen({0, 0, 1});
        across = {x.mm.x, y.mm.x, z.mm.x};
        down = {x.mm.y, y.mm.y, z.mm.y};
        along = {x.depth_mm, y.depth_mm, z.depth_mm};
    }

    Point at(Point3 p) const { return {dot(p, across), dot(p, down)}; }
};

/// An ellipsoid of revolution: path of a ray by the quadratic equation of its entry and exit.
struct Body {
    Point3 middle, axis;
    double half_length, half_width, softness;

    double path(const Eye& eye, Point p) const {
        const Point3 from = p.x * eye.across + p.y * eye.down - middle;
        const auto scaled = [&](Point3 v, Point3 w) {
            const double a = dot(v, axis), b = dot(w, axis);
            return a * b / (half_length * half_length) + (dot(v, w) - a * b) / (half_width * half_width);
        };
        const double square = scaled(eye.along, eye.along), middle_term = scaled(from, eye.along);
        const double inside = middle_term * middle_term - square * (scaled(from, from) - 1.0);
        // It beats during the exposure and lies in fat: its edge is not sharp.
        return inside > 0.0 ? 2.0 * std::sqrt(inside) / square * ease(inside / (softness * square)) : 0.0;
    }
};

/// Vertebral bodies with their discs, end plates and pedicles, seen from the side or from the front.
struct Spine {
    double x, lean, half_width, pitch, phase, bone, tilt_mm;

    double operator()(Point p) const {
        const double u = (p.x - x - lean * p.y) / half_width;
        if (std::abs(u) > 1.9) return 0.0;
        const double bow = std::sqrt(std::max(0.0, 1.0 - u * u));
        const double along = p.y / pitch + phase, nearest = std::floor(along + 0.5);
        const double from_disc = (along - nearest) * pitch;
        return bone * (body(u, from_disc) + plates(u, from_disc, bow) + pedicles(u, from_disc));
    }

    double body(double u, double from_disc) const {
        const double waist = 0.90 + 0.10 * bump(from_disc / (0.5 * pitch));
        const double v = std::abs(u) / waist;
        if (v >= 1.0) return 0.0;
        const double disc = 1.0 - 0.45 * (1.0 - step(std::abs(from_disc), 3.0, 2.5));
        return (0.75 * std::sqrt(1.0 - v * v) * ease((1.0 - v) / 0.12) + 0.35 * bump((v - 0.93) / 0.07)) *
               disc;
    }

    /// The rims of the end plates: lines, or ellipses where the beam comes from above or below.
    double plates(double u, double from_disc, double bow) const {
        if (std::abs(u) > 1.0) return 0.0;
        double sum = 0.0;
        for (const double side : {-1.0, 1.0})
            for (const double rim : {-1.0, 1.0})
                sum += bump((from_disc - side * 3.4 - rim * tilt_mm * bow) / 1.3);
        return 0.28 * sum;
    }

    double pedicles(double u, double from_disc) const {
        const double y = (std::abs(from_disc) - 0.36 * pitch) / 6.0;
        double sum = 0.0;
        for (const double at : {-0.62, 0.62}) {
            const double r2 = (u - at) * (u - at) / 0.05 + y * y;
            sum += r2 < 1.0 ? 0.4 * bump(std::sqrt(r2) - 0.75) : 0.0;
        }
        return sum + 0.25 * bump(u / 0.18) * bump(y);  // and the spinous process
    }
};

/// A rib from the spine to the side: a flat tube with a denser shell.
struct Rib {
    Point apex;
    double slope, bend, half_width, depth, side;

    double operator()(Point p) const {
        const double x = (p.x - apex.x) * side;
        if (x < 0.0) return 0.0;
        const double direction = slope + 2.0 * bend * x;
        const double off = (p.y - apex.y - slope * x - bend * x * x) / std::sqrt(1.0 + direction * direction);
        const double u = std::abs(off) / half_width;
        if (u >= 1.0) return 0.0;
        return depth *
               (0.8 * std::sqrt(1.0 - u * u) * ease((1.0 - u) / 0.2) + 0.45 * bump((u - 0.86) / 0.14)) *
               ease(x / 15.0);
    }
};

/// The dome of liver and diaphragm.
struct Diaphragm {
    Point top;
    double radius, depth, edge_mm;

    double operator()(Point p) const {
        const double x = std::clamp((p.x - top.x) / radius, -1.0, 1.0);
        const double below = p.y - top.y - radius * (1.0 - std::sqrt(1.0 - x * x));
        if (below <= 0.0) return 0.0;
        return depth *
               (0.4 * step(below, 0.5 * edge_mm, edge_mm) + 0.6 * std::sqrt(std::min(1.0, below / 50.0)));
    }
};

class ChestInView {
  public:
    ChestInView(const View& view, const HeartSurface& heart, std::uint64_t seed)
        : eye_(view),
          tissue_{RandomField(seed, 11, 60.0), RandomField(seed, 12, 22.0), RandomField(seed, 13, 8.0),
                  RandomField(seed, 14, 3.0), RandomField(seed, 15, 1.7)},
          warp_{RandomField(seed, 31, 38.0), RandomField(seed, 32, 38.0), RandomField(seed, 33, 12.0),
                RandomField(seed, 34, 12.0)} {
        Random random(seed, 0x6368657374);
        add_heart(random, heart);
        add_spine(random, view);
        add_ribs(random);
        const double dome =
            eye_.at({random.uniform(-50.0, 50.0), heart.radius_mm * random.uniform(0.45, 1.4), 0.0}).y;
        diaphragm_ = {.top = {random.uniform(-60.0, 60.0), dome},
                      .radius = random.uniform(80.0, 140.0),
                      .depth = random.uniform(0.15, 0.7),
                      .edge_mm = random.uniform(0.8, 4.0)};
        tilt_ = {random.uniform(-0.0025, 0.0025), random.uniform(-0.001, 0.002)};
        grain_ = random.uniform(0.5, 1.6);
    }

    double attenuation(Point straight) const {
        const Point coarse{warp_[0](straight), warp_[1](straight)},
            fine{warp_[2](straight), warp_[3](straight)};
        const Point p = straight + 5.0 * coarse + 1.3 * fine;
        double path = 0.0;
        for (const Body& body : heart_) path = std::max(path, body.path(eye_, p));
        const double below = diaphragm_(p);
        // Air in the lungs makes their texture coarser than that of blood and muscle.
        const double lung = 1.0 / (1.0 + path / 25.0 + 6.0 * below);
        double value =
            0.9 + dot(tilt_, straight) + blood_per_mm_ * path + below + spine_(straight + 0.8 * fine);
        for (const Rib& rib : ribs_) value += rib(straight + 2.0 * coarse + 0.5 * fine);
        return value + texture(p, lung);
    }

  private:
    double texture(Point p, double lung) const {
        const double slow = 0.10 * tissue_[0](p) + (0.03 + 0.04 * lung) * tissue_[1](p);
        return slow +
               grain_ * ((0.010 + 0.020 * lung) * tissue_[2](p) + (0.005 + 0.016 * lung) * tissue_[3](p) +
                         (0.002 + 0.006 * lung) * tissue_[4](p));
    }

    /// Left and right ventricle, the atria, and the great vessels above them.
    void add_heart(Random& random, const HeartSurface& heart) {
        const auto near = [&](double down, double around, double lift) {
            return heart.at(down, around, lift);
        };
        const double soft = random.uniform(0.1, 0.5);
        heart_ = {{heart.centre, heart.axis, heart.length_mm * 1.03, heart.radius_mm * 1.04, soft},
                  {near(95.0, -80.0, random.uniform(0.25, 0.45)), heart.axis, heart.length_mm * 0.9,
                   heart.radius_mm * random.uniform(0.85, 1.05), soft},
                  {near(15.0, 160.0, random.uniform(0.5, 0.8)), heart.lateral, heart.radius_mm * 0.95,
                   heart.radius_mm * random.uniform(0.7, 0.9), soft},
                  {heart.aortic_root() + Point3{random.uniform(-12.0, 8.0), -60.0, -15.0},
                   {0.0, 1.0, 0.0},
                   85.0,
                   random.uniform(24.0, 36.0),
                   0.8}};
        blood_per_mm_ = random.uniform(0.0008, 0.0045);
    }

    void add_spine(Random& random, const View& view) {
        const Point at = eye_.at({random.uniform(-8.0, 8.0), 0.0, -random.uniform(75.0, 100.0)});
        spine_ = {.x = at.x,
                  .lean = random.uniform(-0.08, 0.08),
                  .half_width = random.uniform(15.0, 21.0),
                  .pitch = random.uniform(23.0, 30.0),
                  .phase = random.uniform(),
                  .bone = random.uniform(0.02, 0.2),
                  .tilt_mm = 14.0 * std::abs(degrees_sin(view.cranial_deg + random.uniform(-8.0, 8.0)))};
    }

    void add_ribs(Random& random) {
        const double spacing = random.uniform(22.0, 32.0), drawn = random.uniform();
        const double depth = 0.09 * drawn * random.uniform();
        for (const double side : {-1.0, 1.0}) {
            const double slope = random.uniform(-0.2, 0.9), bend = random.uniform(-0.001, 0.004);
            for (double y = -190.0 + random.uniform(0.0, spacing); y < 150.0; y += spacing)
                ribs_.push_back({.apex = {spine_.x, y + random.uniform(-2.0, 2.0)},
                                 .slope = slope + random.uniform(-0.04, 0.04),
                                 .bend = bend,
                                 .half_width = random.uniform(4.5, 6.5),
                                 .depth = depth * random.uniform(0.5, 1.2),
                                 .side = side});
        }
    }

    Eye eye_;
    std::vector<Body> heart_;
    double blood_per_mm_ = 0.0, grain_ = 1.0;
    Spine spine_{};
    std::vector<Rib> ribs_;
    Diaphragm diaphragm_{};
    Point tilt_;
    std::vector<RandomField> tissue_, warp_;
};

}  // namespace

Image<float> chest_in_view(const Grid& grid, const View& view, const HeartSurface& heart,
                           std::uint64_t seed) {
    const ChestInView chest(view, heart, seed);
    const double c = degrees_cos(view.roll_deg), s = degrees_sin(view.roll_deg);
    Image<float> attenuation(grid.width, grid.height);
    for_each_row(grid.height, [&](int y) {
        for (int x = 0; x < grid.width; ++x) {
            const Point p = grid.origin_mm + grid.step_mm * Point{double(x), double(y)};
            const Point upright{c * p.x + s * p.y, c * p.y - s * p.x};
            attenuation(x, y) = static_cast<float>(chest.attenuation(upright + view.centre_mm));
        }
    });
    return attenuation;
}

}  // namespace stenometry::phantom
