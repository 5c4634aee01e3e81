#pragma once

#include <array>
#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "archive/ledger.h"

namespace stenometry::program {

/// How the inputs of a batch have ended so far.
struct BatchCounts {
    std::size_t total = 0;
    std::map<Outcome, std::size_t> inputs;
    std::size_t kept = 0;                       ///< of them before this run
    std::size_t frames = 0;                     ///< analysed in this run
    std::map<std::string, std::size_t> faults;  ///< causes with the number of inputs that failed so

    std::size_t of(Outcome outcome) const;
    std::size_t ended() const;
    void add(Outcome outcome, const std::string& path, const std::string& reason);
};

/// Shows how far a batch is: as a bar on a terminal, elsewhere as a line a minute.
class BatchProgress {
  public:
    /// \param descriptor of standard error
    explicit BatchProgress(int descriptor);
    ~BatchProgress();  ///< wipes the bar
    BatchProgress(const BatchProgress&) = delete;
    BatchProgress& operator=(const BatchProgress&) = delete;

    void show(const BatchCounts& counts);
    double seconds() const;

  private:
    using Clock = std::chrono::steady_clock;
    void write(std::string_view text) const;

    int descriptor_;
    bool terminal_;
    bool shown_ = false;
    Clock::time_point begin_ = Clock::now();
    Clock::time_point next_;
};

/// The whole of it at the end, in lines.
std::string summary_of(const BatchCounts& counts, double seconds);

}  // namespace stenometry::program
