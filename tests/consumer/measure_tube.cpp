// Renders a vessel with a lesion of 60 %, measures it with the installed library, and believes it to within 8
// points.
#include <stenometry/phantom.h>
#include <stenometry/pipeline.h>
#include <stenometry/version.h>
#include <cmath>
#include <iostream>

int main() {
    using namespace stenometry;
    phantom::Scene scene{.width_px = 256, .height_px = 256};
    scene.tubes = {phantom::straight_tube(3.0, 44.0, 20.0)};
    scene.tubes[0].lesions = {{.at_mm = 22.0, .length_mm = 10.0, .percent_diameter = 60.0}};
    const phantom::Phantom made = phantom::render(scene);
    const Polyline& line = made.vessels[0].centerline_px;

    const Analysis analysis = measure(made.frame, line.front(), line.back());
    std::cout << "stenometry " << version() << " on " << cpu_target() << '\n';
    if (analysis.vessels.size() != 1) return 1;
    for (const Stenosis& stenosis : analysis.vessels[0].stenoses) {
        std::cout << stenosis << '\n';
        if (stenosis.percent_diameter_stenosis && std::abs(*stenosis.percent_diameter_stenosis - 60.0) < 8.0)
            return 0;
    }
    return 1;
}
