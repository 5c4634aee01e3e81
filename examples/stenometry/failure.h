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
    some_failed = 6,    ///< a batch came to its end, and some of its inputs failed; the ledger says which
};

/// Ends the program with `code` after one line on standard error.
class Failure : public std::runtime_error {
  public:
    Failure(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
    ExitCode code() const { return code_; }

  private:
    ExitCode code_;
};

/// What went wrong, as the program ends with it: the message has one line, whatever was thrown.
struct Fault {
    ExitCode code;
    std::string message;
};

/// The message with spaces for line breaks: scripts read standard error line by line.
std::string on_one_line(std::string message);

/// What the exception means that is being handled. \pre there is one.
Fault current_fault();

}  // namespace stenometry::program
