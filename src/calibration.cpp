#include "stenometry/calibration.h"

#include <cassert>
#include <cmath>
#include <string>

#include "stenometry/error.h"

namespace stenometry {

std::string_view to_string(SpacingSource source) {
    switch (source) {
        case SpacingSource::none: return "none";
        case SpacingSource::user: return "user";
        case SpacingSource::catheter: return "catheter";
        case SpacingSource::dicom_pixel_spacing: return "dicom_pixel_spacing";
        case SpacingSource::dicom_object_plane: return "dicom_object_plane";
        case SpacingSource::dicom_isocenter: return "dicom_isocenter";
        case SpacingSource::detector_plane: return "detector_plane";
    }
    return "none";
}

Calibration Calibration::from_user(double mm_per_px) {
    if (!(mm_per_px > 0.0) || !std::isfinite(mm_per_px))
        throw InvalidInput("the spacing must be a positive number of mm per pixel, but is " + std::to_string(mm_per_px));
    return {.mm_per_px_x = mm_per_px, .mm_per_px_y = mm_per_px, .source = SpacingSource::user};
}

double Calibration::mm_per_px() const {
    assert(known());
    return std::sqrt(*mm_per_px_x * *mm_per_px_y);
}

bool Calibration::square() const {
    assert(known());
    return std::abs(*mm_per_px_x - *mm_per_px_y) < 1e-3 * mm_per_px();
}

}  // namespace stenometry
