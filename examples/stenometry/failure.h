#pragma once

#include <stdexcept>
#include <string>

namespace stenometry::program {

/// What the shell is told at the end. Scripts rely on these numbers.
enum class ExitCode : int {
    done = 0,
    defect = 1,         ///< our own mistake, or no memory left
    wrong_command = 2,  ///< an option is wrong; the message names it
    unreadable = 3,     ///< the input cannot be read; the message names the file and the cause
    unmeasurable = 4,   ///< the frame was read, but holds nothing that can be measured as asked
    unwritable = 5,     ///< the output cannot be written; no partial file is left
};

/// Ends the program with `code` after one line on standard error.
class Failure : public std::runtime_error {
  public:
    Failure(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
    ExitCode code() const { return code_; }

  private:
    ExitCode code_;
};

}  // namespace stenometry::program
