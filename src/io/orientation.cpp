#include "io/orientation.h"

#include <cstddef>
#include <cstdint>

namespace stenometry::io {

namespace {

/// Unsigned numbers of a TIFF structure in either byte order; 0 beyond its end.
class Numbers {
  public:
    explicit Numbers(std::string_view bytes) : bytes_(bytes), big_endian_(bytes.starts_with("MM")) {}

    std::uint32_t at(std::size_t offset, std::size_t count) const {
        if (offset > bytes_.size() || count > bytes_.size() - offset) return 0;
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t next = big_endian_ ? offset + i : offset + count - 1 - i;
            value = value << 8 | static_cast<unsigned char>(bytes_[next]);
        }
        return value;
    }

  private:
    std::string_view bytes_;
    bool big_endian_;
};

}  // namespace

// Source: CIPA DC-008 (EXIF) 4.6.2 and 4.6.4; TIFF 6.0 section 2.
int exif_orientation(std::string_view exif) {
    constexpr std::uint32_t magic = 42, orientation = 0x0112;
    constexpr std::size_t entry_bytes = 12;
    if (!exif.starts_with("II") && !exif.starts_with("MM")) return 1;
    const Numbers numbers(exif);
    if (numbers.at(2, 2) != magic) return 1;
    const std::size_t directory = numbers.at(4, 4);
    const std::uint32_t entries = numbers.at(directory, 2);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + i * entry_bytes;
        if (numbers.at(entry, 2) != orientation) continue;
        const auto value = static_cast<int>(numbers.at(entry + 8, 2));
        return value >= 1 && value <= 8 ? value : 1;
    }
    return 1;
}

Image<float> upright(Image<float> stored, int orientation) {
    if (orientation <= 1 || orientation > 8) return stored;
    const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    const bool transposed = orientation >= 5;
    const int width = stored.width(), height = stored.height();
    Image<float> turned(transposed ? height : width, transposed ? width : height);
    for (int y = 0; y < turned.height(); ++y)
        for (int x = 0; x < turned.width(); ++x) {
            const int column = transposed ? y : x, row = transposed ? x : y;
            turned(x, y) =
                stored(from_right ? width - 1 - column : column, from_below ? height - 1 - row : row);
        }
    return turned;
}

}  // namespace stenometry::io
