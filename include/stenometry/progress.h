#pragma once

#include <exception>
#include <functional>
#include <string_view>

#include "stenometry/export.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// Is told how far a long piece of work has come, before each of its steps and on the thread that asked for
/// the work: the part that is done, 0 to 1 and never falling, and what comes next in words, such as
/// `vesselness`. Steps take a few per cent to a few tenths of the whole. Where it returns false the work ends
/// with `Cancelled`.
using ProgressCallback = std::function<bool(double fraction, std::string_view stage)>;

/// The caller's `ProgressCallback` wanted no more. Nothing is left behind.
class Cancelled : public std::exception {
  public:
    const char* what() const noexcept override { return "cancelled by the caller"; }
};

}  // namespace stenometry

STENOMETRY_EXPORT_END
