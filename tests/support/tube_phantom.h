#pragma once

#include <vector>

#include "stenometry/centerline.h"
#include "stenometry/phantom.h"

namespace stenometry::testing {

/// A straight vessel on a flat background, and its centerline as the truth has it.
struct TubePhantom {
    phantom::Phantom image;
    Centerline centerline;
};

struct TubeOptions {
    double diameter_mm = 3.0;
    double angle_deg = 20.0;
    double taper_mm_per_mm = 0.0;
    double quanta_per_px = 0.0;
    double mm_per_px = 0.2;
    double blur_mm = 0.18;
    std::vector<phantom::Lesion> lesions;
};

inline TubePhantom make_tube(const TubeOptions& options) {
    constexpr double length_mm = 36.0;
    phantom::Tube tube = phantom::straight_tube(options.diameter_mm, length_mm, options.angle_deg);
    tube.taper_mm_per_mm = options.taper_mm_per_mm;
    tube.lesions = options.lesions;
    const phantom::Scene scene{.width_px = 220,
                               .height_px = 220,
                               .mm_per_px = options.mm_per_px,
                               .tubes = {tube},
                               .detector_blur_mm = options.blur_mm,
                               .focal_spot_mm = 0.0,
                               .scatter_fraction = 0.0,
                               .quanta_per_px = options.quanta_per_px,
                               .background = 0.0,
                               .display = phantom::Display::raw};
    TubePhantom result{.image = phantom::render(scene), .centerline = {}};
    // The ends of the tube are round: a vessel's measured part lies between them.
    const Polyline line = resample(result.image.vessels.front().centerline_px, 0.5);
    const auto margin = static_cast<std::ptrdiff_t>(2.0 * options.diameter_mm / options.mm_per_px);
    result.centerline.points_px.assign(line.begin() + margin, line.end() - margin);
    return result;
}

}  // namespace stenometry::testing
