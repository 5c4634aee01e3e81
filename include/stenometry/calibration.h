#pragma once

#include <optional>
#include <string_view>

#include "stenometry/estimate.h"
#include "stenometry/export.h"
#include "stenometry/geometry.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// Where the size of a pixel at the vessel is known from, best first. See `resolve_spacing`.
enum class SpacingSource {
    none,                 ///< unknown: results are in pixels only
    user,                 ///< given by the caller
    catheter,             ///< from a catheter of known size in the image
    dicom_pixel_spacing,  ///< PixelSpacing with a PixelSpacingCalibrationType
    dicom_object_plane,   ///< ObjectPixelSpacingInCenterOfBeam
    dicom_isocenter,      ///< ImagerPixelSpacing divided by the magnification
    detector_plane,       ///< ImagerPixelSpacing alone: too large at the patient by a factor of 1.2 to 1.6
};

/// The source as the JSON report spells it, for example `dicom_isocenter`.
std::string_view to_string(SpacingSource source);

/// The size of a pixel in the plane of the vessel: the only way from pixels to millimetres.
struct Calibration {
    std::optional<double> mm_per_px_x;  ///< size of a pixel along a row, > 0
    std::optional<double> mm_per_px_y;  ///< size of a pixel along a column, > 0
    SpacingSource source = SpacingSource::none;
    std::optional<double> relative_sd;  ///< standard error of the size, as a fraction of it

    /// Where the size is not known: how many pixels of this image stand for one of a picture 512 pixels
    /// wide. Angiograms show much the same field whatever their matrix. `Frame::sized_calibration` knows it.
    double uncalibrated_scale = 1.0;

    /// Square pixels of `mm_per_px`, by the caller's word.
    /// \param standard_error_mm of `mm_per_px`, where the caller knows it: part of every interval in mm
    /// \throws InvalidInput unless `mm_per_px` is positive and finite, and the error is at least 0 and less
    /// than `mm_per_px`.
    static Calibration from_user(double mm_per_px, std::optional<double> standard_error_mm = {});

    /// This calibration with pixels of the same shape, square where that is not known, whose side is
    /// `mm_per_px` by that source and with that standard error as a fraction of it.
    /// \throws InvalidInput unless `mm_per_px` is positive and finite.
    Calibration rescaled(double mm_per_px, SpacingSource by, double relative_error) const;

    bool known() const { return mm_per_px_x.has_value() && mm_per_px_y.has_value(); }

    /// Side of a square pixel; pixels that are not square give the geometric mean.
    /// \throws InvalidInput unless `known()`.
    double mm_per_px() const;

    /// Whether the two sides differ by less than 0.1 %.
    /// \throws InvalidInput unless `known()`.
    bool square() const;

    /// A length in mm. Empty unless `known()`.
    std::optional<double> to_mm(double length_px) const;

    /// The same of a measured length. Its standard error has that of the calibration in it, which all lengths
    /// of an image share.
    std::optional<Estimate> to_mm(const Estimate& length_px) const;

    /// \throws InvalidInput if a side of a pixel is known and not positive and finite, one side is more than
    /// ten times the other, or the standard error is negative or not finite.
    void validate() const;
};

/// The size of a pixel by two marks whose distance is known, on a ruler or a grid in the plane of the
/// vessel, as by the user. `relative_sd` is what the places of the marks leave open. Pixels have the shape
/// that `shape` gives them, square where that is not known.
/// \param point_sd_px standard error of either mark's place along the line, by hand about a pixel
/// \throws InvalidInput unless the marks are apart and finite, `distance_mm` is positive and finite, and
/// `point_sd_px` is zero or more.
Calibration calibrate_by_ruler(Point from, Point to, double distance_mm, double point_sd_px = 1.0,
                               const Calibration& shape = {});

/// What the attributes of a DICOM X-ray angiogram say about the size of a pixel; absent where the file does
/// not have them. Sizes in mm; x along a row.
struct SpacingAttributes {
    std::optional<double> pixel_spacing_x_mm, pixel_spacing_y_mm;  ///< PixelSpacing (0028,0030)
    bool pixel_spacing_calibrated = false;  ///< PixelSpacingCalibrationType (0028,0A02)
    std::optional<double> object_spacing_x_mm, object_spacing_y_mm;  ///< (0018,9404)
    std::optional<double> imager_spacing_x_mm, imager_spacing_y_mm;  ///< ImagerPixelSpacing (0018,1164)
    std::optional<double> magnification;                             ///< (0018,1114), SID / SOD
    std::optional<double> source_to_detector_mm;                     ///< (0018,1110), SID
    std::optional<double> source_to_patient_mm;                      ///< (0018,1111), SOD
};

/// Chooses the most trustworthy spacing, in the order of `SpacingSource`. Bare PixelSpacing is never taken
/// for the patient plane, and ImagerPixelSpacing without a magnification is marked `detector_plane`. What no
/// detector has counts as absent: pixels below 1 um, above 1 cm, or ten times as long as wide, and other
/// values that are zero, negative or not finite.
/// Source: DICOM PS3.3 C.8.7.6 and C.8.19.6.9, PS3.17 FFF.1.3.
Calibration resolve_spacing(const SpacingAttributes& attributes);

/// A length that is physical where the pixel size is known, and a number of pixels in a picture 512 pixels
/// wide where it is not, so that an option means the same on every detector.
struct PhysicalLength {
    double mm = 0.0;               ///< where the image is calibrated
    double uncalibrated_px = 0.0;  ///< where it is not

    /// A length in pixels of the image that `calibration`, its `Frame::sized_calibration`, belongs to; the
    /// same number on another image means something else.
    static PhysicalLength of_px(double px, const Calibration& calibration);

    double in_px(const Calibration& calibration) const {
        return calibration.known() ? mm / calibration.mm_per_px()
                                   : uncalibrated_px * calibration.uncalibrated_scale;
    }
};

}  // namespace stenometry

STENOMETRY_EXPORT_END
