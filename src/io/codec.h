#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Decoders for the compressed pixels of one frame; private to the readers.
namespace stenometry::io {

/// How pixels stand in memory and in the code stream.
struct CellLayout {
    int width = 0;
    int height = 0;
    int samples = 1;         ///< 1: grey, 3: colour
    int bits_allocated = 8;  ///< 8 or 16
    int bits_stored = 8;
    bool is_signed = false;
    bool is_rgb = false;  ///< colours are said to be red, green and blue, and not YBR

    std::size_t bytes() const {
        return static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
               static_cast<std::size_t>(samples) * static_cast<std::size_t>(bits_allocated / 8);
    }
};

/// Encoded pixels that cannot be decoded; the reader adds the file's name.
class CodecError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// \throws CodecError unless an image may have this size.
void require_sides(std::int64_t width, std::int64_t height);

/// Asked before memory is taken for what a header states: a few bytes may claim gigabytes.
/// \param most how many bytes of pixels one stored byte can give at most
/// \throws CodecError if `stored` bytes cannot give `needed` ones.
void require_enough(std::uint64_t stored, std::uint64_t needed, std::uint64_t most);

/// What a byte of a JPEG stream can hold at most. With Huffman codes a block of 64 pixels takes a bit;
/// arithmetic codes take less.
inline constexpr std::uint64_t most_jpeg_pixels = 4096;

/// Whether there is a decoder for it.
bool can_decode(std::string_view transfer_syntax);

/// Whether the colours that come out are red, green and blue where the attributes say YBR. The other decoders
/// leave colours as they were when they were encoded.
bool turns_ybr_into_rgb(std::string_view transfer_syntax, std::string_view code);

/// The cells of one frame, little endian, samples of a pixel side by side.
/// \param fragments the code stream as the file holds it, in one piece.
/// \throws CodecError if it is damaged, cut short, or says another size than `layout`.
std::string decode_frame(std::string_view transfer_syntax, std::string_view code, const CellLayout& layout);

}  // namespace stenometry::io
