// Finds the vessels of one angiogram and prints every lesion.
#include <exception>
#include <iostream>
#include <string>

#include "stenometry/stenometry.h"

int main(int argc, char** argv) try {
    if (argc != 3) {
        std::cerr << "usage: 01_measure_stenosis IMAGE MM_PER_PX\n";
        return 2;
    }
    const auto calibration = stenometry::Calibration::from_user(std::stod(argv[2]));
    const stenometry::Frame frame = stenometry::io::read_image(argv[1], calibration);

    const stenometry::Analysis analysis = stenometry::analyze(frame);
    for (const stenometry::Vessel& vessel : analysis.vessels)
        for (const stenometry::Stenosis& stenosis : vessel.stenoses) {
            std::cout << stenosis;
            if (const auto severe = stenosis.probability_at_least(50.0))
                std::cout << ", 50 % or more with probability " << *severe;
            std::cout << '\n';
        }
    for (const stenometry::Warning& warning : analysis.warnings)
        std::cerr << "warning: " << warning.message << '\n';
    return 0;
} catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
