#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace stenometry::io {

/// Whether a JPEG stream holds samples that libjpeg cannot decode: lossless (process 14) or of 9 to 16 bits.
/// \throws CodecError if the stream has no frame header.
bool needs_wide_jpeg(std::string_view code);

/// The EXIF block of a JPEG stream, from its byte order on; empty if there is none before the picture.
std::string_view exif_of_jpeg(std::string_view code);

struct WideJpegImage {
    int width = 0;
    int height = 0;
    int samples = 1;                    ///< per pixel
    int precision = 8;                  ///< bits of a sample
    std::vector<std::uint16_t> values;  ///< the samples of a pixel side by side
};

/// Decodes JPEG lossless with any predictor, and sequential JPEG of up to 12 bits (processes 2, 4, 14),
/// both with Huffman codes, of one scan. Written here because GDCM's decoders report damage on standard
/// error only, and return the picture as if it were whole. Source: ITU-T T.81 annexes B (markers), C and F
/// (Huffman codes, sequential), H (lossless).
/// \throws CodecError if the stream is damaged, cut short, or of another kind.
WideJpegImage decode_wide_jpeg(std::string_view code);

}  // namespace stenometry::io
