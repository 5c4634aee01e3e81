// lesion_terms PICTURES
//
// PICTURES has a line for each picture: its path, and the size of a pixel in mm where that is known. Writes a
// line of CSV for each narrowing that `analyze` finds: picture, place, %DS, and the terms of its confidence.

#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "analysis/confidence.h"
#include "stenometry/io/image.h"
#include "stenometry/pipeline.h"

namespace {

using namespace stenometry;

void write_terms(const std::string& path, const Analysis& analysis) {
    for (const Vessel& vessel : analysis.vessels)
        for (const Stenosis& narrowing : vessel.stenoses) {
            std::cout << path << ',' << narrowing.mld_at_px.x << ',' << narrowing.mld_at_px.y << ','
                      << narrowing.percent_diameter_stenosis.value_or(narrowing.total_occlusion ? 100.0
                                                                                                : 0.0);
            for (const double term : terms_of(narrowing, vessel, analysis.mask)) std::cout << ',' << term;
            std::cout << '\n';
        }
}

}  // namespace

int main(int count, char** words) {
    try {
        std::ifstream pictures(count > 1 ? words[1] : "");
        for (std::string line; std::getline(pictures, line);) {
            std::istringstream text(line);
            std::string path;
            double mm_per_px = 0.0;
            text >> path >> mm_per_px;
            const Calibration calibration =
                mm_per_px > 0.0 ? Calibration::from_user(mm_per_px) : Calibration{};
            write_terms(path, analyze(io::read_image(path, calibration)));
        }
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "lesion_terms: " << error.what() << '\n';
        return 1;
    }
}
