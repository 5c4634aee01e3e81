#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "stenometry/bifurcation.h"
#include "stenometry/calibration.h"
#include "stenometry/diameter.h"
#include "stenometry/export.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// Thirds of the length of a vessel, as far as the frame shows it.
enum class VesselThird { proximal, middle, distal };

/// The third as the JSON report spells it, for example `proximal`.
std::string_view to_string(VesselThird third);

/// Where a sample of a vessel lies along it. Empty for a vessel without length.
/// \throws InvalidInput unless the sample is one of the profile.
std::optional<VesselThird> third_of(const DiameterProfile& profile, std::size_t index);

struct LesionLocationOptions {
    /// A lesion that begins nearer to the origin of its vessel is ostial, >= 0. Source: the traditional
    /// definition, in Jokhi and Curzen, EuroIntervention 5 (2009) 511.
    PhysicalLength ostial_within{.mm = 3.0, .uncalibrated_px = 12.0};

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// Where a lesion lies in the tree. What the frame does not show is empty; so is all of it after `measure`,
/// which sees one vessel only.
struct LesionLocation {
    /// Arc length along the vessels from the ostium of the artery to the minimum of a stenosis, to the
    /// maximum of an ectasia: see `Vessel::from_ostium_px`.
    std::optional<double> from_ostium_px;
    std::optional<VesselThird> third;  ///< of its vessel
    /// Whether it begins within `LesionLocationOptions::ostial_within` of where its vessel leaves the aorta
    /// or another vessel. Empty where that is not seen.
    std::optional<bool> ostial;
    std::optional<int> side_vessel;     ///< id of the side branch at whose bifurcation it lies, the nearest
    std::optional<MedinaClass> medina;  ///< of that bifurcation
};

}  // namespace stenometry

STENOMETRY_EXPORT_END
