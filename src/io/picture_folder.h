#pragma once

#include <filesystem>
#include <memory>

#include "stenometry/io/cine.h"

namespace stenometry::io {

/// A folder with numbered pictures as a cine, a frame for each in the order of the numbers in their names:
/// 2.png comes before 10.png. Other files are passed over; pictures are opened one at a time.
/// \throws IoError if there are none, or those of several series.
std::unique_ptr<Cine> open_picture_folder(const std::filesystem::path& folder);

}  // namespace stenometry::io
