#pragma once

#include <span>
#include <vector>

#include "stenometry/pipeline.h"

namespace stenometry {

/// What the reader of an analysis should know of its numbers: first of the size of a pixel, then of each
/// vessel and its lesions, then why nothing was measured. Places in messages are those of the analysis.
/// \param polarity of the frame
/// \param given from `measure`, the points from, via..., to
std::vector<Warning> warnings_of(const Analysis& analysis, Polarity polarity, const AnalysisOptions& options,
                                 std::span<const Point> given = {});

}  // namespace stenometry
