#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "stenometry/error.h"

/// What reading any file has in common; private to the readers.
namespace stenometry::io {

/// The longest side of an image that is read. Detectors have up to 4096 pixels a side; what claims more than
/// this is corrupt, and would ask for gigabytes before the first pixel is seen.
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
inline constexpr int max_side_px = 512;  // fuzz targets are to read thousands of files in a second
#else
inline constexpr int max_side_px = 16384;
#endif

/// The error "cannot read PATH: CAUSE", on one line whatever the path and the cause hold.
IoError read_error(const std::filesystem::path& path, const std::string& cause);
IoError write_error(const std::filesystem::path& path, const std::string& cause);

/// What is wrong with the size of an image: empty if the sides are 1..max_side_px.
std::string size_fault(std::int64_t width, std::int64_t height);

/// \throws IoError if there is a fault.
void check_size(const std::filesystem::path& path, std::int64_t width, std::int64_t height);

/// Bytes of a file at any offset. What cannot be sought in (a pipe) is read into memory at once.
class InputFile {
  public:
    /// \throws IoError if there is no such file, it is a directory, may not be read, or is empty.
    explicit InputFile(std::filesystem::path path);
    /// Bytes that stand in memory, under the name of the file they came from.
    InputFile(std::filesystem::path path, std::string bytes);
    ~InputFile();
    InputFile(InputFile&& other) noexcept;
    InputFile& operator=(InputFile&&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::uint64_t size() const { return size_; }

    /// Whether others can read it by its path, too: what came through a pipe is here alone.
    bool is_on_disk() const { return descriptor_ >= 0; }

    /// \throws IoError if the file ends before the last of them.
    void read(std::uint64_t offset, std::span<char> into) const;
    std::string read(std::uint64_t offset, std::uint64_t count) const;

    /// Up to `count` bytes from the beginning of the file.
    std::string head(std::uint64_t count) const;
    std::string all() const { return read(0, size_); }

  private:
    std::filesystem::path path_;
    std::string bytes_;  ///< where there is no descriptor
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
};

}  // namespace stenometry::io
