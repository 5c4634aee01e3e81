#pragma once

#include <functional>
#include <optional>

#include "stenometry/export.h"
#include "stenometry/frame.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// Frames of a cine, from the first to the last, both included.
struct FrameRange {
    int first = 0, last = 0;

    bool contains(int frame) const { return first <= frame && frame <= last; }
    bool operator==(const FrameRange&) const = default;
};

/// The frames about `best` in which contrast medium fills arteries: as far as the learned evidence sees an
/// artery, and a fifth or more of what `best` shows. Filling is taken to grow up to `best` and to fall after
/// it, so that some 2 log2 `count` frames are asked for, none twice.
/// \param best as `best_frame` chooses it, 0..count - 1
/// \param read gives frame number i
/// \return empty where no artery is filled even in `best`, and where frames are too small for the learned
///     evidence (`evidence_for`).
/// \throws InvalidInput if `best` is no frame of the cine; whatever `read` throws.
std::optional<FrameRange> find_filled_frames(int count, int best, const std::function<Frame(int)>& read);

}  // namespace stenometry

STENOMETRY_EXPORT_END
