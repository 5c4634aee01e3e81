#pragma once

#include <vector>

#include "stenometry/vessel_match.h"

namespace stenometry {

/// What a vessel can be known by in another angiogram, at equal steps of arc length from its first point.
struct VesselCourse {
    double step_mm = 0.25;
    std::vector<double> log_diameter;     ///< NaN where the vessel is narrowed or was not measured
    std::vector<double> log_diameter_sd;  ///< standard error of that
    std::vector<double> turning_deg;      ///< how far it bends within 4 mm to either side; NaN at its ends
    std::vector<double> branches_mm;      ///< where side branches leave, rising
    double length_mm = 0.0;

    std::size_t size() const { return log_diameter.size(); }
};

VesselCourse course_of(const Visit& visit, double step_mm);

/// Arc length in mm of the place on the visit's centerline that is nearest to a point.
double arc_mm(const Visit& visit, Point at_px);

/// The arc length of each sample of the visit's profile, in mm.
std::vector<double> positions_mm(const Visit& visit);

/// `values` at the rising `places`, interpolated at `place`; NaN beyond the ends.
double interpolated(const std::vector<double>& places, const std::vector<double>& values, double place);

}  // namespace stenometry
