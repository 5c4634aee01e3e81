#pragma once

#include <functional>
#include <vector>

#include "stenometry/export.h"
#include "stenometry/frame.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// How well a frame of a cine serves for measuring.
struct FrameScore {
    int index = 0;
    double filling = 0.0;  ///< how much vessel is filled with contrast, 0..1 of the best frame
    double motion = 0.0;   ///< how much the picture moved since the frame before, 0..1 of the fastest
    double score = 0.0;    ///< what the choice is made by; higher is better
};

/// Scores each frame of a cine. Frames are asked for one at a time, in order, and not kept.
/// \param read gives frame number i.
/// \throws InvalidInput if `count` < 1; whatever `read` throws.
std::vector<FrameScore> score_frames(int count, const std::function<Frame(int)>& read);

/// Index of the best frame: filled with contrast, and still. \pre `scores` is not empty.
int best_frame(const std::vector<FrameScore>& scores);

}  // namespace stenometry

STENOMETRY_EXPORT_END
