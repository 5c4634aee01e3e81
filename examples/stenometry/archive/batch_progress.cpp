#include "archive/batch_progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <utility>
#include <vector>

#include "terminal.h"

namespace stenometry::program {
namespace {

std::string rate_text(double per_second) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(per_second < 10.0 ? 1 : 0) << per_second;
    return text.str();
}

/// 4.2 s, 12:05 or 3:12:05.
std::string duration_text(double seconds) {
    if (seconds < 60.0) return rate_text(seconds) + " s";
    const auto whole = static_cast<long long>(std::ceil(seconds));
    std::ostringstream text;
    text << std::setfill('0');
    if (whole >= 3600) text << whole / 3600 << ':' << std::setw(2);
    text << whole / 60 % 60 << ':' << std::setw(2) << whole % 60;
    return text.str();
}

/// What all failures of a kind have in common: without the name of the file.
std::string cause_of(const std::string& reason, const std::string& path) {
    const std::size_t at = reason.find(path + ": ");
    return at == std::string::npos ? reason : reason.substr(at + path.size() + 2);
}

std::string state_of(const BatchCounts& counts, double seconds) {
    std::string text = std::to_string(counts.ended()) + " of " + std::to_string(counts.total) + ", " +
                       rate_text(static_cast<double>(counts.frames) / std::max(seconds, 1e-3)) + " frames/s";
    // What was there before tells nothing of how long the rest takes.
    const auto now = static_cast<double>(counts.ended() - counts.kept);
    if (now > 0.0)
        text += ", " + duration_text(static_cast<double>(counts.total - counts.ended()) * seconds / now) +
                " left";
    if (const std::size_t failed = counts.of(Outcome::failed))
        text += ", " + std::to_string(failed) + " failed";
    return text;
}

std::string bar_of(const BatchCounts& counts) {
    constexpr std::size_t width = 30;
    const std::size_t filled = counts.total == 0 ? width : width * counts.ended() / counts.total;
    return '[' + std::string(filled, '#') + std::string(width - filled, '.') + ']';
}

std::string faults_text(const BatchCounts& counts) {
    std::vector<std::pair<std::string, std::size_t>> faults(counts.faults.begin(), counts.faults.end());
    std::ranges::stable_sort(faults, std::ranges::greater{}, &std::pair<std::string, std::size_t>::second);
    constexpr std::size_t most = 10;
    std::string text;
    for (std::size_t i = 0; i < std::min(faults.size(), most); ++i)
        text += "  " + std::to_string(faults[i].second) + " failed: " + faults[i].first + '\n';
    if (faults.size() > most) text += "  and " + std::to_string(faults.size() - most) + " other causes\n";
    return text;
}

}  // namespace

std::size_t BatchCounts::of(Outcome outcome) const {
    const auto found = inputs.find(outcome);
    return found == inputs.end() ? 0 : found->second;
}

std::size_t BatchCounts::ended() const {
    std::size_t sum = 0;
    for (const auto& [unused, count] : inputs) sum += count;
    return sum;
}

void BatchCounts::add(Outcome outcome, const std::string& path, const std::string& reason) {
    ++inputs[outcome];
    if (outcome == Outcome::failed) ++faults[cause_of(reason, path)];
}

BatchProgress::BatchProgress(int descriptor)
    : descriptor_(descriptor),
      terminal_(is_terminal(descriptor)),
      next_(begin_ + std::chrono::seconds(terminal_ ? 1 : 60)) {}

BatchProgress::~BatchProgress() {
    if (terminal_ && shown_) write("\r\033[K");
}

void BatchProgress::show(const BatchCounts& counts) {
    const auto now = Clock::now();
    if (now < next_) return;
    next_ = now + std::chrono::milliseconds(terminal_ ? 100 : 60'000);
    shown_ = true;
    const std::string state = state_of(counts, seconds());
    write(terminal_ ? '\r' + bar_of(counts) + ' ' + state + "\033[K" : state + '\n');
}

double BatchProgress::seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

void BatchProgress::write(std::string_view text) const {
    if (::write(descriptor_, text.data(), text.size()) < 0) return;  // nobody listens: no reason to end
}

std::string summary_of(const BatchCounts& counts, double seconds) {
    std::ostringstream text;
    text << counts.ended() << " of " << counts.total << " inputs: " << counts.of(Outcome::done) << " done, "
         << counts.of(Outcome::nothing) << " with nothing to measure, " << counts.of(Outcome::failed)
         << " failed, " << counts.of(Outcome::skipped) << " skipped";
    if (counts.kept > 0) text << "; " << counts.kept << " of them before";
    text << '\n'
         << faults_text(counts) << counts.frames << " frames in " << duration_text(seconds) << ", "
         << rate_text(static_cast<double>(counts.frames) / std::max(seconds, 1e-3)) << " frames/s\n";
    return text.str();
}

}  // namespace stenometry::program
