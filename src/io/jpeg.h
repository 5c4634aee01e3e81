#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "stenometry/image.h"

namespace stenometry::io {

struct JpegImage {
    int width = 0;
    int height = 0;
    std::string samples;  ///< 8 bits each, the samples of a pixel side by side
};

/// What three components are where neither a JFIF nor an Adobe (APP14) marker says it.
enum class UnmarkedColours {
    guessed,  ///< from the numbers of the components, as libjpeg does: mostly YCbCr
    rgb,
};

/// Decodes a JPEG stream of 8 bits as grey (`samples` 1) or RGB (3).
/// \throws CodecError if it is damaged or cut short, where most decoders would return what they got.
JpegImage decode_jpeg(std::string_view code, int samples,
                      UnmarkedColours unmarked = UnmarkedColours::guessed);

/// A JPEG stream of one component.
/// \param quality 1..100, as libjpeg counts
/// \throws CodecError if the image is empty.
std::string encode_jpeg(const Image<std::uint8_t>& grey, int quality);

}  // namespace stenometry::io
