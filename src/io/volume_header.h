#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace stenometry::io {

enum class Scalar { u8, i8, u16, i16, u32, i32, f32, f64 };

std::size_t size_of(Scalar scalar);

enum class Encoding { raw, deflated, text };

/// What the header of a NRRD, MetaImage or NIfTI file says of its pixels.
struct VolumeHeader {
    std::vector<std::int64_t> size;  ///< along each axis, fastest first
    Scalar scalar = Scalar::u8;
    bool big_endian = false;
    Encoding encoding = Encoding::raw;
    std::filesystem::path data_file;  ///< empty: the file with the header
    std::uint64_t offset = 0;         ///< of the first byte of data
    bool at_end = false;    ///< the data are the last bytes of the file, and `offset` does not count
    int skipped_lines = 0;  ///< of text before the data
    double slope = 1.0;
    double intercept = 0.0;
};

/// A header that cannot be used; the reader adds the file's name.
class HeaderError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

bool is_nrrd(std::string_view head);
bool is_meta_image(std::string_view head);
bool is_nifti(std::string_view head);

/// Bytes from the beginning of a file that hold any header.
inline constexpr std::size_t longest_header = 1 << 16;

// Each reads the header at the beginning of `head`, which has up to `longest_header` bytes.
// Sources: teem.sourceforge.net/nrrd/format.html; itk.org/Wiki/MetaIO/Documentation;
// nifti.nimh.nih.gov/nifti-1.
VolumeHeader parse_nrrd(std::string_view head);
VolumeHeader parse_meta_image(std::string_view head);
VolumeHeader parse_nifti(std::string_view head);

}  // namespace stenometry::io
