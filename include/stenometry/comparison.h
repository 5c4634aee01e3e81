#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stenometry/estimate.h"
#include "stenometry/export.h"
#include "stenometry/vessel_match.h"

STENOMETRY_EXPORT_BEGIN

/// What an intervention did to a vessel, and what became of it: one vessel measured before, after and at
/// follow-up, by the definitions of trials (Serruys et al., J. Am. Coll. Cardiol. 1988; Kuntz and Baim,
/// Circulation 88 (1993) 1310; Mauri et al., Circulation 111 (2005) 3435).
///
/// **What two visits share.** The standard errors of diameters in pixels are of noise and texture of one
/// image each, so that those of two visits are independent. What the model of the lumen does wrong is in none
/// of them: it is alike in lumens of one size, and leaves their difference. The size of a pixel is another
/// matter. Of its error visits share `Visit::shared_calibration_sd` where they were calibrated in the same
/// way, and nothing otherwise; of what they share a gain has only the part that the gain itself is of the
/// lumen. Percentages of the diameter are free of it.
namespace stenometry {

/// In the order in which `compare` takes them.
enum class VisitPhase { before, after, follow_up };

/// The phase as the JSON report spells it: `before`, `after`, `followup`.
std::string_view to_string(VisitPhase phase);

/// The ends of a stent, or of what a balloon treated, by the user or by markers that somebody has seen: the
/// library does not look for markers.
struct StentEnds {
    std::size_t visit = 1;  ///< index of the visit whose image has the points
    Point proximal_px, distal_px;
};

/// An inflated balloon that was measured as a vessel.
struct Balloon {
    Visit visit;
    std::optional<double> nominal_mm;  ///< diameter that its chart has for the pressure, > 0
};

struct ComparisonOptions {
    VesselMatchOptions match;  ///< its points are those of `points`
    /// One place in every visit each, by the user.
    std::vector<std::vector<Point>> points;
    /// From proximal to distal; where they leave gaps these count as treated, too. Empty: what was treated is
    /// where the lumen widened between the first two visits.
    std::vector<StentEnds> stents;
    /// Index into the narrowings of the vessel before; empty: the narrowest.
    std::optional<std::size_t> lesion;
    std::optional<Balloon> balloon;
    double edge_mm = 5.0;                   ///< length of what counts as an edge, > 0
    double restenosis_percent = 50.0;       ///< a restenosis is narrowed by so much, 0..100
    double extent_percent = 20.0;           ///< and extends as far as the narrowing is this, 0..100
    double focal_mm = 10.0;                 ///< longer restenoses are diffuse, > 0
    double max_view_difference_deg = 10.0;  ///< views that differ by more are warned of, > 0

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// A part of the treated vessel.
enum class Region { in_stent, proximal_edge, distal_edge, in_segment };

inline constexpr std::array<Region, 4> all_regions{Region::in_stent, Region::proximal_edge,
                                                   Region::distal_edge, Region::in_segment};

/// The region as the JSON report spells it, for example `in_stent`.
std::string_view to_string(Region region);

/// A region in one visit. Positions are arc lengths along the vessel after the intervention, in mm, to which
/// the other visits are mapped. Lengths in mm are empty where the image has no calibration.
struct RegionMeasurement {
    double from_mm = 0.0, to_mm = 0.0;
    Point proximal_at_px = no_point,
          distal_at_px = no_point;         ///< `no_point` where the visit does not show it
    std::optional<Estimate> mld_mm;        ///< least lumen diameter of the region
    std::optional<Estimate> reference_mm;  ///< at the same place
    std::optional<Estimate> percent_diameter_stenosis;
    std::optional<Estimate> mean_diameter_mm;
    std::optional<double> mld_position_mm;
    std::optional<double>
        mld_position_sd_mm;  ///< standard error of the match there; empty for the vessel after
    Point mld_at_px = no_point;
    bool total_occlusion = false;
    Unmeasurable reason = Unmeasurable::none;  ///< why there is no minimum
    // Before millimetres: what gains are made of.
    double mld_own_mm = 0.0;     ///< the minimum, in units of `matching_mm_per_px`
    double mld_own_sd_mm = 0.0;  ///< its standard error without that of the calibration
    double mean_own_mm = 0.0;    ///< the mean, in the same units
    double mean_own_sd_mm = 0.0;
};

/// One visit on the axis that all share.
struct ComparedVisit {
    VesselMatch match;                ///< of the vessel after with this one; of itself for that
    std::vector<double> position_mm;  ///< of every sample of the visit's profile; NaN where it has no place
    std::vector<double> position_sd_mm;
    std::optional<double> view_difference_deg;  ///< between its view and that after; empty where unknown
    std::array<RegionMeasurement, 4> regions;   ///< in the order of `all_regions`

