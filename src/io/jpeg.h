#pragma once

#include <string>
#include <string_view>

namespace stenometry::io {

struct JpegImage {
    int width = 0;
    int height = 0;
    std::string samples;  ///< 8 bits each, the samples of a pixel side by side
};

/// Decodes a JPEG stream of 8 bits as grey (`samples` 1) or RGB (3).
/// \throws CodecError if it is damaged or cut short, where most decoders would return what they got.
JpegImage decode_jpeg(std::string_view code, int samples);

}  // namespace stenometry::io
