#include "terminal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>

namespace stenometry::program {
namespace {

/// See no-color.org: the variable counts when it is set and not empty.
bool has_colour(int descriptor) {
    const char* refused = std::getenv("NO_COLOR");
    return is_terminal(descriptor) && (refused == nullptr || *refused == '\0');
}

std::string in_style(std::string_view text, std::string_view style, int descriptor) {
    if (!has_colour(descriptor)) return std::string(text);
    return "\033[" + std::string(style) + 'm' + std::string(text) + "\033[0m";
}

}  // namespace

bool is_terminal(int descriptor) {
    const char* kind = std::getenv("TERM");
    return isatty(descriptor) != 0 && !(kind != nullptr && std::string_view(kind) == "dumb");
}

Progress::Progress(std::string what, int total, Elsewhere elsewhere)
    : what_(std::move(what)),
      total_(total),
      terminal_(is_terminal(STDERR_FILENO)),
      elsewhere_(elsewhere),
      next_(Clock::now() + std::chrono::seconds(1)) {}

Progress::~Progress() {
    if (terminal_ && shown_) std::cerr << "\r\033[K" << std::flush;
}

bool Progress::is_due() {
    const auto now = Clock::now();
    if (now < next_ || (!terminal_ && elsewhere_ == Elsewhere::nothing)) return false;
    next_ = now + std::chrono::milliseconds(terminal_ ? 100 : 5000);
    return shown_ = true;
}

void Progress::show(int done) {
    if (!is_due()) return;
    const std::string where = std::to_string(done) + " of " + std::to_string(total_);
    if (terminal_)
        show_bar(total_ > 0 ? static_cast<double>(done) / total_ : 0.0, where);
    else
        std::cerr << what_ << ": " << where << '\n';
}

void Progress::show_stage(double fraction, std::string_view stage) {
    if (is_due()) show_bar(fraction, stage);
}

void Progress::show_bar(double part, std::string_view where) const {
    constexpr int width = 30;
    const auto filled = static_cast<std::size_t>(width * part);
    std::cerr << '\r' << what_ << " [" << std::string(filled, '#') << std::string(width - filled, '.') << "] "
              << where << "\033[K" << std::flush;
}

ProgressCallback shown_progress() {
    const auto progress = std::make_shared<Progress>("analysing", 1, Progress::Elsewhere::nothing);
    return [progress](double fraction, std::string_view stage) {
        progress->show_stage(fraction, stage);
        return true;
    };
}

SilentStandardError::SilentStandardError() : saved_(dup(STDERR_FILENO)) {
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (saved_ >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
    if (nowhere >= 0) close(nowhere);
}

SilentStandardError::~SilentStandardError() {
    if (saved_ < 0) return;
    dup2(saved_, STDERR_FILENO);
    close(saved_);
}

void say(std::string_view message) { std::cerr << message << '\n'; }

void warn(std::string_view message) {
    std::cerr << in_style("warning:", "33", STDERR_FILENO) << ' ' << message << '\n';
}

std::string bold(std::string_view text) { return in_style(text, "1", STDOUT_FILENO); }

}  // namespace stenometry::program
