#include "phantom/cath_lab_devices.h"

#include <algorithm>
#include <cmath>

namespace stenometry::phantom {
namespace {

constexpr double step_mm = 0.8;
constexpr double mm_per_french = 1.0 / 3.0;

Point3 somewhere(Random& random, Point3 middle, double spread_mm) {
    const double x = random.uniform(-spread_mm, spread_mm), y = random.uniform(-spread_mm, spread_mm);
    return middle + Point3{x, y, random.uniform(-spread_mm, spread_mm)};
}

Point3 direction(Random& random) {
    Point3 p = somewhere(random, {}, 1.0);
    while (dot(p, p) > 1.0 || dot(p, p) < 0.01) p = somewhere(random, {}, 1.0);
    return unit(p);
}

/// The last part of a catheter's course, from above the aorta's valve to the ostium.
struct Approach {
    Point3 high, rise, bend, ostium;
};

/// From the ostium against the far wall of the aorta's root and up.
Approach approach_of(Random& random, const HeartSurface& heart, Point3 ostium) {
    const Point3 to_root = heart.aortic_root() + Point3{0.0, -4.0, 0.0} - ostium;
    const Point3 inward = unit({to_root.x, 0.3 * to_root.y, to_root.z});
    const Point3 up = unit({random.uniform(-0.35, 0.1), -1.0, random.uniform(-0.15, 0.2)});
    const double reach = random.uniform(8.0, 20.0), far = reach + random.uniform(-3.0, 6.0);
    const Point3 bend = ostium + reach * inward + random.uniform(0.0, 12.0) * up;
    const Point3 rise = ostium + far * inward + random.uniform(24.0, 34.0) * up;
    const double height = random.uniform(35.0, 50.0);
    const Point3 high = rise + height * up + Point3{random.uniform(-6.0, 6.0), 0.0, -6.0};
    return {high, rise, bend, ostium};
}

Line3 from_arm(const Approach& to) {
    return {to.high + Point3{-190.0, -130.0, -20.0},
            to.high + Point3{-70.0, -75.0, -10.0},
            to.high + Point3{-18.0, -30.0, -5.0},
            to.high,
            to.rise,
            to.bend,
            to.ostium};
}

/// Up the descending aorta, which lies before the spine, and over the arch.
Line3 from_leg(Random& random, const Approach& to) {
    const Point3 arch = to.high + Point3{random.uniform(4.0, 14.0), -18.0, -24.0};
    const Point3 behind = arch + Point3{random.uniform(4.0, 14.0), 30.0, -30.0};
    const Point3 below = behind + Point3{random.uniform(-6.0, 6.0), 90.0, -4.0};
    return {behind + Point3{0.0, 190.0, -8.0}, below, behind, arch, to.high, to.rise, to.bend, to.ostium};
}

Line3 course_of_catheter(Random& random, const HeartSurface& heart, Point3 ostium) {
    const Approach approach = approach_of(random, heart, ostium);
    return random.uniform() < 0.6 ? from_arm(approach) : from_leg(random, approach);
}

/// A line as a catheter lies, which does not kink: the mean over 12 mm around each place, less near its ends,
/// which stay.
Line3 stiffened(const Line3& line) {
    constexpr std::size_t most = 8;
    Line3 smooth = line;
    for (std::size_t i = 1; i + 1 < line.size(); ++i) {
        const std::size_t reach = std::min({most, i, line.size() - 1 - i});
        Point3 sum;
        for (std::size_t k = i - reach; k <= i + reach; ++k) sum = sum + line[k];
        smooth[i] = (1.0 / double(2 * reach + 1)) * sum;
    }
    return smooth;
}

Line3 figure_of_eight(Random& random, Point3 at) {
    const double width = random.uniform(4.0, 9.0), height = random.uniform(3.0, 6.0);
    const double slope = random.uniform(-35.0, 35.0);
    const double lobes = random.uniform() < 0.6 ? 2.0 : 1.0, turns = random.uniform(0.85, 1.0);
    Line3 line;
    for (double t = 0.0; t <= 1.0; t += 0.02) {
        const double angle = 360.0 * turns * t;
        const Point3 p{width * degrees_sin(angle),
                       height * degrees_sin(lobes * angle + (lobes < 2.0 ? 90.0 : 0.0)),
                       2.0 * degrees_cos(angle)};
        line.push_back(at + turned(p, {0.0, 0.0, 1.0}, slope));
    }
    // Its ends are twisted together and stand out.
    line.push_back(line.back() + Point3{random.uniform(-3.0, 3.0), random.uniform(1.0, 5.0), 1.0});
    return line;
}

/// A coiled cable, as those of electrodes are.
Line3 coil(Random& random, Point3 from, Point3 way) {
    const double length_mm = random.uniform(15.0, 50.0);
    const double radius = random.uniform(2.0, 4.0), pitch = random.uniform(2.0, 6.0);
    const Point3 aside{-way.y, way.x, 0.0};
    Line3 line;
    for (double arc = 0.0; arc < length_mm; arc += 0.3) {
        const double angle = 360.0 * arc / pitch;
        line.push_back(from + (arc + radius * degrees_cos(angle)) * way +
                       (radius * degrees_sin(angle)) * aside);
    }
    return line;
}

/// A snap on the skin, its cable, and at times the cable's coil.
void add_electrode(Random& random, SpatialTubes& tubes, Point3 at) {
    const double snap = random.uniform(2.5, 5.0), thick = random.uniform(0.6, 1.5);
    tubes.push_back(
        device("electrode", {at, at + Point3{0.0, 0.0, thick}}, 2.0 * snap, random.uniform(0.004, 0.04)));
    const Point3 way = unit({random.uniform(-1.0, 1.0), random.uniform(-1.0, 1.0), 0.0});
    if (random.uniform() < 0.25) tubes.push_back(device("cable", coil(random, at, way), 1.0, 0.3));
    const Point3 bow = random.uniform(-25.0, 25.0) * Point3{-way.y, way.x, 0.0};
    const Line3 knots{at, at + 40.0 * way + bow, at + 90.0 * way + 1.2 * bow, at + 200.0 * way};
    const double width = random.uniform(1.0, 2.4);
    tubes.push_back(device("cable", curve_through(knots, 1.5), width, random.uniform(0.01, 0.12)));
}

/// A tube that grows straight on with small bends and forks.
void grow_lung_vessel(Random& random, SpatialTubes& tubes, Point3 place, Point3 heading, double diameter_mm,
                      int forks) {
    Line3 line{place};
    const Point3 axis = direction(random);
    const double bend = random.uniform(-3.0, 3.0), length = diameter_mm * random.uniform(8.0, 16.0);
    for (double done = 0.0; done < length; done += 1.5) {
        heading = turned(heading, axis, bend);
        place = place + 1.5 * heading;
        line.push_back(place);
    }
    if (line.size() < 3) return;
    SpatialTube tube = device("lung vessel", std::move(line), diameter_mm, random.uniform(0.003, 0.010));
    tube.label = PixelLabel::background;
    tubes.push_back(std::move(tube));
    if (forks == 0 || diameter_mm < 0.8) return;
    const Point3 fork = direction(random);
    const Point3 ahead = turned(heading, fork, random.uniform(10.0, 30.0));
    const Point3 aside = turned(heading, fork, random.uniform(-50.0, -20.0));
    const double wide = diameter_mm * random.uniform(0.7, 0.9),
                 narrow = diameter_mm * random.uniform(0.5, 0.8);
    grow_lung_vessel(random, tubes, place, ahead, wide, forks - 1);
    grow_lung_vessel(random, tubes, place, aside, narrow, forks - 1);
}

}  // namespace

SpatialTube device(std::string name, Line3 line, double diameter_mm, double attenuation_per_mm) {
    SpatialTube tube{.name = std::move(name),
                     .label = PixelLabel::device,
                     .centerline_mm = std::move(line),
                     .bore = 0.0,
                     .wall_attenuation_per_mm = attenuation_per_mm};
    tube.diameter_mm.assign(tube.centerline_mm.size(), diameter_mm);
    return tube;
}

SpatialTube guide_catheter(Random& random, const HeartSurface& heart, const SpatialTube& artery,
                           double concentration) {
    const std::vector<double> arcs = arcs_of(artery.centerline_mm);
    const Point3 ostium = artery.centerline_mm.front();
    Line3 knots = course_of_catheter(random, heart, ostium);
    if (random.uniform() < 0.3) {  // other hearts, other aortas
        const Point3 axis = direction(random);
        const double angle = random.uniform(-90.0, 90.0);
        for (Point3& knot : knots) knot = ostium + turned(knot - ostium, axis, angle);
    }
    knots.push_back(point_at(arcs, artery.centerline_mm, random.uniform(1.0, 4.0)));
    const double french = std::floor(random.uniform(4.0, 9.0));
    SpatialTube tube = device("catheter", stiffened(curve_through(knots, step_mm)), french * mm_per_french,
                              random.uniform(0.03, 0.16));
    tube.label = PixelLabel::catheter;
    tube.bore = random.uniform(0.72, 0.9);
    if (concentration > 0.0) tube.medium.assign(tube.centerline_mm.size(), concentration);
    return tube;
}

SpatialTubes guide_wire(Random& random, const SpatialTube& catheter, const SpatialTube& artery) {
    constexpr double diameter = 0.36;
    Line3 inside;
    const std::vector<double> arcs = arcs_of(artery.centerline_mm);
    const double end = arcs.back() * random.uniform(0.4, 0.95), tip = random.uniform(10.0, 35.0);
    const Point3 aside = direction(random);
    for (double arc = 0.0; arc < end; arc += step_mm) {
        const double room = 0.5 * value_at(arcs, artery.diameter_mm, arc) - diameter;
        const double swing = std::max(0.0, room) * portable::sin(arc / 9.0);
        inside.push_back(point_at(arcs, artery.centerline_mm, arc) + swing * aside);
    }
    const auto tip_points = static_cast<std::size_t>(std::min(tip, 0.5 * end) / step_mm);
    if (inside.size() < tip_points + 8 || tip_points < 3) return {};
    Line3 shaft = catheter.centerline_mm;
    shaft.insert(shaft.end(), inside.begin() + 6, inside.end() - static_cast<std::ptrdiff_t>(tip_points) + 1);
    const Line3 soft(inside.end() - static_cast<std::ptrdiff_t>(tip_points), inside.end());
    const double shaft_attenuation = random.uniform(0.2, 0.8);
    return {device("guide wire", shaft, diameter, shaft_attenuation),
            device("guide wire tip", soft, diameter, random.uniform(0.8, 2.0))};
}

SpatialTubes pacing_lead(Random& random, const HeartSurface& heart) {
    const bool atrial = random.uniform() < 0.3;
    const Point3 tip =
        atrial ? heart.at(40.0, -110.0, 1.0) : heart.at(random.uniform(120.0, 150.0), -60.0, 0.9);
    const Point3 cava = heart.at(30.0, -120.0, 1.3) + Point3{-8.0, -25.0, -5.0};
    const double side = random.uniform() < 0.75 ? 1.0 : -1.0;
    const Line3 knots{cava + Point3{230.0 * side, -60.0, 40.0},
                      cava + Point3{95.0 * side, -70.0, 25.0},
                      cava + Point3{45.0 * side, -65.0, 10.0},
                      cava + Point3{0.0, -35.0, 0.0},
                      cava,
                      somewhere(random, 0.5 * (cava + tip) + Point3{-12.0, 16.0, 0.0}, 6.0),
                      tip};
    const Line3 line = curve_through(knots, step_mm);
    const double attenuation = random.uniform(0.06, 0.3), width = random.uniform(1.2, 2.4);
    SpatialTubes tubes{device("lead", line, width, attenuation)};
    const auto end = line.end();
    tubes.push_back(device("electrode tip", Line3(end - 4, end), width * 1.2, 2.0));
    tubes.push_back(device("electrode ring", Line3(end - 18, end - 15), width * 1.2, 2.0));
    return tubes;
}

SpatialTubes sternal_wires(Random& random) {
    SpatialTubes tubes;
    const double diameter = random.uniform(0.7, 1.1), spacing = random.uniform(16.0, 26.0);
    Point3 at{random.uniform(-10.0, 10.0), -random.uniform(70.0, 100.0), random.uniform(70.0, 95.0)};
    for (int i = 0; i < 8; ++i) {
        const Line3 loop = figure_of_eight(random, somewhere(random, at, 3.0));
        tubes.push_back(device("sternal wire", loop, diameter, random.uniform(0.5, 1.0)));
        at = at + Point3{random.uniform(-2.0, 2.0), spacing, random.uniform(0.0, 3.0)};
    }
    return tubes;
}

SpatialTubes surgical_clips(Random& random) {
    SpatialTubes tubes;
    const Point3 from = somewhere(random, {}, 60.0);
    const double spacing = random.uniform(6.0, 16.0);
    const Point3 way = spacing * direction(random);
    const int count = 2 + static_cast<int>(random.uniform(0.0, 10.0));
    for (int i = 0; i < count; ++i) {
        const Point3 at = somewhere(random, from + double(i) * way, 3.0);
        const double half = random.uniform(1.2, 3.0), width = random.uniform(0.7, 1.3);
        const Point3 along = half * direction(random);
        tubes.push_back(device("clip", {at - along, at + along}, width, random.uniform(0.6, 1.6)));
    }
    return tubes;
}

SpatialTubes electrodes(Random& random) {
    SpatialTubes tubes;
    const int count = 1 + static_cast<int>(random.uniform(0.0, 3.0));
    for (int i = 0; i < count; ++i) {
        const double depth =
            random.uniform() < 0.5 ? random.uniform(70.0, 100.0) : random.uniform(-110.0, -80.0);
        add_electrode(random, tubes, {random.uniform(-80.0, 80.0), random.uniform(-80.0, 80.0), depth});
    }
    return tubes;
}

SpatialTubes lung_vessels(Random& random) {
    SpatialTubes tubes;
    const int count = 3 + static_cast<int>(random.uniform(0.0, 8.0));
    for (int i = 0; i < count; ++i) {
        const double side = random.uniform() < 0.5 ? -1.0 : 1.0;
        const Point3 hilum = somewhere(random, {side * 45.0, -20.0, -40.0}, 25.0);
        const Point3 out =
            unit({side * random.uniform(0.1, 1.0), random.uniform(-0.8, 1.0), random.uniform(-0.5, 0.7)});
        grow_lung_vessel(random, tubes, hilum, out, random.uniform(1.2, 3.6), 4);
    }
    return tubes;
}

}  // namespace stenometry::phantom
