#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "stenometry/diameter.h"

namespace stenometry {

/// What the lumen is compared with. The names are those of DICOM CID 3465.
enum class ReferenceMethod {
    curve_fitted,        ///< robust tapering line through the healthy parts of the vessel
    interpolated_local,  ///< straight line between two places taken as healthy
    mean_local,          ///< mean of the diameters at two places taken as healthy
    given,               ///< a diameter given by the user
};

std::string_view to_string(ReferenceMethod method);

struct ReferenceOptions {
    ReferenceMethod method = ReferenceMethod::curve_fitted;
    double proximal_fraction = 0.05;  ///< where the first healthy place is, as a fraction of the length; 0..1
    double distal_fraction = 0.95;    ///< where the second is; > proximal_fraction, <= 1
    PhysicalLength window{.mm = 2.0, .uncalibrated_px = 8.0};  ///< length averaged around either place, > 0
    std::optional<double> given_mm;   ///< for `given` in a calibrated image, > 0
    std::optional<double> given_px;   ///< for `given` otherwise, > 0

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// The diameter that the vessel would have without disease. Arrays are as long as the profile; empty with a reason.
struct ReferenceProfile {
    std::vector<double> diameter_px;
    std::vector<double> sd_px;  ///< standard error of the reference
    ReferenceMethod method = ReferenceMethod::curve_fitted;
    Unmeasurable reason = Unmeasurable::none;
};

/// Estimates the healthy lumen. The curve fitted line ignores narrowed parts, ectasia and the widening at side
/// branches, and does not widen downstream.
/// \throws InvalidInput if an option is out of range or `given` has no diameter.
ReferenceProfile estimate_reference(const DiameterProfile& profile, const Calibration& calibration,
                                    const ReferenceOptions& options = {});

}  // namespace stenometry
