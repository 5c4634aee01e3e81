// Puts a segmentation of your own, here a threshold, in the place of the library's. Whatever fills a
// `VesselMask` will do: a neural network, a level set, a mask drawn by hand.
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>

#include "stenometry/stenometry.h"

namespace st = stenometry;

/// Vessel is what absorbs more than its surroundings by several times the noise.
st::VesselMask threshold(const st::EnhancedFrame& frame, float times_noise) {
    const int width = frame.attenuation.width(), height = frame.attenuation.height();
    st::VesselMask result{.mask = st::Image<std::uint8_t>(width, height),
                          .probability = st::Image<float>(width, height),
                          .catheter = st::Image<std::uint8_t>(width, height),
                          .calibration = frame.calibration};
    const float limit = times_noise * static_cast<float>(frame.attenuation_noise_sd);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const bool vessel = frame.valid(x, y) != 0 && frame.attenuation(x, y) > limit;
            result.mask(x, y) = vessel ? 255 : 0;
            result.probability(x, y) = vessel ? 1.0F : 0.0F;
        }
    return result;
}

int main(int argc, char** argv) try {
    if (argc != 3) {
        std::cerr << "usage: 03_your_own_segmentation IMAGE MM_PER_PX\n";
        return 2;
    }
    const auto calibration = st::Calibration::from_user(std::stod(argv[2]));
    const st::Frame frame = st::find_valid_region(st::io::read_image(argv[1], calibration));
    const st::EnhancedFrame enhanced = st::enhance(frame);
    const st::Vesselness vesselness = st::compute_vesselness(enhanced);

    const st::VesselMask mask = threshold(enhanced, 6.0F);
    const st::VesselTree tree = st::build_vessel_tree(mask, vesselness);
    for (const st::Centerline& line : st::vessels(tree, vesselness)) {
        const st::VesselContour walls = st::detect_contour(frame, line);
        const st::DiameterProfile diameter = st::measure_diameter(frame, walls);
        const st::ReferenceProfile reference = st::estimate_reference(diameter, calibration);
        std::cout << "vessel of " << st::length(line.points_px) * calibration.mm_per_px() << " mm\n";
        for (const st::Stenosis& stenosis : st::find_stenoses(walls, diameter, reference, calibration))
            std::cout << "  " << stenosis << '\n';
    }
    return 0;
} catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
