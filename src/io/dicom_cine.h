#pragma once

#include <memory>

#include "io/file.h"
#include "stenometry/io/cine.h"

namespace stenometry::io {

/// As `open_dicom` of a path, for a file that is open.
std::unique_ptr<Cine> open_dicom(InputFile file);

}  // namespace stenometry::io
