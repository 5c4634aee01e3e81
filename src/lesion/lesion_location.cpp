#include "stenometry/lesion_location.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/require.h"
#include "stenometry/error.h"

namespace stenometry {

std::string_view to_string(VesselThird third) {
    constexpr std::array<std::string_view, 3> names{"proximal", "middle", "distal"};
    return names[static_cast<std::size_t>(third)];
}

std::optional<VesselThird> third_of(const DiameterProfile& profile, std::size_t index) {
    if (index >= profile.position_px.size())
        throw InvalidInput("index is " + std::to_string(index) + ", but the profile has " +
                           std::to_string(profile.position_px.size()) + " samples");
    const double length = profile.position_px.back();
    if (!(length > 0.0)) return {};
    return static_cast<VesselThird>(std::min(2, static_cast<int>(3.0 * profile.position_px[index] / length)));
}

void LesionLocationOptions::validate() const {
    require_not_negative("location.ostial_within", ostial_within);
}

}  // namespace stenometry