    const RegionMeasurement& region(Region which) const { return regions[static_cast<std::size_t>(which)]; }
};

/// Empty where a visit is missing or has no minimum, and without a calibration.
struct Gains {
    std::optional<Estimate> acute_gain_mm;  ///< MLD after - MLD before
    std::optional<Estimate> late_loss_mm;   ///< MLD after - MLD at follow-up
    std::optional<Estimate> net_gain_mm;    ///< acute gain - late loss
    /// Late loss / acute gain. Empty unless the acute gain is significant: above two standard errors.
    std::optional<Estimate> loss_index;
};

/// Source: Mehran et al., Circulation 100 (1999) 1872.
enum class RestenosisPattern {
    none,  ///< no restenosis
    IA,    ///< focal, in a gap between stents
    IB,    ///< focal, at a margin: across an end of the stents, or in an edge
    IC,    ///< focal, inside
    ID,    ///< several that are focal
    II,    ///< diffuse inside
    III,   ///< diffuse beyond the stents: proliferative
    IV,    ///< occluded
};

/// The pattern as the JSON report spells it: `IA` to `IV`; `none`.
std::string_view to_string(RestenosisPattern pattern);

struct Restenosis {
    bool binary = false;                ///< whether the follow-up is narrowed by 50 % or more in the segment
    std::optional<double> probability;  ///< that it truly is
    RestenosisPattern pattern = RestenosisPattern::none;
    std::size_t foci = 0;             ///< stretches of narrowed vessel that are restenosed
    std::optional<double> extent_mm;  ///< length of the longest of them
};

struct BalloonResult {
    // Between the outermost places where the balloon has 90 % of its width.
    std::optional<Estimate> mld_mm, mean_diameter_mm;
    std::optional<Estimate> recoil_mm;   ///< balloon MLD - MLD after, in the stent
    std::optional<Estimate> deficit_mm;  ///< nominal diameter - balloon MLD
    /// Mean balloon diameter over the reference before: the mean of that at both borders of the lesion.
    std::optional<Estimate> balloon_to_artery_ratio;
};

/// Diameters that a rule names for the vessel before: research information and no advice.
struct Sizing {
    std::optional<Estimate> proximal_reference_mm, distal_reference_mm;  ///< at the borders of the lesion
    std::optional<Estimate> mean_reference_mm;                           ///< of the two
    std::optional<double> lesion_length_mm;
    /// Balloon and stent of a balloon-to-artery ratio of 1.0: the mean reference, rounded to quarters of a
    /// millimetre, as they are sold.
    double nominal_mm = 0.0;
    /// What such a balloon leaves: 27.2 +- 7.2 % (sd) less than its chart diameter, whatever the reference.
    /// Source: 499 lesions, PMC2095749.
    Estimate expected_mld_mm;
};
/// The name of that rule.
inline constexpr std::string_view sizing_rule = "balloon_to_artery_1.0";

enum class ComparisonWarningCode {
    no_match,                   ///< nothing says that it is the same vessel
    match_ambiguous,            ///< another vessel of the same image matches nearly as well
    match_uncertain,            ///< the treated segment may lie more than 2 mm elsewhere
    segment_not_covered,        ///< the visit does not show all of the treated segment with its edges
    diameters_disagree,         ///< the healthy vessel has other diameters: another vessel, or another scale
    reference_disagrees,        ///< the references of two visits differ by more than 20 %
    view_differs,               ///< the views differ by more than 10 degrees
    view_unknown,               ///< the angles of a view are unknown: nobody has compared them
    no_calibration,             ///< there are no lengths in mm
    spacing_at_detector,        ///< lengths in mm are too large, by another factor in every visit
    calibration_error_unknown,  ///< intervals in mm do not know the error of the calibration
    treated_segment_unclear,    ///< no significant widening: the lesion before stands for what was treated
    lumen_not_seen,             ///< the lumen is too faint to tell
    total_occlusion,            ///< there is no lumen
    diffuse_disease,            ///< the reference may be a diseased lumen
};

/// The code as the JSON report spells it, for example `no_match`.
std::string_view to_string(ComparisonWarningCode code);

struct ComparisonWarning {
    ComparisonWarningCode code;
    std::string message;
    std::optional<std::size_t> visit = {};  ///< index of the visit that it speaks of, if of one
};

/// Where the ends of the treated segment are known from.
enum class TreatedEnds { user, change, lesion };

/// The source as the JSON report spells it.
std::string_view to_string(TreatedEnds ends);

/// A part of the shared axis.
struct AxisStretch {
    double from_mm = 0.0, to_mm = 0.0;
};

struct Comparison {
    std::vector<ComparedVisit> visits;
    /// What was treated, on the shared axis; empty where nobody says so and nothing was narrowed.
    std::optional<AxisStretch> treated;
    TreatedEnds ends_from = TreatedEnds::user;
    std::vector<AxisStretch> stents;  ///< by the user; else the treated segment
    double edge_mm = 5.0;
    Gains in_stent, in_segment;
    std::optional<Estimate> residual_percent_diameter_stenosis;  ///< after, in the stent
    /// 100 (MLD in the stent)^2 over the mean of the squares of the references at its two ends, after:
    /// minimal stent area over mean reference area for round lumens (as in ILUMIEN II, which has areas of
    /// cross-sections).
    std::optional<Estimate> stent_expansion_percent;
    std::optional<Restenosis> restenosis;  ///< with a follow-up
    std::optional<BalloonResult> balloon;
    std::optional<Sizing> sizing;  ///< with a lesion before, and calibrated
    std::vector<ComparisonWarning> warnings;
};

/// Compares two or three visits of one vessel: before, after, follow-up.
/// \throws InvalidInput unless there are two or three, each with a measured profile, or an option is out of
/// range.
Comparison compare(std::span<const Visit> visits, const ComparisonOptions& options = {});

}  // namespace stenometry

STENOMETRY_EXPORT_END
