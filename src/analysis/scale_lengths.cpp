#include "analysis/scale_lengths.h"

#include <initializer_list>
#include <optional>
#include <vector>

namespace stenometry {
namespace {

void scale(double& value, double factor) { value *= factor; }

template <class T>
void scale(std::optional<T>& value, double factor) {
    if (value) scale(*value, factor);
}

template <class T>
void scale(std::vector<T>& values, double factor) {
    for (T& value : values) scale(value, factor);
}

template <class T>
void scale_all(std::initializer_list<T*> values, double factor) {
    for (T* value : values) scale(*value, factor);
}

void scale_lengths(VesselContour& contour, double factor) {
    scale_all({&contour.width_px, &contour.width_sd_px}, factor);
    scale_all({&contour.blur_px, &contour.filter_px, &contour.along_px}, factor);
}

void scale_lengths(DiameterProfile& profile, double factor) {
    scale_all({&profile.position_px, &profile.diameter_px, &profile.sd_px}, factor);
    scale(profile.area_px2, factor * factor);
    scale(profile.samples_px, factor);
    scale_all({&profile.along_px, &profile.blur_px}, factor);
}

void scale_lengths(ReferenceProfile& reference, double factor) {
    scale_all({&reference.diameter_px, &reference.sd_px}, factor);
    scale(reference.healthy_px, factor);
}

void scale_lengths(LesionGeometry& geometry, double factor) {
    scale(geometry.mld_position_px, factor);
    scale_all({&geometry.proximal_border_px, &geometry.distal_border_px, &geometry.proximal_border_sd_px,
               &geometry.distal_border_sd_px, &geometry.plaque_left_px, &geometry.plaque_right_px,
               &geometry.plaque_sd_px},
              factor);
    scale_all({&geometry.plaque_area_px2, &geometry.minimal_area_densitometric_px2}, factor * factor);
}

void scale_lengths(LesionLocation& location, double factor) { scale(location.from_ostium_px, factor); }

void scale_lengths(LumenGap& gap, double factor) {
    scale_all({&gap.length_px, &gap.stump_diameter_px, &gap.filling_diameter_px}, factor);
}

void scale_lengths(Ectasia& ectasia, double factor) {
    scale_all({&ectasia.max_diameter_px, &ectasia.reference_px, &ectasia.reference_sd_px, &ectasia.length_px,
               &ectasia.max_position_px},
              factor);
    scale_all({&ectasia.max_diameter_sd_px, &ectasia.bulge_left_px, &ectasia.bulge_right_px}, factor);
    scale_lengths(ectasia.location, factor);
}

void scale_lengths(Stenosis& stenosis, double factor) {
    scale_all({&stenosis.mld_px, &stenosis.mld_sd_px, &stenosis.reference_px, &stenosis.reference_sd_px},
              factor);
    scale(stenosis.length_px, factor);
    scale_lengths(stenosis.geometry, factor);
    scale_lengths(stenosis.location, factor);
    if (stenosis.gap) scale_lengths(*stenosis.gap, factor);
}

void scale_lengths(VesselStatistics& statistics, double factor) {
    scale(statistics.length_px, factor);
    scale_all({&statistics.proximal_diameter_px, &statistics.distal_diameter_px, &statistics.mean_diameter_px,
               &statistics.diameter_sd_px, &statistics.min_diameter_px, &statistics.max_diameter_px},
              factor);
}

void scale_lengths(Bifurcation& bifurcation, double factor) {
    scale_all({&bifurcation.proximal_diameter_px, &bifurcation.distal_diameter_px,
               &bifurcation.side_diameter_px, &bifurcation.law_diameter_px},
              factor);
}

}  // namespace

void scale_lengths(Vessel& vessel, double factor) {
    if (factor == 1.0) return;
    scale_lengths(vessel.contour, factor);
    scale_lengths(vessel.diameter, factor);
    scale_lengths(vessel.reference, factor);
    scale_lengths(vessel.statistics, factor);
    for (Stenosis& stenosis : vessel.stenoses) scale_lengths(stenosis, factor);
    for (Ectasia& ectasia : vessel.ectasias) scale_lengths(ectasia, factor);
    for (Bifurcation& bifurcation : vessel.bifurcations) scale_lengths(bifurcation, factor);
    scale(vessel.from_ostium_px, factor);
}

void scale_lengths(Catheter& catheter, double factor) { scale(catheter.diameter_px, factor); }

}  // namespace stenometry
