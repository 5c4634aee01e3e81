#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "stenometry/progress.h"

namespace stenometry::program {

/// Says on standard error how far a piece of work has come, once it has taken longer than a second: as a bar
/// on a terminal, elsewhere as a line now and then, or not at all.
class Progress {
  public:
    enum class Elsewhere { lines, nothing };

    Progress(std::string what, int total, Elsewhere elsewhere = Elsewhere::lines);
    ~Progress();  ///< wipes the bar
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// \param done pieces finished, 0..total
    void show(int done);
    /// \param fraction of the whole that is done, 0..1, and what comes next
    void show_stage(double fraction, std::string_view stage);

  private:
    using Clock = std::chrono::steady_clock;
    bool is_due();
    void show_bar(double part, std::string_view where) const;

    std::string what_;
    int total_;
    bool terminal_;
    Elsewhere elsewhere_;
    bool shown_ = false;
    Clock::time_point next_;
};

/// Whether a person sees on a terminal what is written to the descriptor, and lines can be wiped there.
bool is_terminal(int descriptor);

/// Shows on a terminal, and nowhere else, how far an analysis has come that takes longer than a second, and
/// wipes that when it is destroyed.
ProgressCallback shown_progress();

/// As long as it lives, nobody writes to standard error: libraries that decode files report faults there in
/// their own words, and throw as well.
class SilentStandardError {
  public:
    SilentStandardError();
    ~SilentStandardError();
    SilentStandardError(const SilentStandardError&) = delete;
    SilentStandardError& operator=(const SilentStandardError&) = delete;

    /// Descriptor of the real one, for who may speak nevertheless.
    int real() const { return saved_; }

  private:
    int saved_;  ///< descriptor of the real one; negative if it could not be put aside
};

/// A line for the user on standard error.
void say(std::string_view message);

/// A line about a doubt on standard error, with its first word in colour where the terminal has colours.
void warn(std::string_view message);

/// `text` in bold where standard output is a terminal with colours.
std::string bold(std::string_view text);

}  // namespace stenometry::program
