#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "stenometry/analysis.h"
#include "stenometry/estimate.h"
#include "stenometry/export.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

struct CineLesionOptions {
    /// Way of a vessel between two frames that follow one another, > 0.
    PhysicalLength max_motion{.mm = 12.0, .uncalibrated_px = 48.0};
    /// Distance along the vessel over which narrowings of two frames are one lesion, once the motion of the
    /// tree is taken out, > 0.
    PhysicalLength tolerance{.mm = 3.0, .uncalibrated_px = 12.0};

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// One lesion in one frame of a cine.
struct LesionSighting {
    int frame = 0;
    std::size_t vessel = 0;               ///< index into `Analysis::vessels` of that frame
    std::optional<std::size_t> stenosis;  ///< index into its `stenoses`; empty where no narrowing was found
    bool is_lesion = false;               ///< whether that narrowing counts as a lesion there
    Point at_px;                          ///< where the lumen is narrowest
    // Of that narrowing, else of the narrowest lumen at the place; empty where it was not measured.
    std::optional<Estimate> percent_diameter_stenosis;
    std::optional<Estimate> mld_px;
};

/// One lesion as the frames of a cine show it.
struct CineLesion {
    std::vector<LesionSighting>
        sightings;          ///< in the order of frames: where its place is on a measured vessel
    int lesion_frames = 0;  ///< in how many of them it counts as a lesion
    /// The median of the sightings. Its standard error has two parts: what differs from frame to frame, which
    /// the median of many makes small, and what the frames share, which it does not: that by which single
    /// frames are less sure of themselves than they differ, at the least half of it. Empty where no frame
    /// measured it.
    std::optional<Estimate> percent_diameter_stenosis;
    std::optional<Estimate> mld_px;    ///< in the same way
    std::optional<Estimate> mld_mm;    ///< empty without a calibration
    std::optional<double> confidence;  ///< median of the frames in which it counts as a lesion

    /// Part of the frames that show its place in which it counts as a lesion, 0..1.
    double seen() const { return static_cast<double>(lesion_frames) / static_cast<double>(sightings.size()); }
    /// Where other frames show the place and no lesion there, it may be a gap in the filling, a crossing or
    /// noise.
    bool in_single_frame() const { return lesion_frames == 1; }
};

/// Follows the lesions of a tree of vessels through the frames of a cine, of which it keeps a few kilobytes
/// each. The trees of frames that follow one another are brought to cover each other by an affine map, as the
/// heart's motion over a whole view is nearly one; narrowings that then lie at the same place of the same
/// vessel are one lesion. Source of the registration: Besl and McKay, IEEE PAMI 14 (1992) 239, with distances
/// across the vessel as of Chen and Medioni, Image Vis. Comput. 10 (1992) 145.
class CineLesions {
  public:
    /// \throws InvalidInput if an option is out of range.
    explicit CineLesions(const CineLesionOptions& options = {});
    ~CineLesions();
    CineLesions(CineLesions&&) noexcept;
    CineLesions& operator=(CineLesions&&) noexcept;

    /// Takes what `analyze` found in a frame. Frames come in their order; some may be left out.
    /// \throws InvalidInput if `frame` does not come after the one before it.
    void add(int frame, const Analysis& analysis);

    /// Every place that is a lesion in one frame or more: most often seen first. A frame whose tree covers
    /// less than half of that of its neighbours is left out.
    std::vector<CineLesion> find() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stenometry

STENOMETRY_EXPORT_END
