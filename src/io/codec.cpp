#include "io/codec.h"

#include <string>

#include "io/dicom_tags.h"
#include "io/jpeg.h"

namespace stenometry::io {

namespace {

/// Grey cells of 8 bits from a baseline JPEG stream, in cells as wide as the file asks for.
std::string decode_jpeg_baseline(std::string_view code, const CellLayout& layout) {
    const JpegImage image = decode_jpeg(code, layout.samples == 3 ? 3 : 1);
    if (image.width != layout.width || image.height != layout.height)
        throw CodecError("the JPEG stream is " + std::to_string(image.width) + " x " +
                         std::to_string(image.height));
    if (layout.bits_allocated == 8) return image.samples;
    std::string words(2 * image.samples.size(), '\0');
    for (std::size_t i = 0; i < image.samples.size(); ++i) words[2 * i] = image.samples[i];
    return words;
}

}  // namespace

bool can_decode(std::string_view syntax) { return syntax == uid::jpeg_baseline; }

std::string decode_frame(std::string_view, std::string_view code, const CellLayout& layout) {
    return decode_jpeg_baseline(code, layout);
}

}  // namespace stenometry::io
