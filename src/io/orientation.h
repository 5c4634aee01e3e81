#pragma once

#include <string_view>

#include "stenometry/image.h"

/// Images that are stored turned or mirrored; private to the readers.
namespace stenometry::io {

/// Which side of the image the first stored row and the first stored column are, 1..8, as EXIF says it: 1 is
/// top and left. \param exif an EXIF block from its byte order on; 1 if it says nothing or cannot be read.
int exif_orientation(std::string_view exif);

/// The image as it is meant to be seen. \param orientation 1..8; what is beyond is taken for 1
Image<float> upright(Image<float> stored, int orientation);

}  // namespace stenometry::io
