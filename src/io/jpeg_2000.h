#pragma once

#include <string_view>

#include "io/codec.h"

namespace stenometry::io {

/// The samples of a JPEG 2000 code stream, those of a pixel side by side.
/// \throws CodecError if it is damaged, cut short, or of another size than `layout`.
std::vector<int> decode_jpeg_2000(std::string_view code, const CellLayout& layout);

/// Whether the stream says that its first three components were transformed, which decoding undoes, so that
/// they become red, green and blue. Source: ITU-T T.800 A.6.1.
bool has_colour_transform(std::string_view code);

}  // namespace stenometry::io
