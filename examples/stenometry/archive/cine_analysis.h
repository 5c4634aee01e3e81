#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "archive/input_settings.h"
#include "archive/ledger.h"
#include "stenometry/filled_frames.h"
#include "stenometry/io/cine.h"
#include "stenometry/polarity.h"

namespace stenometry::program {

/// A cine that several threads read, one frame at a time.
class SharedCine {
  public:
    explicit SharedCine(std::unique_ptr<io::Cine> cine) : cine_(std::move(cine)) {}

    int frame_count() const { return cine_->frame_count(); }
    io::CineDescription describe() const { return cine_->describe(); }
    Frame read(int index) {
        Frame frame = read_as_it_is(index);
        return polarity_ ? inverted(frame, *polarity_) : frame;
    }

    /// From now on every frame comes with its grey values turned around. \pre nobody reads meanwhile
    void turn_around(Polarity polarity) { polarity_ = polarity; }

  private:
    Frame read_as_it_is(int index) {
        const std::lock_guard alone(mutex_);
        return cine_->read(index);
    }

    std::optional<Polarity> polarity_;
    std::unique_ptr<io::Cine> cine_;
    std::mutex mutex_;
};

/// The frames of a cine that are asked for, and in which an artery is filled, where that was looked for.
struct ChosenFrames {
    FrameRange frames;
    std::optional<FrameRange> filled;
};

/// The cine gives frames with dark vessels from then on: turned around as `invert` says, or, where neither
/// that nor the file says anything, if vessels are bright beyond doubt. \param name of the file, for messages
/// \throws Failure wrong_command if there is no such frame, or frames cannot be compared; IoError if one
/// cannot be read.
ChosenFrames choose_frames(const FrameChoice& choice, const std::optional<bool>& invert, SharedCine& cine,
                           const std::string& name);

/// What the analyses of its frames have in common.
struct CineAnalysis {
    const AnalysisSettings& settings;
    std::string path;  ///< as results say it
    SharedCine& cine;
    std::optional<FrameRange> filled;
};

/// How a frame ended, and as what the program would end with it.
struct EndedFrame {
    FrameEntry entry;
    ExitCode code = ExitCode::done;
    Analysis analysis;  ///< empty where it ended without one
};

/// What becomes of a frame, whatever is wrong with it. May be called from several threads at once.
EndedFrame analyze_frame_of(const CineAnalysis& common, int index);

}  // namespace stenometry::program
