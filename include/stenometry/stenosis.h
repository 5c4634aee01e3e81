#pragma once

#include <iosfwd>
#include <optional>
#include <vector>

#include "stenometry/calibration.h"
#include "stenometry/estimate.h"
#include "stenometry/export.h"
#include "stenometry/lesion_geometry.h"
#include "stenometry/lesion_location.h"
#include "stenometry/reference.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

struct StenosisOptions {
    double min_percent_diameter = 20.0;  ///< a narrowing is a lesion from here, 0..100
    double min_standard_errors = 2.0;    ///< a narrowing by fewer of its own standard errors is noise, >= 0
    double border_percent = 5.0;  ///< a lesion ends where the narrowing is this part of the reference, 0..100
    PhysicalLength min_length{.mm = 2.0, .uncalibrated_px = 8.0};  ///< a shorter narrowing is noise, >= 0
    // Of what `analyze` finds by itself. The rest is kept, and marked by `Stenosis::is_lesion`.
    double min_confidence = 0.5;  ///< a narrowing counts as a lesion from here, 0..1
    /// A narrowing of a smaller vessel does not count; core laboratories ask for 1.5 mm. >= 0
    PhysicalLength min_reference{.mm = 0.0, .uncalibrated_px = 0.0};

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// Where within a lesion no lumen is seen: between a total occlusion's proximal stump and the vessel that
/// fills again distal of it, or where the lumen is too faint to be told from a closed one.
struct LumenGap {
    std::size_t stump_index = 0;    ///< last point with a lumen before it
    std::size_t filling_index = 0;  ///< first point with a lumen behind it
    Point stump_at_px, filling_at_px;
    double length_px = 0.0;  ///< arc length between the two
    double stump_diameter_px = 0.0, filling_diameter_px = 0.0;
};

/// One narrowing of a vessel. Its numbers are in pixels and percent as they were measured; the functions say
/// them in mm, with intervals and probabilities, and are what every report and score asks.
struct Stenosis {
    int id = 0;                      ///< from 0 in the order of `Vessel::stenoses`
    std::size_t mld_index = 0;       ///< where the lumen is narrowest, as an index into the profile
    std::size_t proximal_index = 0;  ///< first point of the lesion
    std::size_t distal_index = 0;    ///< last point of the lesion
    Point mld_at_px;                 ///< on the centerline
    Point proximal_at_px;
    Point distal_at_px;

    std::optional<double> mld_px;        ///< minimal lumen diameter; empty with a reason
    std::optional<double> mld_sd_px;     ///< its standard error
    std::optional<double> reference_px;  ///< reference diameter at the place of the minimum
    std::optional<double> reference_sd_px;
    double length_px = 0.0;                                ///< arc length between the borders
    std::optional<double> percent_diameter_stenosis;       ///< 100 (1 - MLD / reference), never clamped
    std::optional<double> percent_diameter_stenosis_sd;    ///< its standard error
    std::optional<double> percent_area_stenosis_circular;  ///< 100 (1 - (MLD / reference)^2)
    LesionGeometry geometry;                               ///< borders, plaque, angles, densitometry
    /// How likely an expert would call it a lesion of an artery, 0..1: from the size of the vessel, the
    /// distance to its end, the evidence and the lumen on both sides, how deep and how significant the
    /// narrowing is, and whether width and darkness of the lumen agree on it. Empty after `measure`,
    /// where a person has said which vessel counts.
    std::optional<double> confidence;
    /// Id of the side branch that leaves within the narrowing or a reference diameter of it, the nearest one:
    /// there the lumen of one vessel runs into that of another. Empty where none is known.
    std::optional<int> side_vessel;
    bool is_lesion = true;  ///< whether it counts by `StenosisOptions::min_confidence` and `min_reference`
    bool ostial = false;    ///< whether it begins with the vessel: proximal of it there is nothing healthy
    std::optional<LumenGap> gap;               ///< the longest stretch without a lumen that is seen, if any
    LesionLocation location;                   ///< of what `analyze` finds
    bool total_occlusion = false;              ///< the contrast ends and begins again: no lumen to measure
    Unmeasurable reason = Unmeasurable::none;  ///< why numbers are missing
    Calibration calibration;                   ///< of the image: what millimetres rest on

    // Empty where the number is, and in mm where the size of a pixel is unknown. Standard errors in mm have
    // that of the size of a pixel in them.
    std::optional<Estimate> mld_estimate_px() const;
    std::optional<Estimate> mld_estimate_mm() const;
    std::optional<Estimate> reference_estimate_px() const;
    std::optional<Estimate> reference_estimate_mm() const;
    std::optional<Estimate> percent_diameter_stenosis_estimate() const;
    std::optional<double> length_mm() const;

    /// Probability that the true percent diameter stenosis is `percent` or more. Empty without a standard
    /// error.
    std::optional<double> probability_at_least(double percent) const;
};

/// Every narrowing of one vessel, proximal first. A lumen that stays narrow to the end of the vessel is
/// none: its narrowest place may lie beyond, and what follows may be a catheter or another vessel. Only an
/// ostial reference says that the vessel begins with its first point, narrow or not.
/// \param calibration `Frame::sized_calibration`
/// \pre the arrays of `profile` and `reference` are as long as the centerline's points.
/// \throws InvalidInput if that is violated or an option is out of range.
std::vector<Stenosis> find_stenoses(const VesselContour& contour, const DiameterProfile& profile,
                                    const ReferenceProfile& reference, const Calibration& calibration,
                                    const StenosisOptions& options = {});

/// One line for a person: place, %DS and MLD with their intervals of 95 %, reference and length; in mm, or in
/// pixels where the size of a pixel is unknown.
std::ostream& operator<<(std::ostream& out, const Stenosis& stenosis);

}  // namespace stenometry

STENOMETRY_EXPORT_END
