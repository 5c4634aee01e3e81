#include "terminal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

namespace stenometry::program {
namespace {

bool is_terminal(int descriptor) {
    const char* kind = std::getenv("TERM");
    return isatty(descriptor) != 0 && !(kind != nullptr && std::string_view(kind) == "dumb");
}

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

Progress::Progress(std::string what, int total, Elsewhere elsewhere)
    : what_(std::move(what)),
      total_(total),
      terminal_(is_terminal(STDERR_FILENO)),
      elsewhere_(elsewhere),
      next_(Clock::now() + std::chrono::seconds(1)) {}

Progress::~Progress() {
    if (terminal_ && shown_) std::cerr << "\r\033[K" << std::flush;
}

void Progress::show(int done) {
    const auto now = Clock::now();
    if (now < next_ || (!terminal_ && elsewhere_ == Elsewhere::nothing)) return;
    next_ = now + std::chrono::milliseconds(terminal_ ? 100 : 5000);
    shown_ = true;
    if (terminal_)
        show_bar(done);
    else
        std::cerr << what_ << ": " << done << " of " << total_ << '\n';
}

void Progress::show_bar(int done) const {
    constexpr int width = 30;
    const auto filled = static_cast<std::size_t>(total_ > 0 ? width * done / total_ : 0);
    std::cerr << '\r' << what_ << " [" << std::string(filled, '#') << std::string(width - filled, '.') << "] "
              << done << " of " << total_ << "\033[K" << std::flush;
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
