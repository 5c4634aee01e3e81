#include "lesion/same_length.h"

#include <cstddef>
#include <string>

#include "stenometry/error.h"

namespace stenometry {

void require_one_length(const VesselContour& contour, const DiameterProfile& profile,
                        const ReferenceProfile& reference) {
    const std::size_t size = contour.centerline.points_px.size();
    for (const std::size_t other :
         {profile.position_px.size(), profile.diameter_px.size(), profile.sd_px.size(),
          reference.diameter_px.size(), reference.sd_px.size()})
        if (other != size)
            throw InvalidInput("the centerline has " + std::to_string(size) + " points, but a profile has " +
                               std::to_string(other));
}

}  // namespace stenometry
