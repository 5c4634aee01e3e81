#include "archive/input_analysis.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <numeric>

#include "archive/digest.h"
#include "output.h"
#include "stenometry/error.h"
#include "stenometry/frame_selection.h"
#include "stenometry/io/cine.h"
#include "stenometry/io/image.h"
#include "stenometry/learned_evidence.h"
#include "stenometry/threads.h"
#include "stenometry/version.h"
#include "stenometry/viz/overlay.h"
#include "values.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

constexpr int largest_picture_px = 1024;

/// Files that lie beside pictures in every archive. That such a file, which nobody named, is no picture is no
/// failure.
bool accompanies_pictures(const fs::path& file) {
    static const std::set<std::string> endings{
        ".bak",    ".csv",    ".db",  ".doc", ".docx", ".htm",  ".html", ".ini",  ".json",
        ".log",    ".md",     ".md5", ".ods", ".pdf",  ".py",   ".r",    ".rtf",  ".sh",
        ".sha256", ".sqlite", ".tsv", ".txt", ".xls",  ".xlsx", ".xml",  ".yaml", ".yml"};
    return endings.contains(ending_of(file));
}

void end_with(InputEntry& entry, Outcome status, ExitCode code, std::string reason) {
    entry.status = status;
    entry.exit_code = code;
    entry.reason = std::move(reason);
}

/// A cine that several threads read, one frame at a time.
class SharedCine {
  public:
    explicit SharedCine(std::unique_ptr<io::Cine> cine) : cine_(std::move(cine)) {}

    int frame_count() const { return cine_->frame_count(); }
    io::CineDescription describe() const { return cine_->describe(); }
    Frame read(int index) {
        const std::lock_guard alone(mutex_);
        return cine_->read(index);
    }

  private:
    std::unique_ptr<io::Cine> cine_;
    std::mutex mutex_;
};

int best_frame_of(SharedCine& cine, const std::string& name) {
    if (cine.frame_count() == 1) return 0;
    try {
        return best_frame(score_frames(cine.frame_count(), [&](int index) { return cine.read(index); }));
    } catch (const InvalidInput& error) {  // frames that cannot be compared: pages that are no cine
        throw Failure(ExitCode::wrong_command, name + ": " + error.what() + "; choose by --frames");
    }
}

/// The frames of a cine that are asked for.
std::vector<int> chosen_frames(const FrameChoice& choice, SharedCine& cine, const std::string& name) {
    switch (choice.kind) {
        case FrameChoice::Kind::one:
            require_frame(choice.frame, cine.frame_count(), name);
            return {choice.frame};
        case FrameChoice::Kind::best:
            return {best_frame_of(cine, name)};
        case FrameChoice::Kind::all:
            break;
    }
    std::vector<int> all(static_cast<std::size_t>(cine.frame_count()));
    std::iota(all.begin(), all.end(), 0);
    return all;
}

void note(FrameEntry& entry, const Analysis& analysis, const ReportInput& input) {
    entry.analysis = to_json(analysis, input);
    entry.vessels = parse_csv(vessels_to_csv(analysis, input));
    entry.lesions = parse_csv(to_csv(analysis, input));
    entry.warnings = analysis.warnings;
    entry.reason = why_nothing_is_measured(analysis, input);
    if (!entry.reason.empty()) entry.status = Outcome::nothing;
}

/// How the frame failed, and as what the program would end.
struct EndedFrame {
    FrameEntry entry;
    ExitCode code = ExitCode::done;
};

EndedFrame analyze_one(const AnalysisSettings& settings, SharedCine& cine, int index,
                       const std::string& path) {
    EndedFrame ended{.entry = {.frame = index}};
    try {
        Frame frame = cine.read(index);
        if (const auto calibration = settings.input.spacing.calibration()) frame.calibration = *calibration;
        ended.entry.picture = io::to_jpeg(viz::draw_frame(frame, largest_picture_px));
        ReportInput input = report_input(frame, path);
        const Analysis analysis = analyze_frame(settings, frame, input);
        note(ended.entry, analysis, input);
        if (ended.entry.status == Outcome::nothing) ended.code = ExitCode::unmeasurable;
    } catch (...) {
        const Fault fault = current_fault();
        ended.code = fault.code;
        ended.entry.reason = fault.message;
        ended.entry.status = fault.code == ExitCode::unmeasurable ? Outcome::nothing : Outcome::failed;
    }
    return ended;
}

/// An input is what the worst of its frames is, unless that is nothing where others are done.
void sum_up(InputEntry& entry, EndedFrame frame) {
    const bool first = entry.frames.empty();
    const bool worse = frame.entry.status == Outcome::failed && entry.status != Outcome::failed;
    const bool better = frame.entry.status == Outcome::done && entry.status == Outcome::nothing;
    if (first || worse || better) end_with(entry, frame.entry.status, frame.code, frame.entry.reason);
    entry.frames.push_back(std::move(frame.entry));
}

