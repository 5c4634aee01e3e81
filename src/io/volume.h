#pragma once

#include <memory>
#include <string>

#include "io/file.h"
#include "stenometry/io/cine.h"

namespace stenometry::io {

/// Whether a file that begins with these bytes is NRRD, MetaImage (MHA, MHD) or NIfTI, which may be gzipped.
bool looks_like_volume(const std::string& head);

/// The largest value that a pixel can have where it is a whole number of 8 or 16 bits without sign, and the
/// header does not scale it; else 1.
/// \throws IoError if the header is damaged.
double volume_full_scale(const InputFile& file);

/// Opens a two-dimensional image, or one of three or four axes as a cine along those after the second. The
/// formats are read here: ITK's readers take truncated NIfTI and MetaImage files for whole ones, do not read
/// NRRD in parts, write to standard error, and end the process on some damaged files. \throws IoError if the
/// file is damaged, cut short, or of a kind that is not read.
std::unique_ptr<Cine> open_volume(InputFile file);

}  // namespace stenometry::io
