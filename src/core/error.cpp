#include "stenometry/error.h"

namespace stenometry {

// Here and not in the header, so that their types are in this library once, and the same for who catches
// them.
const char* InvalidInput::what() const noexcept { return std::invalid_argument::what(); }
const char* IoError::what() const noexcept { return std::runtime_error::what(); }

}  // namespace stenometry
