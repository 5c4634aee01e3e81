#include "scene.h"

#include <cmath>
#include <numbers>

#include "stenometry/phantom.h"

namespace stenometry::bench {
namespace {

using phantom::Tube;

/// Points of an artery that swings around a straight line, in mm.
Polyline winding(Point from, Point to, double swing_mm, double turns) {
    constexpr int points = 200;
    const Point along = to - from;
    const Point across = (1.0 / norm(along)) * Point{-along.y, along.x};
    Polyline line;
    for (int i = 0; i < points; ++i) {
        const double t = static_cast<double>(i) / (points - 1);
        const double swing = swing_mm * std::sin(2.0 * std::numbers::pi * turns * t);
        line.push_back(lerp(from, to, t) + swing * across);
    }
    return line;
}

Tube artery() {
    return {.name = "main",
            .centerline_mm = winding({-32.0, -40.0}, {24.0, 42.0}, 6.0, 1.25),
            .proximal_diameter_mm = 3.6,
            .taper_mm_per_mm = 0.012,
            .lesions = {{.at_mm = 40.0, .length_mm = 10.0, .percent_diameter = 60.0},
                        {.at_mm = 78.0, .length_mm = 8.0, .percent_diameter = 40.0}}};
}

Tube side_branch(const Tube& parent, double part, Point to, double diameter_mm) {
    const auto at = static_cast<std::size_t>(part * static_cast<double>(parent.centerline_mm.size()));
    return {.name = "side",
            .centerline_mm = winding(parent.centerline_mm[at], to, 3.0, 0.75),
            .proximal_diameter_mm = diameter_mm,
            .taper_mm_per_mm = 0.01};
}

phantom::Scene scene() {
    const Tube main = artery();
    return {
        .width_px = side_px,
        .height_px = side_px,
        .mm_per_px = 0.2,
        .tubes = {main, side_branch(main, 0.25, {38.0, -20.0}, 2.2),
                  side_branch(main, 0.55, {-38.0, 30.0}, 1.8)},
        .catheter = phantom::Catheter{.centerline_mm = winding({-50.0, -51.0}, {-32.0, -40.0}, 0.5, 0.5)}};
}

const phantom::Phantom& rendered() {
    static const phantom::Phantom made = phantom::render(scene());
    return made;
}

}  // namespace

const Frame& frame() { return rendered().frame; }

const EnhancedFrame& enhanced() {
    static const EnhancedFrame made = enhance(find_valid_region(frame()));
    return made;
}

const Vesselness& vesselness() {
    static const Vesselness made = compute_vesselness(enhanced());
    return made;
}

const VesselMask& mask() {
    static const VesselMask made = segment(enhanced(), vesselness());
    return made;
}

const VesselTree& tree() {
    static const VesselTree made = build_vessel_tree(mask(), vesselness());
    return made;
}

Point proximal_end() { return rendered().vessels.front().centerline_px.front(); }
Point distal_end() { return rendered().vessels.front().centerline_px.back(); }

const Centerline& centerline() {
    static const Centerline made = trace_centerline(vesselness(), proximal_end(), distal_end());
    return made;
}

const VesselContour& contour() {
    static const VesselContour made = detect_contour(frame(), centerline());
    return made;
}

const DiameterProfile& diameter() {
    static const DiameterProfile made = measure_diameter(frame(), contour());
    return made;
}

const ReferenceProfile& reference() {
    static const ReferenceProfile made = estimate_reference(diameter(), frame().calibration);
    return made;
}

}  // namespace stenometry::bench
