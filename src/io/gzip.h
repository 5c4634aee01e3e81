#pragma once

#include <zlib.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "io/file.h"

namespace stenometry::io {

/// Whether a file that begins with these bytes is gzipped.
inline bool is_gzip(std::string_view head) { return head.starts_with("\x1f\x8b"); }

/// Deflate gives at most so many bytes for one of its own: a match of 258 bytes takes two bits.
inline constexpr std::uint64_t max_inflation = 1032;

/// What stands around deflated bytes.
enum class Wrapping { gzip_or_zlib, none };

/// Deflated bytes of a file as if they were inflated. Only what is read stands in memory;
/// reading backwards begins again at the beginning.
class InflatedFile {
  public:
    /// \param file must outlive this.
    InflatedFile(const InputFile& file, std::uint64_t offset, Wrapping wrapping = Wrapping::gzip_or_zlib);
    ~InflatedFile();
    InflatedFile(const InflatedFile&) = delete;
    InflatedFile& operator=(const InflatedFile&) = delete;

    /// \throws IoError if the data are damaged or end before the last byte asked for.
    void read(std::uint64_t offset, std::span<char> into);

    /// Up to `count` bytes from the beginning; fewer where the data end or are damaged.
    std::string head(std::size_t count);

    /// Whether the last byte has been read, and the stream says that it is the last.
    bool has_ended() const { return ended_; }

  private:
    void restart();
    bool refill();
    std::size_t inflate_some(std::span<char> into);

    const InputFile* file_;
    std::uint64_t begin_;
    std::uint64_t next_ = 0;      ///< the next compressed byte to read from the file
    std::uint64_t position_ = 0;  ///< the next inflated byte
    bool ended_ = false;
    std::string block_;
    z_stream stream_{};
};

}  // namespace stenometry::io
