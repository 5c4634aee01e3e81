#pragma once

#include <optional>
#include <vector>

#include "stenometry/comparison.h"

namespace stenometry {

/// The profile of a visit as regions are measured in it: lengths in units of `matching_mm_per_px`.
struct SmoothProfile {
    explicit SmoothProfile(const Visit& visit);

    std::vector<double> arc_mm;
    /// Without the noise from sample to sample, of which the least would always be too small.
    std::vector<double> diameter_mm;
    std::vector<double> sd_mm;
    std::vector<double> reference_mm, reference_sd_mm;

    /// 1 - diameter / reference.
    double narrowing(std::size_t i) const { return 1.0 - diameter_mm[i] / reference_mm[i]; }
    double reference_at(double arc) const;
};

/// The least lumen of a stretch of one vessel.
struct LeastLumen {
    std::size_t index = 0;
    double mm = 0.0, sd_mm = 0.0, reference_mm = 0.0, reference_sd_mm = 0.0;
    Estimate percent_diameter_stenosis;
};

/// A stretch by arc length along the visit's own vessel. Empty with a reason.
struct LeastLumenSearch {
    std::optional<LeastLumen> found;
    bool total_occlusion = false;
    Unmeasurable reason = Unmeasurable::none;
};
LeastLumenSearch least_lumen(const Visit& visit, const SmoothProfile& profile, double from_mm, double to_mm);

/// Mean diameter of a stretch with its standard error; empty where nothing was measured.
std::optional<Estimate> mean_diameter(const SmoothProfile& profile, double from_mm, double to_mm);

/// What a visit shows of a stretch of the shared axis.
RegionMeasurement measure_region(const Visit& visit, const SmoothProfile& profile, const VesselMatch& match,
                                 AxisStretch stretch);

/// A length in mm with all of its error; empty without a calibration.
std::optional<Estimate> in_mm(const Visit& visit, double mm, double own_sd_mm);

}  // namespace stenometry
