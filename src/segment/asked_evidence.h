#pragma once

#include "stenometry/learned_evidence.h"
#include "stenometry/segment.h"

namespace stenometry {

/// `segment` by the evidence that counts on the frame; none is computed that does not.
inline VesselMask segment_by_asked_evidence(const Frame& frame, const EnhancedFrame& enhanced,
                                            const Vesselness& vesselness, SegmentOptions options) {
    options.evidence = evidence_for(frame, options.evidence);
    if (options.evidence == Evidence::classical) return segment(enhanced, vesselness, options);
    return segment(enhanced, vesselness, compute_learned_evidence(frame), options);
}

}  // namespace stenometry
