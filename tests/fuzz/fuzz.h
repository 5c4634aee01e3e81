#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "io/codec.h"
#include "stenometry/error.h"

/// What the fuzz targets share. libFuzzer calls `LLVMFuzzerTestOneInput` with bytes that it varies so that
/// they reach new code.
namespace stenometry::fuzz {

/// Reads, or refuses with one of the errors that the headers document. Anything else that is thrown ends the
/// process: that is a finding, as a report of a sanitizer is.
template <class Read>
int read_or_refuse(Read read) {
    try {
        read();
    } catch (const IoError&) {
    } catch (const InvalidInput&) {
    } catch (const io::CodecError&) {
    }
    return 0;
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// Bytes as a file that stands in memory, for readers that take a path.
class MemoryFile {
  public:
    explicit MemoryFile(std::string_view bytes) : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)) {
        if (descriptor_ < 0) std::abort();
        for (std::string_view left = bytes; !left.empty();) {
            const ssize_t put = ::write(descriptor_, left.data(), left.size());
            if (put <= 0) std::abort();
            left.remove_prefix(static_cast<std::size_t>(put));
        }
    }
    ~MemoryFile() { ::close(descriptor_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

  private:
    int descriptor_;
};

/// Decodes what follows the first four bytes, which are width, height, kind of cell, and bits stored.
inline int decode_cells(const char* transfer_syntax, const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t layout_bytes = 4;
    if (size < layout_bytes) return 0;
    const int bits = (data[2] & 2) != 0 ? 16 : 8;
    const io::CellLayout layout{.width = 1 + data[0] % 64,
                                .height = 1 + data[1] % 64,
                                .samples = (data[2] & 1) != 0 ? 3 : 1,
                                .bits_allocated = bits,
                                .bits_stored = 1 + data[3] % bits,
                                .is_signed = (data[2] & 4) != 0};
    return read_or_refuse([&] {
        const std::string cells =
            io::decode_frame(transfer_syntax, text_of(data + layout_bytes, size - layout_bytes), layout);
        if (cells.size() != layout.bytes()) std::abort();
    });
}

}  // namespace stenometry::fuzz
