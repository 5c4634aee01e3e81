#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "stenometry/analysis.h"
#include "stenometry/export.h"
#include "stenometry/frame.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// A vessel as one angiogram shows it, with what is needed to compare it with another of the same patient.
struct Visit {
    Vessel vessel;
    Calibration calibration;  ///< of the image
    Acquisition acquisition;  ///< its angles, where they are known
    /// The part of `calibration.relative_sd` that visits calibrated by the same source have in common: for a
    /// catheter how wide it appears, all of it where one calibration serves both, else 0. The rest is each
    /// visit's own.
    double shared_calibration_sd = 0.0;
};

/// One place in two images, by the user.
struct MatchedPoints {
    Point first_px, second_px;
};

struct VesselMatchOptions {
    std::vector<MatchedPoints> points;  ///< landmarks by the user, on or beside the two centerlines
    double point_sd_mm = 0.5;           ///< standard error of such a place along the vessel, > 0
    /// Standard deviation of the logarithm of the scale between the two arc lengths: two views foreshorten a
    /// vessel differently, > 0, at most 0.3.
    double scale_sd = 0.08;
    /// How far the map strays from that scale over one mm of vessel; n mm stray sqrt(n) times as far, > 0.
    double wander_mm = 0.12;
    double diameter_spread = 0.07;  ///< healthy diameters differ so much between visits, as a part, > 0
    double turning_sd_deg = 3.0;    ///< the bends of the centerline differ so much between visits, > 0
    /// The natural logarithm of how much more likely one vessel is than two, from which on it is a match.
    double min_evidence = 8.0;

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// Why two measured vessels could not be matched.
enum class MatchFailure {
    none,         ///< they were
    no_evidence,  ///< nothing says that it is the same vessel: another one, or another view
    too_short,    ///< less than 5 mm of either was measured
};

/// The failure as the JSON report spells it.
std::string_view to_string(MatchFailure failure);

/// Where the places along the first vessel lie along the second. The arrays have one length and equal steps
/// along the first vessel; `second_mm` never falls. What no place of the second vessel was found for is NaN.
/// Lengths are arc lengths in mm. Where an image has no calibration, its pixels are taken for such as make
/// the median of the vessel's reference 3 mm.
struct VesselMatch {
    std::vector<double> first_mm;
    std::vector<double> second_mm;
    std::vector<double> sd_mm;  ///< standard error of `second_mm`: spread of the maps that are as likely
    double scale = 1.0;         ///< of the second arc length over the first, on the whole
    /// Natural logarithm of how much more likely the two profiles are for one vessel than for two.
    double evidence = 0.0;
    double overlap_mm = 0.0;  ///< length of the first vessel that the second shows, too
    MatchFailure failure = MatchFailure::no_evidence;

    bool matched() const { return failure == MatchFailure::none; }
    /// Arc length along the second vessel of a place of the first. Empty where the second does not show it.
    std::optional<double> to_second(double first) const;
    /// The other way round.
    std::optional<double> to_first(double second) const;
    /// Standard error at a place of the first vessel. Empty where the second does not show it.
    std::optional<double> sd_at(double first) const;
};

/// The size of a pixel that matches take for one: the calibration's, or else what makes the median of the
/// reference 3 mm; 1 where there is no reference either.
double matching_mm_per_px(const Visit& visit);

/// Matches a vessel with itself in another angiogram. Every monotone map of one arc length to the other is
/// weighed: by the diameters where neither is narrowed, so that what was treated counts for nothing, by the
/// bends of the centerline, by the side branches where both visits know them, by the distance from the
/// ostium, and by the user's points. The map is the mean of all by their weights, its standard error their
/// spread: the forward-backward algorithm of a hidden Markov model (Rabiner, Proc. IEEE 77 (1989) 257), whose
/// state is the displacement along the second vessel, for each of a range of scales. A wrong vessel has
/// little evidence or a large error, unless it bends like the right one all along.
/// \throws InvalidInput if an option is out of range or a point is not finite.
VesselMatch match_vessels(const Visit& first, const Visit& second, const VesselMatchOptions& options = {});

/// The one of several vessels that a vessel matches best.
struct VesselChoice {
    std::size_t index = 0;  ///< into the candidates
    VesselMatch match;      ///< of the vessel with it
    double lead = 0.0;      ///< by how much its evidence is above that of the next best
};

/// Empty if there are no candidates; the best one may be no match.
std::optional<VesselChoice> choose_vessel(const Visit& vessel, std::span<const Visit> candidates,
                                          const VesselMatchOptions& options = {});

}  // namespace stenometry

STENOMETRY_EXPORT_END
