#include "analysis/ectasia_doubts.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/statistics.h"

namespace stenometry {
namespace {

bool is_contrast(const VesselMask& mask, Point p) {
    const int x = static_cast<int>(std::lround(p.x)), y = static_cast<int>(std::lround(p.y));
    if (x < 0 || y < 0 || x >= mask.mask.width() || y >= mask.mask.height()) return false;
    return mask.mask(x, y) != 0 || (!mask.catheter.empty() && mask.catheter(x, y) != 0);
}

/// How many vessels, catheters included, cross a circle.
int crossings(const VesselMask& mask, Point centre, double radius_px) {
    constexpr double step_px = 0.5, least_px = 1.5;  // less is the rough edge of the mask
    const int steps = std::max(16, static_cast<int>(2.0 * std::numbers::pi * radius_px / step_px));
    std::vector<bool> inside;
    for (int k = 0; k < steps; ++k) {
        const double angle = 2.0 * std::numbers::pi * k / steps;
        inside.push_back(is_contrast(mask, centre + radius_px * Point{std::cos(angle), std::sin(angle)}));
    }
    const auto outside = std::ranges::find(inside, false);
    if (outside == inside.end()) return 1;
    std::rotate(inside.begin(), outside, inside.end());
    int count = 0, run = 0;
    inside.push_back(false);
    for (const bool here : inside) {
        if (!here && run * step_px >= least_px) ++count;
        run = here ? run + 1 : 0;
    }
    return count;
}

/// The samples that lie in the upper half of a widening.
std::vector<std::size_t> crown_of(const Ectasia& widening, const Vessel& vessel) {
    std::vector<std::size_t> crown;
    const double half = 0.5 * (widening.max_diameter_px + widening.reference_px);
    for (std::size_t i = widening.proximal_index; i <= widening.distal_index; ++i)
        if (vessel.diameter.diameter_px[i] >= half) crown.push_back(i);
    return crown;
}

/// Whether more than the vessel itself leads away from most of the widening: a single branch that leaves a
/// long ectasia does not explain it.
bool at_junction(const std::vector<std::size_t>& crown, const Ectasia& widening, const Vessel& vessel,
                 const VesselMask& mask) {
    constexpr double beyond_wall = 0.75;  // reference diameters: clear of the mask's own edge
    std::ptrdiff_t joined = 0;
    for (const std::size_t i : crown)
        if (crossings(mask, vessel.contour.centerline.points_px[i],
                      0.5 * vessel.diameter.diameter_px[i] + beyond_wall * widening.reference_px) > 2)
            ++joined;
    return 2 * joined >= static_cast<std::ptrdiff_t>(crown.size());
}

/// Whether width and darkness contradict each other over the widening.
bool contradicted_by_darkness(const std::vector<std::size_t>& crown, const Vessel& vessel) {
    const DiameterProfile& profile = vessel.diameter;
    if (profile.depth_ratio.empty()) return false;
    std::vector<double> ratios, errors;
    for (const std::size_t i : crown)
        if (profile.depth_ratio[i] > 0.0 && std::isfinite(profile.depth_ratio_sd[i])) {
            ratios.push_back(std::log(profile.depth_ratio[i]));
            errors.push_back(profile.depth_ratio_sd[i]);
        }
    if (ratios.empty()) return false;
    // Blood that stands in an aneurysm dilutes the medium: only what is much too faint is something else.
    constexpr double faintest = 0.65, darkest = 1.4, significant = 2.0;
    const double ratio = median(std::move(ratios)), sd = median(std::move(errors));
    return std::abs(ratio) > significant * sd && (ratio < std::log(faintest) || ratio > std::log(darkest));
}

EctasiaDoubt doubt_of(const Ectasia& widening, const Vessel& vessel, const VesselMask& mask) {
    const std::vector<std::size_t> crown = crown_of(widening, vessel);
    if (at_junction(crown, widening, vessel, mask)) return EctasiaDoubt::junction;
    if (contradicted_by_darkness(crown, vessel)) return EctasiaDoubt::darkness;
    return EctasiaDoubt::none;
}

}  // namespace

void judge_ectasias(std::vector<Vessel>& vessels, const VesselMask& mask) {
    if (mask.mask.empty()) return;
    for (Vessel& vessel : vessels)
        for (Ectasia& widening : vessel.ectasias)
            if (widening.is_ectasia()) widening.doubt = doubt_of(widening, vessel, mask);
}

}  // namespace stenometry
