#pragma once

#include <memory>

#include "io/file.h"
#include "stenometry/io/cine.h"

namespace stenometry::io {

/// `open_cine` of a file that is open already: a pipe can be read but once.
std::unique_ptr<Cine> open_cine(InputFile file);

}  // namespace stenometry::io
