#include "sketch_devices.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace stenometry::training {
namespace {

constexpr double pi = std::numbers::pi;

/// A point just beyond one of the borders, most often the upper one, from where catheters mostly come.
Point beyond_border(const Bench& bench) {
    constexpr double out = 8.0;
    const int side = bench.random.chance(0.55) ? 2 : bench.random.integer(0, 3);
    const double along = bench.random.uniform(-0.1, 1.1) * bench.size_px;
    if (side == 0) return {-out, along};
    if (side == 1) return {bench.size_px + out, along};
    return {along, side == 2 ? -out : bench.size_px + out};
}

Point far_beyond_border(const Bench& bench, Point from) {
    Point at = beyond_border(bench);
    for (int left = 20; left > 0 && std::hypot(at.x - from.x, at.y - from.y) < 0.18 * bench.size_px; --left)
        at = beyond_border(bench);
    return at;
}

/// Bent in the aorta, with a hook before the ostium, and a little way into it.
std::vector<Point> catheter_course(const Bench& bench, const Ostium& ostium) {
    Random& random = bench.random;
    const Point from = far_beyond_border(bench, ostium.at), way = ostium.at - from;
    const double length = std::hypot(way.x, way.y);
    const Point along = 1.0 / length * way, aside{-along.y, along.x};
    std::vector<Point> course{from, from + 0.35 * way + 0.16 * length * random.normal() * aside,
                              from + 0.7 * way + 0.14 * length * random.normal() * aside};
    const bool straight = along.x * ostium.towards.x + along.y * ostium.towards.y > -0.6;
    if (straight || random.chance(0.5))
        course.push_back(ostium.at - random.uniform(4, 14) * bench.px_per_mm * ostium.towards);
    course.push_back(ostium.at + random.uniform(-1, 5) * bench.px_per_mm * ostium.towards);
    return course;
}

Tube with_attenuation(Tube tube, double radius, double attenuation) {
    for (Dot& dot : tube) {
        dot.radius = radius;
        dot.attenuation = attenuation;
    }
    return tube;
}

Tube draw(const Bench& bench, const Tube& tube) {
    bench.beam.add(tube);
    return tube;
}

std::vector<Point> smooth_course(const Bench& bench, double bend) {
    std::vector<Point> points;
    Point at{bench.random.uniform(0, bench.size_px), bench.random.uniform(0, bench.size_px)};
    double angle = bench.random.uniform(0, 2 * pi);
    const double step = bench.size_px * bench.random.uniform(0.06, 0.2);
    for (int left = bench.random.integer(3, 9); left > 0; --left) {
        points.push_back(at);
        at = at + step * Point{std::cos(angle), std::sin(angle)};
        angle += bend * bench.random.normal();
    }
    return points;
}

/// A pacing or defibrillator lead, most often with a coil or an electrode at its end.
void draw_lead(const Bench& bench, std::vector<Tube>& devices) {
    Random& random = bench.random;
    const double radius = bench.px_per_mm * random.uniform(0.6, 1.2);
    const Tube lead = tube_through(smooth_course(bench, 0.3), radius, random.log_uniform(0.1, 0.5));
    devices.push_back(draw(bench, lead));
    if (!random.chance(0.7)) return;
    Tube coil = lead;
    coil.resize(std::min(coil.size(), static_cast<std::size_t>(random.uniform(10, 50))));
    const double thicker = random.uniform(1.0, 1.4);
    devices.push_back(draw(bench, with_attenuation(coil, thicker * radius, random.log_uniform(0.5, 1.5))));
}

/// Loops of steel around the sternum, round or twisted to an eight.
void draw_sternal_wires(const Bench& bench, std::vector<Tube>& devices) {
    Random& random = bench.random;
    const double x0 = random.uniform(0.2, 0.8) * bench.size_px, y0 = random.uniform(0, 0.3) * bench.size_px;
    const int wires = random.integer(1, 4);
    for (int i = 0; i < wires; ++i) {
        const double wide = 0.6 * bench.px_per_mm * random.uniform(6, 14),
                     high = wide * random.uniform(0.3, 0.8);
        const Point centre{x0 + 4 * random.normal(), y0 + 0.5 * i * bench.px_per_mm * random.uniform(18, 30)};
        const double phase = random.uniform(0, 2 * pi), twists = random.chance(0.5) ? 1 : 2;
        std::vector<Point> loop;
        for (int k = 0; k <= 24; ++k) {
            const double t = phase + 6.6 * k / 24.0;
            loop.push_back(centre +
                           Point{wide * (std::cos(t) + 0.02 * random.normal()), high * std::sin(twists * t)});
        }
        const double radius = std::max(0.4, 0.22 * bench.px_per_mm);
        devices.push_back(draw(bench, tube_through(loop, radius, random.log_uniform(0.15, 1.0))));
    }
}

void draw_clip(const Bench& bench, std::vector<Tube>& devices) {
    Random& random = bench.random;
    const Point at{random.uniform(0, bench.size_px), random.uniform(0, bench.size_px)};
    const double angle = random.uniform(0, 2 * pi), length = bench.px_per_mm * random.uniform(3, 7);
    const std::vector<Point> ends{at, at + length * Point{std::cos(angle), std::sin(angle)}};
    const double radius = std::max(0.5, 0.4 * bench.px_per_mm);
    devices.push_back(draw(bench, tube_through(ends, radius, random.log_uniform(0.3, 1.2))));
}

/// A disc on the skin and its cable.
void draw_electrode(const Bench& bench, std::vector<Tube>& devices) {
    Random& random = bench.random;
    const double radius = bench.px_per_mm * random.uniform(0.4, 1.2);
    const Tube cable = tube_through(smooth_course(bench, 0.25), radius, random.log_uniform(0.04, 0.3));
    devices.push_back(draw(bench, cable));
    const double disc = bench.px_per_mm * random.uniform(2.5, 5);
    devices.push_back(draw(bench, {{cable.front().at, disc, random.log_uniform(0.1, 0.6)}}));
}

}  // namespace

Tube draw_catheter(const Bench& bench, const Ostium& ostium, double medium_per_px) {
    Random& random = bench.random;
    const double radius = 0.5 * bench.px_per_mm * random.uniform(4, 8) / 3.0, inner = 0.82 * radius;
    const bool filled = random.chance(0.6), hollow = random.chance(0.8);
    const Tube outline = tube_through(catheter_course(bench, ostium), radius, 0.0);
    const double wall_per_px = random.log_uniform(0.01, 0.09) / bench.px_per_mm * (filled ? 0.8 : 1.2);
    bench.beam.add(with_attenuation(outline, radius, 2.0 * radius * wall_per_px));
    if (hollow) bench.beam.subtract(with_attenuation(outline, inner, 2.0 * inner * wall_per_px));
    const double medium = 2.0 * inner * medium_per_px * random.uniform(0.6, 1.15);
    if (filled) bench.beam.add(with_attenuation(outline, inner, medium));
    return outline;
}

std::vector<Tube> draw_devices(const Bench& bench) {
    Random& random = bench.random;
    std::vector<Tube> devices;
    if (random.chance(0.22))
        for (int left = random.integer(1, 2); left > 0; --left) draw_lead(bench, devices);
    if (random.chance(0.2)) draw_sternal_wires(bench, devices);
    if (random.chance(0.2))
        for (int left = random.integer(1, 8); left > 0; --left) draw_clip(bench, devices);
    if (random.chance(0.2)) draw_electrode(bench, devices);
    return devices;
}

}  // namespace stenometry::training
