#include "phantom/angioplasty_devices.h"

#include <algorithm>
#include <cmath>

#include "phantom/cath_lab_devices.h"

namespace stenometry::phantom {
namespace {

constexpr double step_mm = 0.4;

Line3 along(const Course& course, double from_mm, double to_mm) {
    Line3 line;
    for (double arc = from_mm; arc < to_mm; arc += step_mm)
        line.push_back(point_at(course.arc_mm, course.line_mm, arc));
    line.push_back(point_at(course.arc_mm, course.line_mm, to_mm));
    return line;
}

/// Points around the artery's middle: `across` and `up` are square to it.
struct Around {
    Point3 middle, across, up;

    Around(const Course& course, double arc) : middle(point_at(course.arc_mm, course.line_mm, arc)) {
        const Point3 ahead = point_at(course.arc_mm, course.line_mm, arc + 0.3) -
                             point_at(course.arc_mm, course.line_mm, arc - 0.3);
        across = unit(cross(ahead, {0.0, 0.0, 1.0}));
        up = unit(cross(across, ahead));
    }
    Point3 at(double radius_mm, double angle_deg) const {
        return middle + radius_mm * (degrees_cos(angle_deg) * across + degrees_sin(angle_deg) * up);
    }
};

/// How the rings of a stent are made.
struct Pattern {
    double strut_mm, attenuation_per_mm;
    double half_ring_mm = 0.55;  ///< from the middle of a ring to its crowns
    double pitch_mm = 1.4;       ///< from ring to ring
    int crowns = 7;              ///< on each side of a ring
};

class Stent {
  public:
    Stent(const Course& course, const Treatment& treatment, Pattern pattern)
        : course_(course),
          pattern_(pattern),
          radius_(diameters(course, treatment, Visit::after)),
          gap_mm_(treatment.neointima == Neointima::gap ? 0.5 * (treatment.from_mm + treatment.to_mm)
                                                        : -1e9) {
        const double length = treatment.to_mm - treatment.from_mm - 2.0 * pattern.half_ring_mm;
        const int rings = 1 + static_cast<int>(length / pattern.pitch_mm + 0.5);
        pattern_.pitch_mm = length / (rings - 1);
        for (int i = 0; i < rings; ++i)
            add_ring(treatment.from_mm + pattern.half_ring_mm + i * pattern_.pitch_mm, i, i + 1 < rings);
    }
    std::vector<SpatialTube> tubes;

  private:
    Point3 on_wall(double arc, double angle_deg) const {
        const double radius = 0.5 * (value_at(course_.arc_mm, radius_, arc) - pattern_.strut_mm);
        return Around(course_, arc).at(radius, angle_deg);
    }

    /// Whether two stents leave their gap here.
    bool is_gap(double arc) const { return std::abs(arc - gap_mm_) < pattern_.pitch_mm; }

    void add_ring(double arc, int number, bool linked) {
        if (is_gap(arc)) return;
        const double turn = 180.0 / pattern_.crowns;
        Line3 line;
        for (int crown = 0; crown < 2 * pattern_.crowns; ++crown)
            for (double t = 0.0; t < 1.0; t += 0.2) {
                const double side = (crown % 2 == 0 ? 1.0 : -1.0) * (1.0 - 2.0 * t);
                line.push_back(on_wall(arc + side * pattern_.half_ring_mm, (crown + t + number) * turn));
            }
        line.push_back(line.front());
        tubes.push_back(device("strut", std::move(line), pattern_.strut_mm, pattern_.attenuation_per_mm));
        if (linked && !is_gap(arc + pattern_.pitch_mm)) add_links(arc, number, turn);
    }

    /// Two on opposite sides, between crowns.
    void add_links(double arc, int number, double turn) {
        for (const int crown : {0, 2 * (pattern_.crowns / 2)}) {
            const double angle = (crown + number) * turn;
            tubes.push_back(device("link",
                                   {on_wall(arc + pattern_.half_ring_mm, angle),
                                    on_wall(arc + pattern_.pitch_mm - pattern_.half_ring_mm, angle)},
                                   pattern_.strut_mm, pattern_.attenuation_per_mm));
        }
    }

    const Course& course_;
    Pattern pattern_;
    std::vector<double> radius_;
    double gap_mm_;
};

SpatialTube inflated(const Course& course, const Treatment& treatment, double concentration) {
    const double from = treatment.from_mm - cone_mm;
    SpatialTube tube = device("balloon", along(course, from, treatment.to_mm + cone_mm), 1.0, 0.0);
    tube.bore = 1.0;
    const std::vector<double> arcs = arcs_of(tube.centerline_mm);
    for (std::size_t i = 0; i < arcs.size(); ++i) tube.diameter_mm[i] = balloon_mm(treatment, from + arcs[i]);
    tube.medium.assign(arcs.size(), concentration);
    return tube;
}

/// Through the catheter to `to_mm` in the artery.
Line3 through(const Course& course, const SpatialTube& catheter, double to_mm) {
    Line3 line = catheter.centerline_mm;
    const Point3 tip = line.back();
    const auto nearer = [&](Point3 a, Point3 b) { return size(a - tip) < size(b - tip); };
    const auto nearest = std::min_element(course.line_mm.begin(), course.line_mm.end(), nearer);
    const double inside = course.arc_mm[static_cast<std::size_t>(nearest - course.line_mm.begin())];
    const Line3 rest = along(course, inside + 3.0, to_mm);
    line.insert(line.end(), rest.begin(), rest.end());
    return line;
}

}  // namespace

std::vector<SpatialTube> stent(const Course& course, const Treatment& treatment, double strut_mm,
                               double attenuation_per_mm) {
    return Stent(course, treatment, {strut_mm, attenuation_per_mm}).tubes;
}

std::vector<SpatialTube> markers(const Course& course, const Treatment& treatment, double diameter_mm) {
    constexpr double half_mm = 0.5, attenuation_per_mm = 6.0;  // platinum at 80 kV
    std::vector<SpatialTube> bands;
    for (const double arc : {treatment.from_mm, treatment.to_mm}) {
        bands.push_back(
            device("marker", along(course, arc - half_mm, arc + half_mm), diameter_mm, attenuation_per_mm));
        bands.back().bore = 1.0 - 0.1 / diameter_mm;  // as thick as foil
    }
    return bands;
}

std::vector<SpatialTube> balloon(const Course& course, const Treatment& treatment, double concentration,
                                 const SpatialTube& catheter) {
    constexpr double wire_mm = 0.36;
    const double beyond = std::min(treatment.to_mm + 35.0, course.arc_mm.back() - 2.0);
    std::vector<SpatialTube> tubes{
        inflated(course, treatment, concentration),
        device("balloon shaft", through(course, catheter, treatment.to_mm + cone_mm + 4.0), balloon_shaft_mm,
               0.02),
        device("guide wire", through(course, catheter, beyond - 20.0), wire_mm, 0.5),
        device("guide wire tip", along(course, beyond - 20.0, beyond), wire_mm, 1.4)};
    tubes[1].bore = 0.7;
    const std::vector<SpatialTube> bands = markers(course, treatment, balloon_shaft_mm + 0.1);
    tubes.insert(tubes.end(), bands.begin(), bands.end());
    return tubes;
}

}  // namespace stenometry::phantom
