#include "archive/input_analysis.h"

#include <algorithm>
#include <chrono>

#include "archive/digest.h"
#include "side_by_side.h"
#include "stenometry/cine_lesions.h"
#include "stenometry/io/cine.h"
#include "stenometry/learned_evidence.h"
#include "stenometry/report.h"
#include "stenometry/threads.h"
#include "stenometry/version.h"
#include "values.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

constexpr int frames_in_memory = 32;  ///< of a cine, with their results

/// Files that lie beside pictures in every archive. That such a file, which nobody named, is no picture is no
/// failure.
bool accompanies_pictures(const fs::path& file) {
    static const std::set<std::string> endings{
        ".bak",    ".csv",    ".db",  ".doc", ".docx", ".htm",  ".html", ".ini",  ".json",
        ".log",    ".md",     ".md5", ".ods", ".pdf",  ".py",   ".r",    ".rtf",  ".sh",
        ".sha256", ".sqlite", ".tsv", ".txt", ".xls",  ".xlsx", ".xml",  ".yaml", ".yml"};
    return endings.contains(ending_of(file)) || file.filename() == "DICOMDIR";
}

void end_with(InputEntry& entry, Outcome status, ExitCode code, std::string reason) {
    entry.status = status;
    entry.exit_code = code;
    entry.reason = std::move(reason);
}

/// An input is what the worst of its frames is, unless that is nothing where others are done.
void sum_up(InputEntry& entry, EndedFrame frame, const std::shared_ptr<Spool>& spool) {
    if (spool) frame.entry.put_aside(spool);
    const bool first = entry.frames.empty();
    const bool worse = frame.entry.status == Outcome::failed && entry.status != Outcome::failed;
    const bool better = frame.entry.status == Outcome::done && entry.status == Outcome::nothing;
    if (first || worse || better) end_with(entry, frame.entry.status, frame.code, frame.entry.reason);
    entry.frames.push_back(std::move(frame.entry));
}

void note_cine_lesions(InputEntry& entry, const std::vector<CineLesion>& lesions) {
    entry.cine_lesions = parse_csv(cine_lesions_to_csv(lesions, entry.key.path));
    entry.sightings = parse_csv(sightings_to_csv(lesions, entry.key.path));
}

}  // namespace

InputAnalyzer::InputAnalyzer(BatchRules rules)
    : rules_(std::move(rules)), settings_(parse_options(rules_.options)), memory_(rules_.max_memory) {
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
        entry.provenance.digest = sha256_of_path(input.file);
        entry.bytes = bytes_of_path(input.file);
        if (is_settled(entry)) return {.kind = Kind::kept, .entry = entry};
        if (!analyze(input, entry)) return {.kind = Kind::stopped};
    } catch (...) {
        const Fault fault = current_fault();
        if (fault.code == ExitCode::unwritable) throw;  // no fault of the input
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
    const InputSettings settings = input.options ? parse_options(*input.options) : settings_;
    SharedCine cine(io::open_cine(input.file));
    const io::CineDescription file = cine.describe();
    entry.frames_in_file = cine.frame_count();
    if (rules_.identifiers) entry.identifiers = file.identifiers;
    if (!file.modality.empty() && !rules_.modalities.contains(file.modality)) {
        end_with(entry, Outcome::skipped, ExitCode::done, "its modality is " + file.modality);
        return true;
    }
    const std::uint64_t memory = memory_for(file);
    require_memory(memory, file, input.file.string());
    const ChosenFrames chosen = ThreadLimit(1).run([&] {
        const MemoryBudget::Share share(memory_, memory);
        return choose_frames(settings.frames, settings.analysis.input.invert, cine, input.file.string());
    });
    return analyze_frames({settings.analysis, entry.key.path, cine, chosen.filled}, chosen.frames, memory,
                          entry);
}

/// Some frames at a time, so that few results are in memory at once.
bool InputAnalyzer::analyze_frames(const CineAnalysis& common, FrameRange frames, std::uint64_t memory,
                                   InputEntry& entry) const {
    const int at_once = 2 * most_threads();
    std::shared_ptr<Spool> spool;
    CineLesions lesions;
    if (frames.last - frames.first >= frames_in_memory) spool = std::make_shared<Spool>(rules_.out);
    for (int first = frames.first; first <= frames.last; first += at_once) {
        if (stopped() && first > frames.first) return false;
        std::vector<EndedFrame> ended(static_cast<std::size_t>(std::min(at_once, frames.last - first + 1)));
        side_by_side(ended.size(), [&](std::size_t i) {
            ended[i] = ThreadLimit(1).run([&] {
                const MemoryBudget::Share share(memory_, memory);
                return analyze_frame_of(common, first + static_cast<int>(i));
            });
        });
        for (EndedFrame& frame : ended) {
            lesions.add(frame.entry.frame, frame.analysis);
            sum_up(entry, std::move(frame), spool);
        }
    }
    if (entry.frames.size() > 1) note_cine_lesions(entry, lesions.find());
    return true;
}

void InputAnalyzer::require_memory(std::uint64_t memory, const io::CineDescription& file,
                                   const std::string& name) const {
    if (memory <= rules_.max_memory) return;
    constexpr std::uint64_t megabyte = 1'000'000;
    throw Failure(ExitCode::unreadable,
                  "cannot read " + name + ": frames of " + size_text(file.width, file.height) +
                      " take some " + std::to_string(memory / megabyte) + " MB, more than --max-memory");
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
