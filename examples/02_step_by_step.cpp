// Measures one vessel between two points, stage by stage, and draws what was found; every intermediate result
// is yours to look at or to replace. `stenometry::measure` also makes pixels square, and takes the line and
// the diameters of the whole vessel where it finds the points on one.
#include <exception>
#include <iostream>
#include <string>

#include "stenometry/stenometry.h"

namespace st = stenometry;

int main(int argc, char** argv) try {
    if (argc != 8) {
        std::cerr << "usage: 02_step_by_step IMAGE MM_PER_PX FROM_X FROM_Y TO_X TO_Y OVERLAY.png\n";
        return 2;
    }
    const auto calibration = st::Calibration::from_user(std::stod(argv[2]));
    const st::Point from{std::stod(argv[3]), std::stod(argv[4])}, to{std::stod(argv[5]), std::stod(argv[6])};

    const st::Frame frame = st::find_valid_region(st::io::read_image(argv[1], calibration));
    const st::EnhancedFrame enhanced = st::enhance(frame);
    const st::Vesselness vesselness = st::compute_vesselness(enhanced);
    const st::Centerline centerline = st::trace_centerline(vesselness, from, to);
    if (centerline.reason != st::Unmeasurable::none) {
        std::cerr << st::explain(centerline.reason) << '\n';
        return 4;
    }
    // Walls come from the untouched frame: enhancement sharpens edges but also moves them.
    const st::VesselContour edges = st::detect_contour(frame, centerline);
    const st::DiameterProfile diameter = st::measure_diameter(frame, edges);
    const st::VesselContour walls = st::fit_walls(edges, diameter);
    const st::Calibration sized = frame.sized_calibration();
    const st::ReferenceProfile reference = st::estimate_reference(diameter, sized);
    const std::vector<st::Stenosis> stenoses = st::find_stenoses(walls, diameter, reference, sized);

    std::cout << "centerline of " << *calibration.to_mm(st::length(walls.centerline.points_px))
              << " mm, walls at " << walls.left_px.size() << " places, lesions: " << stenoses.size() << "\n";
    for (const st::Stenosis& stenosis : stenoses) std::cout << stenosis << '\n';

    const st::Analysis analysis{.calibration = calibration,
                                .vessels = {{0, walls, diameter, reference, stenoses}}};
    st::io::write_png(argv[7], st::viz::draw_overlay(frame, analysis));
    return 0;
} catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
