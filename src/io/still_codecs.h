#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/file.h"
#include "stenometry/image.h"

/// Decoders of still images. Colour becomes grey by the luma of ITU-R BT.601, and what is stored turned or
/// mirrored is turned as its EXIF or TIFF orientation says. All throw CodecError if the
/// image is damaged, cut short or too large, which is asked before anything is allocated.
namespace stenometry::io {

Image<float> decode_png(std::string_view file);
Image<float> decode_jpeg_still(std::string_view file);

/// Where in a TIFF file the directories of its pages begin, in their order; previews and masks of pages are
/// none.
std::vector<std::uint64_t> tiff_pages(const InputFile& file);

/// One page of any TIFF that libtiff reads: integers of 1 to 16 and 32 bits, floating point of 32 and 64.
Image<float> decode_tiff(const InputFile& file, std::uint64_t directory);

/// Uncompressed BMP with 1 to 32 bits.
Image<float> decode_bmp(std::string_view file);

/// PBM, PGM and PPM, binary and as text. Values are those of the file, not stretched to a range.
Image<float> decode_pnm(std::string_view file);

struct Sides {
    int width = 0;
    int height = 0;
};

// What the header says of an image as it is stored, which may be turned when it is decoded.
Sides png_sides(std::string_view file);
Sides jpeg_sides(std::string_view file);
Sides tiff_sides(const InputFile& file, std::uint64_t directory);
Sides bmp_sides(std::string_view file);
Sides pnm_sides(std::string_view file);

// The largest value that a pixel can have as these give it; 1 where it is a floating-point number.
double png_full_scale(std::string_view file);
double tiff_full_scale(const InputFile& file);
double pnm_full_scale(std::string_view file);

/// Grey of 8 or 16 bits, or colour; quick to write rather than small.
std::string encode_png(const Image<std::uint8_t>& image);
std::string encode_png(const Image<std::uint16_t>& image);
std::string encode_png(const Image<Rgb>& image);

}  // namespace stenometry::io
