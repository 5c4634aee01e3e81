// Puts a segmentation of your own, here a threshold, in the place of the library's. Whatever fills a mask
// will do: a neural network, a level set, a person; the walls are found in the frame.
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>

#include "stenometry/stenometry.h"

namespace st = stenometry;

/// Vessel is what absorbs more than its surroundings by several times the noise.
st::Image<std::uint8_t> threshold(const st::EnhancedFrame& frame, float times_noise) {
    st::Image<std::uint8_t> mask(frame.attenuation.width(), frame.attenuation.height());
    const float limit = times_noise * static_cast<float>(frame.attenuation_noise_sd);
    for (int y = 0; y < mask.height(); ++y)
        for (int x = 0; x < mask.width(); ++x)
            mask(x, y) = frame.valid(x, y) != 0 && frame.attenuation(x, y) > limit ? 255 : 0;
    return mask;
}

int main(int argc, char** argv) try {
    if (argc != 3) {
        std::cerr << "usage: 03_your_own_segmentation IMAGE MM_PER_PX\n";
        return 2;
    }
    const auto calibration = st::Calibration::from_user(std::stod(argv[2]));
    const st::Frame frame = st::find_valid_region(st::io::read_image(argv[1], calibration));
    // From a file: st::io::read_mask("mask.png"), or st::io::read_probability("probability.nii.gz").
    const st::VesselMask mask = st::external_mask(frame, threshold(st::enhance(frame), 6.0F));
    for (const st::Vessel& vessel : st::analyze(frame, mask).vessels) {
        const st::Polyline& line = vessel.contour.centerline.points_px;
        std::cout << "vessel of " << *calibration.to_mm(st::length(line)) << " mm\n";
        for (const st::Stenosis& stenosis : lesions(vessel)) std::cout << "  " << stenosis << '\n';
    }
    return 0;
} catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
