#pragma once

#include <memory>
#include <string_view>

#include "stenometry/export.h"
#include "stenometry/frame.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// How likely each pixel of a frame shows each of four things, 0..1; they add up to 1. All images have the
/// frame's size. Where the frame is not valid everything is background.
struct LearnedProbabilities {
    Image<float> artery;      ///< contrast medium in an artery
    Image<float> catheter;    ///< a catheter, filled or empty
    Image<float> device;      ///< wires, leads, clips, electrodes and other things that are no catheter
    Image<float> background;  ///< everything else

    bool empty() const { return artery.empty(); }
};

/// Which network the library holds.
struct LearnedNetwork {
    std::string_view name;
    std::string_view version;
    std::string_view digest;        ///< SHA-256 of its file, in hexadecimal digits
    std::string_view learned_from;  ///< what it was trained on, in words
};

/// The network whose evidence `LearnedEvidence` gives.
LearnedNetwork learned_network();

/// Tells arteries, catheters and devices by a convolutional network that learned them on rendered angiograms
/// and on real ones of ARCADE (Popov et al., Sci. Data 2024).
/// Its weights are part of the library. Keep it for a cine: it asks for memory only where a frame has another
/// size than the one before it. One must not be used by several threads at the same time.
///
/// The network sees each pixel relative to its surroundings (means and standard deviations in windows of 13,
/// 41 and 129 pixels), whatever the grey scale, and valid pixels alone. It works on the grid on which
/// `segment` looks for vessels: on means of pixels of up to 0.2 mm, or of a 512th of the frame where its
/// calibration is not known. Between them its logits are interpolated. Pixels must be square: `find_vessels`
/// makes them so.
class LearnedEvidence {
  public:
    LearnedEvidence();
    ~LearnedEvidence();
    LearnedEvidence(LearnedEvidence&&) noexcept;
    LearnedEvidence& operator=(LearnedEvidence&&) noexcept;

    /// \param out its images are written over where they have the frame's size, with all that share their
    /// pixels, and replaced where they have not \throws InvalidInput if the frame is invalid.
    void operator()(const Frame& frame, LearnedProbabilities& out);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The same of one frame.
/// \throws InvalidInput if the frame is invalid.
LearnedProbabilities compute_learned_evidence(const Frame& frame);

}  // namespace stenometry

STENOMETRY_EXPORT_END
