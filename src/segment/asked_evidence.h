#pragma once

#include "stenometry/learned_evidence.h"
#include "stenometry/segment.h"

namespace stenometry {

/// The learned evidence of a frame where the options ask for it; else none, which costs nothing.
inline LearnedProbabilities asked_evidence(const Frame& frame, const SegmentOptions& options) {
    return options.evidence == Evidence::classical ? LearnedProbabilities{} : compute_learned_evidence(frame);
}

}  // namespace stenometry
