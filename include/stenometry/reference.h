#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "stenometry/bifurcation.h"
#include "stenometry/diameter.h"
#include "stenometry/export.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// What the lumen is compared with. The names are those of DICOM CID 3465.
enum class ReferenceMethod {
    curve_fitted,        ///< robust tapering line through the healthy parts of the vessel
    interpolated_local,  ///< straight line between two places taken as healthy
    mean_local,          ///< mean of the diameters at two places taken as healthy
    given,               ///< a diameter given by the user
};

/// The method as the JSON report spells it, for example `curve_fitted`.
std::string_view to_string(ReferenceMethod method);

/// A stretch of a vessel by arc length from its first point; `from` < `to`.
struct ArcRange {
    PhysicalLength from, to;
};

/// The stretch between two samples of a profile, both included.
/// \throws InvalidInput unless first < last and both are samples of the profile.
ArcRange arc_range(const DiameterProfile& profile, const Calibration& calibration, std::size_t first,
                   std::size_t last);

struct ReferenceOptions {
    ReferenceMethod method = ReferenceMethod::curve_fitted;
    /// What is not healthy by the user's word: ectatic, diseased, at a side branch. No method looks there;
    /// `given` looks nowhere. `analyze` leaves the same stretch out of every vessel.
    std::vector<ArcRange> exclude;
    /// Whether the profile runs from proximal to distal, where a vessel does not widen. Otherwise it may
    /// narrow towards either end, and the reference is the same from both. `measure` knows no direction,
    /// unless `ostial` says one.
    bool direction_known = true;
    /// The vessel begins at its first point, with a narrowing: the reference comes from distal of that alone.
    /// `given` stays as given. Without this a narrowing that reaches the first point is no lesion.
    bool ostial = false;
    /// The reference steps down where these leave the vessel, by the law; where the law has no diameter for
    /// what goes on, there is no step. For all methods but `given`.
    std::vector<SideBranch> side_branches;
    BranchingLaw branching_law = BranchingLaw::huo_kassab;
    double proximal_fraction = 0.05;  ///< where the first healthy place is, as a fraction of the length; 0..1
    double distal_fraction = 0.95;    ///< where the second is; > proximal_fraction, <= 1
    PhysicalLength window{.mm = 2.0, .uncalibrated_px = 8.0};  ///< length averaged around either place, > 0
    std::optional<double> given_mm;                            ///< for `given` in a calibrated image, > 0
    std::optional<double> given_px;                            ///< for `given` otherwise, > 0
    // A vessel is called diffusely diseased where one of these three does not hold; the first two are asked
    // of `curve_fitted` alone, none of `given`.
    PhysicalLength min_healthy{.mm = 5.0, .uncalibrated_px = 20.0};  ///< length of healthy vessel, > 0
    double min_healthy_fraction = 0.5;  ///< healthy part of what was measured and not excluded, 0..1
    double max_relative_sd = 0.1;       ///< standard error of the reference as a part of it, > 0

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// The diameter that the vessel would have without disease. Arrays are as long as the profile; empty with a
/// reason.
struct ReferenceProfile {
    std::vector<double> diameter_px;
    /// Standard error of the reference. It grows away from the healthy part; samples that the smoothing or
    /// the irregularity of the wall ties together count as one.
    std::vector<double> sd_px;
    ReferenceMethod method = ReferenceMethod::curve_fitted;
    double healthy_px = 0.0;  ///< length of the vessel that the reference rests on; 0 for `given`
    /// Whether so little of the vessel is healthy, or that so irregular, that the reference may be the lumen
    /// of a diseased vessel: see `ReferenceOptions`. A vessel that is narrowed evenly all along shows none of
    /// this.
    bool diffuse = false;
    bool ostial = false;  ///< whether it comes from distal of a narrowing at the first point alone
    Unmeasurable reason = Unmeasurable::none;
};

/// Estimates the healthy lumen. The curve fitted line ignores narrowed parts, ectasia and the widening at
/// side branches, and does not widen downstream where the direction is known; a sample within 15 % of it is
/// healthy. \param calibration `Frame::sized_calibration` \throws InvalidInput if an option is out of range
/// or `given` has no diameter.
ReferenceProfile estimate_reference(const DiameterProfile& profile, const Calibration& calibration,
                                    const ReferenceOptions& options = {});

}  // namespace stenometry

STENOMETRY_EXPORT_END
