#include "archive/cine_analysis.h"

#include <numeric>

#include "output.h"
#include "stenometry/error.h"
#include "stenometry/frame_selection.h"
#include "stenometry/io/image.h"
#include "stenometry/viz/overlay.h"

namespace stenometry::program {
namespace {

constexpr int largest_picture_px = 1024;

int best_frame_of(SharedCine& cine, const std::string& name) {
    if (cine.frame_count() == 1) return 0;
    try {
        return best_frame(score_frames(cine.frame_count(), [&](int index) { return cine.read(index); }));
    } catch (const InvalidInput& error) {  // frames that cannot be compared: pages that are no cine
        throw Failure(ExitCode::wrong_command, name + ": " + error.what() + "; choose by --frames");
    }
}

/// Where no frame shows a filled artery, the best of them says so.
ChosenFrames filled_frames_of(SharedCine& cine, const std::string& name) {
    const int best = best_frame_of(cine, name);
    const auto filled =
        find_filled_frames(cine.frame_count(), best, [&](int index) { return cine.read(index); });
    return {.frames = filled.value_or(FrameRange{best, best}), .filled = filled};
}

void note(FrameEntry& entry, const Analysis& analysis, const ReportInput& input) {
    entry.analysis = to_json(analysis, input);
    entry.vessels = parse_csv(vessels_to_csv(analysis, input));
    entry.lesions = parse_csv(to_csv(analysis, input));
    entry.ectasias = parse_csv(ectasias_to_csv(analysis, input));
    entry.warnings = analysis.warnings;
    entry.reason = why_nothing_is_measured(analysis, input);
    if (!entry.reason.empty()) entry.status = Outcome::nothing;
}

void analyze_into(EndedFrame& ended, const CineAnalysis& common) {
    FrameEntry& entry = ended.entry;
    Frame frame = common.cine.read(entry.frame);
    if (const auto calibration = common.settings.input.spacing.calibration())
        frame.calibration = *calibration;
    entry.picture = io::to_jpeg(viz::draw_frame(frame, largest_picture_px));
    ReportInput input = report_input(frame, common.path);
    input.filled_frames = common.filled;
    ended.analysis = analyze_frame(common.settings, frame, input);
    note(entry, ended.analysis, input);
    ended.analysis.mask = {};  // the largest part of it, and nobody asks for it
}

ChosenFrames frames_asked_for(const FrameChoice& choice, SharedCine& cine, const std::string& name) {
    const auto one = [](int frame) { return ChosenFrames{.frames = {frame, frame}}; };
    switch (choice.kind) {
        case FrameChoice::Kind::one:
            require_frame(choice.frame, cine.frame_count(), name);
            return one(choice.frame);
        case FrameChoice::Kind::best:
            return one(best_frame_of(cine, name));
        case FrameChoice::Kind::filled:
            return filled_frames_of(cine, name);
        case FrameChoice::Kind::all:
            break;
    }
    return {.frames = {0, cine.frame_count() - 1}};
}

bool shows_bright_vessels(SharedCine& cine, const FrameRange& frames) {
    const Frame frame = cine.read(std::midpoint(frames.first, frames.last));
    return frame.polarity == Polarity::assumed && has_bright_vessels(frame);
}

}  // namespace

ChosenFrames choose_frames(const FrameChoice& choice, const std::optional<bool>& invert, SharedCine& cine,
                           const std::string& name) {
    if (invert.value_or(false)) cine.turn_around(Polarity::inverted_as_asked);
    const ChosenFrames chosen = frames_asked_for(choice, cine, name);
    if (invert || !shows_bright_vessels(cine, chosen.frames)) return chosen;
    cine.turn_around(Polarity::inverted_as_found);
    return frames_asked_for(choice, cine, name);  // others are filled best where filled vessels are bright
}

EndedFrame analyze_frame_of(const CineAnalysis& common, int index) {
    EndedFrame ended{.entry = {.frame = index}};
    try {
        analyze_into(ended, common);
        if (ended.entry.status == Outcome::nothing) ended.code = ExitCode::unmeasurable;
    } catch (...) {
        const Fault fault = current_fault();
        ended.code = fault.code;
        ended.entry.reason = fault.message;
        ended.entry.status = fault.code == ExitCode::unmeasurable ? Outcome::nothing : Outcome::failed;
    }
    return ended;
}

}  // namespace stenometry::program
