#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "stenometry/analysis.h"

namespace stenometry {

/// What tells a lesion from what only looks like one, of a narrowing of a vessel. Each
/// term grows with how much it speaks for a lesion, or against it where its weight is negative.
enum class LesionTerm {
    size,          ///< logarithm of the reference diameter in mm, or in 4 px of a frame 512 wide
    from_end,      ///< log(1 + arc length to the distal end, in reference diameters)
    sides,         ///< lumen in two reference diameters before and behind, the lesser, over the reference
    significance,  ///< logarithm of %DS over its standard error
    disagreement,  ///< |%DS by width - %DS by densitometry| / 100
    evidence,      ///< probability of a vessel before and behind, the lesser
    depth,         ///< %DS / 100
};
inline constexpr std::size_t lesion_terms = 7;
using LesionTerms = std::array<double, lesion_terms>;

/// \param vessel whose narrowing it is
LesionTerms terms_of(const Stenosis& narrowing, const Vessel& vessel, const VesselMask& mask);

/// How likely an expert would call it a lesion: a logistic regression on the terms.
double confidence_of(const LesionTerms& terms);

/// Gives every narrowing its confidence, and marks those that the options do not count as lesions.
void judge_narrowings(std::vector<Vessel>& vessels, const VesselMask& mask, const StenosisOptions& options);

}  // namespace stenometry
