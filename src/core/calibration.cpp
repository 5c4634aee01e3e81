#include "stenometry/calibration.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "core/require.h"
#include "stenometry/error.h"

namespace stenometry {

namespace {

// What a size of a pixel is worth, as a fraction of it. None of these stands in the file.

/// A calibration object or the geometry, measured by the maker of the file. Catheters of known size, the
/// usual object, come out 0 to 4 % wrong with contrast in them (Tadehara et al., Invest Radiol 2001).
constexpr double calibrated_sd = 0.02;

/// The plane through the isocentre or the middle of the beam. The arteries lie up to 40 mm before and behind
/// it; evenly spread, that is 23 mm at a source distance of about 765 mm, or 3 %. The distances themselves
/// are known better.
constexpr double center_plane_sd = 0.03;

/// Magnifications of 1.2 to 1.6 make the pixel of the detector 17 to 38 % too large at the patient: the root
/// mean square of that error. It is no scatter, but whoever takes the value as it is must know at least this
/// much.
constexpr double detector_plane_sd = 0.29;

bool usable(const std::optional<double>& value) { return value && *value > 0.0 && std::isfinite(*value); }

/// Whether pixels of this shape, in mm, can be made square ones.
bool too_oblong(double x, double y) {
    constexpr double most_oblong = 10.0;
    return std::max(x, y) > most_oblong * std::min(x, y);
}

/// Whether a detector can have pixels of this size and shape, in mm.
bool plausible(const std::optional<double>& x, const std::optional<double>& y) {
    constexpr double least = 1e-3, most = 10.0;
    const auto in_range = [](const std::optional<double>& v) { return v && *v >= least && *v <= most; };
    return in_range(x) && in_range(y) && !too_oblong(*x, *y);
}

Calibration calibration(const std::optional<double>& x, const std::optional<double>& y, double scale,
                        SpacingSource source, double relative_sd) {
    return {*x * scale, *y * scale, source, relative_sd};
}

/// How many times larger the image at the detector is than the plane of the isocentre; the distances are
/// asked only where the factor itself is absent. Below 1 the patient would be behind the detector: not a
/// magnification.
std::optional<double> magnification_of(const SpacingAttributes& attributes) {
    if (usable(attributes.magnification) && *attributes.magnification >= 1.0) return attributes.magnification;
    if (!usable(attributes.source_to_detector_mm) || !usable(attributes.source_to_patient_mm))
        return std::nullopt;
    const double ratio = *attributes.source_to_detector_mm / *attributes.source_to_patient_mm;
    return ratio >= 1.0 ? std::optional(ratio) : std::nullopt;
}

void require_known(const Calibration& calibration) {
    if (!calibration.known()) throw InvalidInput("the size of a pixel is unknown: there are no millimetres");
}

}  // namespace

std::string_view to_string(SpacingSource source) {
    switch (source) {
        case SpacingSource::none:
            return "none";
        case SpacingSource::user:
            return "user";
        case SpacingSource::catheter:
            return "catheter";
        case SpacingSource::dicom_pixel_spacing:
            return "dicom_pixel_spacing";
        case SpacingSource::dicom_object_plane:
            return "dicom_object_plane";
        case SpacingSource::dicom_isocenter:
            return "dicom_isocenter";
        case SpacingSource::detector_plane:
            return "detector_plane";
    }
    return "none";
}

Calibration Calibration::from_user(double mm_per_px, std::optional<double> standard_error_mm) {
    require_positive("the spacing in mm per pixel", mm_per_px);
    if (standard_error_mm && !(*standard_error_mm >= 0.0 && *standard_error_mm < mm_per_px))
        throw InvalidInput("the standard error of the spacing must be from 0 to below the spacing of " +
                           std::to_string(mm_per_px) + " mm, but is " + std::to_string(*standard_error_mm));
    Calibration calibration{
        .mm_per_px_x = mm_per_px, .mm_per_px_y = mm_per_px, .source = SpacingSource::user};
    if (standard_error_mm) calibration.relative_sd = *standard_error_mm / mm_per_px;
    return calibration;
}

Calibration Calibration::rescaled(double mm_per_px, SpacingSource by, double relative_error) const {
    require_positive("the spacing in mm per pixel", mm_per_px);
    Calibration calibration = *this;
    const double scale = known() ? mm_per_px / this->mm_per_px() : mm_per_px;
    calibration.mm_per_px_x = scale * (known() ? *mm_per_px_x : 1.0);
    calibration.mm_per_px_y = scale * (known() ? *mm_per_px_y : 1.0);
    calibration.source = by;
    calibration.relative_sd = relative_error;
    return calibration;
}

double Calibration::mm_per_px() const {
    require_known(*this);
    return std::sqrt(*mm_per_px_x * *mm_per_px_y);
}

bool Calibration::square() const {
    require_known(*this);
    return std::abs(*mm_per_px_x - *mm_per_px_y) < 1e-3 * mm_per_px();
}

std::optional<double> Calibration::to_mm(double length_px) const {
    if (!known()) return {};
    return length_px * mm_per_px();
}

std::optional<Estimate> Calibration::to_mm(const Estimate& length_px) const {
    if (!known()) return {};
    Estimate length = length_px;
    length.value *= mm_per_px();
    if (length.sd)
        length.sd = mm_per_px() * std::hypot(*length.sd, length_px.value * relative_sd.value_or(0.0));
    length.least *= mm_per_px();
    length.most *= mm_per_px();
    return length;
}

void Calibration::validate() const {
    for (const std::optional<double>& side_mm : {mm_per_px_x, mm_per_px_y})
        if (side_mm && !usable(side_mm))
            throw InvalidInput("the size of a pixel must be positive, but is " + std::to_string(*side_mm) +
                               " mm");
    if (known() && too_oblong(*mm_per_px_x, *mm_per_px_y))
        throw InvalidInput("a pixel of " + std::to_string(*mm_per_px_x) + " x " +
                           std::to_string(*mm_per_px_y) + " mm is too oblong to resample");
    if (relative_sd && !(*relative_sd >= 0.0 && std::isfinite(*relative_sd)))
        throw InvalidInput("the standard error of the size of a pixel must be zero or more, but is " +
                           std::to_string(*relative_sd) + " of it");
}

PhysicalLength PhysicalLength::of_px(double px, const Calibration& calibration) {
    return {.mm = calibration.to_mm(px).value_or(px), .uncalibrated_px = px / calibration.uncalibrated_scale};
}

Calibration calibrate_by_ruler(Point from, Point to, double distance_mm, double point_sd_px,
                               const Calibration& shape) {
    require_positive("the length of the ruler in mm", distance_mm);
    // Zero where the points are one, and no number where one of them is none.
    require_positive("the distance of the two points of the ruler in pixels", distance(from, to));
    require_not_negative("the standard error of a point of the ruler in pixels", point_sd_px);
    // In units of a square pixel of the same area.
    const double x = shape.known() ? *shape.mm_per_px_x / shape.mm_per_px() : 1.0;
    const double y = shape.known() ? *shape.mm_per_px_y / shape.mm_per_px() : 1.0;
    const double length = norm({x * (to.x - from.x), y * (to.y - from.y)});
    const double relative_error = std::numbers::sqrt2 * point_sd_px / distance(from, to);
    return shape.rescaled(distance_mm / length, SpacingSource::user, relative_error);
}

Calibration resolve_spacing(const SpacingAttributes& a) {
    if (a.pixel_spacing_calibrated && plausible(a.pixel_spacing_x_mm, a.pixel_spacing_y_mm))
        return calibration(a.pixel_spacing_x_mm, a.pixel_spacing_y_mm, 1.0,
                           SpacingSource::dicom_pixel_spacing, calibrated_sd);
    if (plausible(a.object_spacing_x_mm, a.object_spacing_y_mm))
        return calibration(a.object_spacing_x_mm, a.object_spacing_y_mm, 1.0,
                           SpacingSource::dicom_object_plane, center_plane_sd);
    if (!plausible(a.imager_spacing_x_mm, a.imager_spacing_y_mm)) return {};
    if (const auto magnification = magnification_of(a))
        return calibration(a.imager_spacing_x_mm, a.imager_spacing_y_mm, 1.0 / *magnification,
                           SpacingSource::dicom_isocenter, center_plane_sd);
    return calibration(a.imager_spacing_x_mm, a.imager_spacing_y_mm, 1.0, SpacingSource::detector_plane,
                       detector_plane_sd);
}

}  // namespace stenometry
