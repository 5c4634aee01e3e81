#include "comparison/restenosis.h"

#include <algorithm>
#include <cmath>

namespace stenometry {
namespace {

/// A stretch of narrowed lumen that is restenosed.
struct Focus {
    AxisStretch stretch;
    double peak_mm = 0.0;
    double narrowing = 0.0;
};

double length_of(const AxisStretch& stretch) { return stretch.to_mm - stretch.from_mm; }

/// The connected stretches of the segment that are narrowed by `extent` and more.
std::vector<Focus> narrowed_stretches(const ComparedVisit& visit, const SmoothProfile& profile,
                                      const RegionMeasurement& segment, double extent) {
    std::vector<Focus> found;
    bool inside = false;
    for (std::size_t i = 0; i < profile.arc_mm.size(); ++i) {
        const double at = visit.position_mm[i], narrowing = profile.narrowing(i);
        const bool narrowed = at >= segment.from_mm && at <= segment.to_mm && narrowing >= extent;
        if (narrowed && !inside) found.push_back({{at, at}, at, narrowing});
        inside = narrowed;
        if (!narrowed) continue;
        found.back().stretch.to_mm = at;
        if (narrowing > found.back().narrowing) found.back().peak_mm = at, found.back().narrowing = narrowing;
    }
    return found;
}

/// Those that are restenosed; the one with the minimum of the segment has its narrowing, which is measured
/// better than a sample.
std::vector<Focus> restenosed(std::vector<Focus> narrowed, const RegionMeasurement& segment, double least) {
    for (Focus& focus : narrowed)
        if (segment.mld_position_mm && *segment.mld_position_mm >= focus.stretch.from_mm &&
            *segment.mld_position_mm <= focus.stretch.to_mm)
            focus.narrowing = 0.01 * segment.percent_diameter_stenosis->value;
    std::erase_if(narrowed, [least](const Focus& focus) { return focus.narrowing < least; });
    return narrowed;
}

bool within_a_stent(double at, std::span<const AxisStretch> stents) {
    return std::ranges::any_of(
        stents, [at](const AxisStretch& stent) { return at >= stent.from_mm && at <= stent.to_mm; });
}

bool crosses(const AxisStretch& focus, double end) { return focus.from_mm < end && end < focus.to_mm; }

RestenosisPattern pattern_of_one(const AxisStretch& focus, double peak, std::span<const AxisStretch> stents) {
    const double proximal = stents.front().from_mm, distal = stents.back().to_mm;
    if (peak < proximal || peak > distal || crosses(focus, proximal) || crosses(focus, distal))
        return RestenosisPattern::IB;
    return within_a_stent(peak, stents) ? RestenosisPattern::IC : RestenosisPattern::IA;
}

}  // namespace

RestenosisPattern pattern_of(std::span<const AxisStretch> foci, std::span<const double> peaks_mm,
                             std::span<const AxisStretch> stents, const ComparisonOptions& options) {
    if (foci.empty()) return RestenosisPattern::none;
    // Ends of stents are known no better.
    constexpr double beyond_mm = 1.0;
    const AxisStretch& longest = *std::ranges::max_element(foci, {}, length_of);
    if (length_of(longest) > options.focal_mm) {
        const bool beyond = longest.from_mm < stents.front().from_mm - beyond_mm ||
                            longest.to_mm > stents.back().to_mm + beyond_mm;
        return beyond ? RestenosisPattern::III : RestenosisPattern::II;
    }
    return foci.size() > 1 ? RestenosisPattern::ID : pattern_of_one(foci.front(), peaks_mm.front(), stents);
}

Restenosis find_restenosis(const ComparedVisit& follow_up, const SmoothProfile& profile,
                           std::span<const AxisStretch> stents, const ComparisonOptions& options) {
    const RegionMeasurement& segment = follow_up.region(Region::in_segment);
    if (segment.total_occlusion)
        return {.binary = true, .probability = 1.0, .pattern = RestenosisPattern::IV};
    const auto& narrowing = segment.percent_diameter_stenosis;
    if (!narrowing) return {};
    Restenosis found{.binary = narrowing->value >= options.restenosis_percent,
                     .probability = narrowing->probability_at_least(options.restenosis_percent)};
    const std::vector<Focus> foci =
        restenosed(narrowed_stretches(follow_up, profile, segment, 0.01 * options.extent_percent), segment,
                   0.01 * options.restenosis_percent);
    std::vector<AxisStretch> stretches;
    std::vector<double> peaks;
    for (const Focus& focus : foci) stretches.push_back(focus.stretch), peaks.push_back(focus.peak_mm);
    found.foci = foci.size();
    found.pattern = pattern_of(stretches, peaks, stents, options);
    if (!foci.empty()) found.extent_mm = length_of(*std::ranges::max_element(stretches, {}, length_of));
    return found;
}

}  // namespace stenometry