/// Calls `work` with the places 0 to `count`, some side by side where threads are idle, none of which takes
/// up another input meanwhile.
template <class Work>
void side_by_side(std::size_t count, const Work& work) {
    tbb::this_task_arena::isolate([&] { tbb::parallel_for(std::size_t{0}, count, work); });
}

void require_memory(const io::CineDescription& file, std::uint64_t most, const std::string& name) {
    const std::uint64_t need = memory_for(file.width, file.height);
    if (need <= most) return;
    constexpr std::uint64_t megabyte = 1000 * 1000;
    throw Failure(ExitCode::unreadable, "cannot read " + name + ": frames of " +
                                            size_text(file.width, file.height) + " take some " +
                                            std::to_string(need / megabyte) + " MB, more than --max-memory");
}

}  // namespace

std::uint64_t memory_for(int width, int height) {
    constexpr std::uint64_t program = 48'000'000, of_a_pixel = 110;
    return program + of_a_pixel * static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
}

InputAnalyzer::InputAnalyzer(BatchRules rules)
    : rules_(std::move(rules)), settings_(parse_options(rules_.options)) {
    provenance_.options = options_json(rules_.options);
    provenance_.options_hash = sha256(provenance_.options);
    provenance_.software = version();
    provenance_.network = learned_network().digest;
}

InputResult InputAnalyzer::operator()(const BatchInput& input) const {
    using Kind = InputResult::Kind;
    if (stopped()) return {.kind = Kind::stopped};
    const auto begin = std::chrono::steady_clock::now();
    InputEntry entry{.key = input.key, .provenance = provenance_};
    try {
        entry.provenance = provenance_of(input);
        entry.provenance.digest = sha256_of_file(input.file);
        entry.bytes = static_cast<std::int64_t>(fs::file_size(input.file));
        if (is_settled(entry)) return {.kind = Kind::kept, .entry = entry};
        if (!analyze(input, entry)) return {.kind = Kind::stopped};
    } catch (...) {
        const Fault fault = current_fault();
        if (is_settled(entry)) return {.kind = Kind::kept, .entry = entry};
        const bool beside =
            input.found && fault.code == ExitCode::unreadable && accompanies_pictures(input.file);
        if (beside)
            end_with(entry, Outcome::skipped, ExitCode::done, fault.message);
        else
            end_with(entry, Outcome::failed, fault.code, fault.message);
    }
    entry.reason = relative(entry.reason);
    for (FrameEntry& frame : entry.frames) frame.reason = relative(frame.reason);
    entry.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return {.entry = std::move(entry)};
}

bool InputAnalyzer::analyze(const BatchInput& input, InputEntry& entry) const {
    const std::string name = input.file.string();
    const InputSettings settings = input.options ? parse_options(*input.options) : settings_;
    SharedCine cine(io::open_cine(input.file));
    const io::CineDescription file = cine.describe();
    entry.frames_in_file = cine.frame_count();
    if (rules_.identifiers) entry.identifiers = file.identifiers;
    if (!file.modality.empty() && !rules_.modalities.contains(file.modality)) {
        end_with(entry, Outcome::skipped, ExitCode::done, "its modality is " + file.modality);
        return true;
    }
    require_memory(file, rules_.max_memory, name);
    const std::vector<int> frames = chosen_frames(settings.frames, cine, name);
    const std::size_t at_once = 2 * static_cast<std::size_t>(tbb::this_task_arena::max_concurrency());
    for (std::size_t first = 0; first < frames.size(); first += at_once) {
        if (stopped() && first > 0) return false;
        std::vector<EndedFrame> ended(std::min(at_once, frames.size() - first));
        side_by_side(ended.size(), [&](std::size_t i) {
            ended[i] = ThreadLimit(1).run(
                [&] { return analyze_one(settings.analysis, cine, frames[first + i], entry.key.path); });
        });
        for (EndedFrame& frame : ended) sum_up(entry, std::move(frame));
    }
    return true;
}

Provenance InputAnalyzer::provenance_of(const BatchInput& input) const {
    if (!input.options) return provenance_;
    Provenance provenance = provenance_;
    provenance.options = options_json(*input.options);
    provenance.options_hash = sha256(provenance.options);
    return provenance;
}

/// Whether it ended before as it would now.
bool InputAnalyzer::is_settled(const InputEntry& entry) const {
    const auto before = rules_.ended.find(entry.key);
    if (before == rules_.ended.end()) return false;
    const Outcome status = before->second.status;
    // What was skipped was not analysed: whether it still is depends on what is asked for now.
    if (status == Outcome::skipped || (status == Outcome::failed && rules_.retry_failed)) return false;
    return before->second.provenance.same_as(entry.provenance);
}

/// A message without the place of the root on this machine.
std::string InputAnalyzer::relative(std::string message) const {
    const std::string prefix = (rules_.root / "").string();
    for (std::size_t at = message.find(prefix); at != std::string::npos; at = message.find(prefix, at))
        message.erase(at, prefix.size());
    return message;
}

}  // namespace stenometry::program
