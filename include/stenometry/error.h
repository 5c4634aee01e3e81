#pragma once

#include <stdexcept>

/// Errors come in three kinds, kept apart. The caller's mistake throws `InvalidInput`. A fault of a file or
/// a device throws `IoError`. Our own mistake asserts. An image that cannot be measured is none of them: it
/// is an ordinary result with a reason, see `Unmeasurable`.
namespace stenometry {

/// The caller passed something that no image could make right: an option outside its range, a point outside
/// the image, an empty image. The message is one line that names the field and its value.
class InvalidInput : public std::invalid_argument {
  public:
    using std::invalid_argument::invalid_argument;
};

/// A file could not be read or written. The message is one line that names the file and the cause.
class IoError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace stenometry
