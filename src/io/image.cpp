#include "stenometry/io/image.h"

#include <algorithm>
#include <cmath>

#include "core/require.h"
#include "io/codec.h"
#include "io/jpeg.h"
#include "io/still_codecs.h"
#include "stenometry/error.h"
#include "stenometry/io/cine.h"

namespace stenometry::io {

namespace {

template <class Pixel>
void write_encoded(const std::filesystem::path& path, const Image<Pixel>& image) {
    if (image.empty()) throw InvalidInput("an image without pixels cannot be written");
    write_file(path, encode_png(image));
}

}  // namespace

Frame read_image(const std::filesystem::path& path, const Calibration& calibration) {
    Frame frame = open_cine(path)->read(0);
    if (calibration.known()) frame.calibration = calibration;
    return frame;
}

void write_png(const std::filesystem::path& path, const Image<std::uint8_t>& image) {
    write_encoded(path, image);
}

void write_png(const std::filesystem::path& path, const Image<std::uint16_t>& image) {
    write_encoded(path, image);
}

void write_png(const std::filesystem::path& path, const Image<Rgb>& image) { write_encoded(path, image); }

std::string to_jpeg(const Image<std::uint8_t>& image, int quality) {
    if (image.empty()) throw InvalidInput("an image without pixels cannot be written");
    require_between("quality", quality, 1, 100);
    return encode_jpeg(image, quality);
}

Image<std::uint8_t> from_jpeg(std::string_view bytes) {
    try {
        const Image<float> decoded = decode_jpeg_still(bytes);
        auto grey = Image<std::uint8_t>::unfilled(decoded.width(), decoded.height());
        for (int y = 0; y < grey.height(); ++y)
            std::transform(decoded.row(y), decoded.row(y) + grey.width(), grey.row(y),
                           [](float level) { return static_cast<std::uint8_t>(std::lround(level)); });
        return grey;
    } catch (const CodecError& error) {
        throw IoError(std::string("cannot read a JPEG stream: ") + error.what());
    }
}

}  // namespace stenometry::io
