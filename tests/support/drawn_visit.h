#pragma once

#include <cmath>
#include <functional>
#include <random>

#include "stenometry/vessel_match.h"

namespace stenometry::test {

/// A vessel whose course, diameters and errors are known, as an angiogram of 0.2 mm a pixel would have
/// measured it. Places are in mm along the artery, of which `scale` is how much of a mm the view shows.
struct DrawnVisit {
    double from_mm = 0.0, to_mm = 80.0;
    double scale = 1.0;
    double noise_mm = 0.02;
    double relative_sd = 0.0;  ///< of the calibration
    std::uint32_t seed = 1;
    /// Its bends: the direction of the centerline in radians.
    std::function<double(double)> heading = [](double s) {
        return 0.5 * std::sin(s / 9.0) + 0.4 * std::sin(s / 23.0 + 1.0);
    };
    std::function<double(double)> narrowing = [](double) { return 0.0; };
    std::function<double(double)> reference = [](double s) { return 3.4 - 0.012 * s; };

    static constexpr double mm_per_px = 0.2;

    Visit draw() const {
        std::mt19937 random(seed);
        std::normal_distribution<double> noise(0.0, noise_mm / mm_per_px);
        Visit visit{.calibration = Calibration::from_user(mm_per_px, relative_sd * mm_per_px)};
        Vessel& vessel = visit.vessel;
        Point at{50.0, 50.0};
        double arc = 0.0;
        for (double s = from_mm; s <= to_mm; s += mm_per_px / scale) {
            vessel.contour.centerline.points_px.push_back(at);
            vessel.diameter.position_px.push_back(arc);
            const double healthy = reference(s) / mm_per_px;
            vessel.diameter.diameter_px.push_back(healthy * (1.0 - narrowing(s)) + noise(random));
            vessel.diameter.sd_px.push_back(noise_mm / mm_per_px);
            vessel.reference.diameter_px.push_back(healthy);
            vessel.reference.sd_px.push_back(0.02 / mm_per_px);
            at = at + Point{std::cos(heading(s)), std::sin(heading(s))};
            arc += 1.0;
        }
        visit.vessel.stenoses = narrowings(visit);
        return visit;
    }

    /// Where the sample of a place is.
    double arc_of(double s) const { return (s - from_mm) * scale; }

  private:
    /// The narrowest place as a lesion, where it is narrowed by a fifth.
    std::vector<Stenosis> narrowings(const Visit& visit) const {
        const auto& diameter = visit.vessel.diameter.diameter_px;
        const auto& healthy = visit.vessel.reference.diameter_px;
        std::size_t mld = 0;
        const auto open = [&](std::size_t i) { return diameter[i] / healthy[i]; };
        for (std::size_t i = 0; i < diameter.size(); ++i)
            if (open(i) < open(mld)) mld = i;
        if (open(mld) > 0.8) return {};
        std::size_t first = mld, last = mld;
        while (first > 0 && open(first) < 0.95) --first;
        while (last + 1 < diameter.size() && open(last) < 0.95) ++last;
        return {{.mld_index = mld,
                 .proximal_index = first,
                 .distal_index = last,
                 .mld_at_px = visit.vessel.contour.centerline.points_px[mld],
                 .mld_px = diameter[mld],
                 .mld_sd_px = noise_mm / mm_per_px,
                 .reference_px = healthy[mld],
                 .reference_sd_px = 0.02 / mm_per_px,
                 .length_px = static_cast<double>(last - first),
                 .percent_diameter_stenosis = 100.0 * (1.0 - open(mld)),
                 .percent_diameter_stenosis_sd = 1.0,
                 .calibration = visit.calibration}};
    }
};

/// A narrowing by a cosine.
inline std::function<double(double)> cosine_narrowing(double at, double length, double depth) {
    return [=](double s) {
        const double u = (s - at) / length;
        return std::abs(u) < 0.5 ? depth * 0.5 * (1.0 + std::cos(2.0 * 3.14159265358979 * u)) : 0.0;
    };
}

}  // namespace stenometry::test
