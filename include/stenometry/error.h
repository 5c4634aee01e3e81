#pragma once

#include <stdexcept>

#include "stenometry/export.h"

STENOMETRY_EXPORT_BEGIN

/// Errors come in three kinds, kept apart. The caller's mistake throws `InvalidInput`. A fault of a file or
/// a device throws `IoError`. Our own mistake asserts. An image that cannot be measured is none of them: it
/// is an ordinary result with a reason, see `Unmeasurable`.
namespace stenometry {

/// What every error of this library is, for who wants to tell them from those of other libraries:
///
///     try {
///         ...
///     } catch (const stenometry::Error& error) {
///         std::cerr << error.what() << '\n';
///     }
///
/// Each is a `std::exception`, too: `InvalidInput` a `std::invalid_argument` and `IoError` a
/// `std::runtime_error`. This class itself is none, because an object that holds two of them is caught as
/// neither. Memory that runs out throws `std::bad_alloc`, as everywhere.
class Error {
  public:
    /// One line.
    virtual const char* what() const noexcept = 0;

  protected:
    Error() = default;
    Error(const Error&) = default;
    Error& operator=(const Error&) = default;
    ~Error() = default;
};

/// The caller passed something that no image could make right: an option outside its range, a point outside
/// the image, an empty image. The message is one line that names the field and its value.
class InvalidInput : public std::invalid_argument, public Error {
  public:
    using std::invalid_argument::invalid_argument;
    const char* what() const noexcept override;
};

/// A file could not be read or written. The message is one line that names the file and the cause.
class IoError : public std::runtime_error, public Error {
  public:
    using std::runtime_error::runtime_error;
    const char* what() const noexcept override;
};

}  // namespace stenometry

STENOMETRY_EXPORT_END
