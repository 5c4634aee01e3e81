#pragma once

#include <cmath>

#include "stenometry/pipeline.h"

/// Analyses with numbers that are known because they were written down, for the tests of what reports and
/// draws them.
namespace stenometry::testing_examples {

/// A vessel of constant reference along y = 40 from x = 10 to x = 110, with a cosine narrowing around x = 60.
struct VesselExample {
    double reference_px = 12.0;
    double percent_diameter = 50.0;
    double lesion_length_px = 30.0;

    double diameter_at(double x) const {
        const double phase = std::abs(x - 60.0) / (0.5 * lesion_length_px);
        if (phase >= 1.0) return reference_px;
        return reference_px * (1.0 - 0.01 * percent_diameter * 0.5 * (1.0 + std::cos(M_PI * phase)));
    }
};

inline Vessel example_vessel(const VesselExample& example = {}) {
    Vessel vessel;
    for (double x = 10.0; x <= 110.0; x += 0.5) {
        const double d = example.diameter_at(x);
        vessel.contour.centerline.points_px.push_back({x, 40.0});
        vessel.contour.left_px.push_back({x, 40.0 - 0.5 * d});
        vessel.contour.right_px.push_back({x, 40.0 + 0.5 * d});
        vessel.contour.width_px.push_back(d);
        vessel.contour.width_sd_px.push_back(0.2);
        vessel.diameter.position_px.push_back(x - 10.0);
        vessel.diameter.diameter_px.push_back(d);
        vessel.diameter.sd_px.push_back(0.2);
        vessel.reference.diameter_px.push_back(example.reference_px);
        vessel.reference.sd_px.push_back(0.1);
    }
    return vessel;
}

inline Stenosis example_stenosis(const VesselExample& example = {}) {
    Stenosis stenosis{.mld_index = 100, .proximal_index = 72, .distal_index = 128};
    stenosis.mld_at_px = {60.0, 40.0};
    stenosis.proximal_at_px = {46.0, 40.0};
    stenosis.distal_at_px = {74.0, 40.0};
    stenosis.mld_px = example.diameter_at(60.0);
    stenosis.mld_sd_px = 0.3;
    stenosis.reference_px = example.reference_px;
    stenosis.reference_sd_px = 0.1;
    stenosis.length_px = 28.0;
    stenosis.percent_diameter_stenosis = example.percent_diameter;
    stenosis.percent_diameter_stenosis_sd = 5.0;
    stenosis.percent_area_stenosis_circular = 75.0;
    return stenosis;
}

/// The vessel with its lesion. \param mm_per_px 0 for an image without calibration.
inline Analysis example_analysis(double mm_per_px = 0.25) {
    Analysis analysis;
    if (mm_per_px > 0.0) analysis.calibration = Calibration::from_user(mm_per_px);
    analysis.vessels.push_back(example_vessel());
    analysis.vessels.front().stenoses.push_back(example_stenosis());
    analysis.vessels.front().stenoses.front().calibration = analysis.calibration;
    return analysis;
}

/// A flat grey frame with a dark vessel where the example has one.
inline Frame example_frame(const VesselExample& example = {}) {
    Frame frame;
    frame.pixels = Image<float>(120, 90, 1000.0F);
    for (int y = 0; y < 90; ++y)
        for (int x = 10; x <= 110; ++x)
            if (std::abs(y - 40.0) < 0.5 * example.diameter_at(x)) frame.pixels(x, y) = 600.0F;
    return frame;
}

}  // namespace stenometry::testing_examples
