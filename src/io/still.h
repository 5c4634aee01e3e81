#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/file.h"
#include "stenometry/io/cine.h"

/// Still images; private to the readers.
namespace stenometry::io {

/// The format whose first bytes `head` are: "PNG", "TIFF", "JPEG", "BMP", "PNM"; empty if it is none of them.
std::string still_format(const std::string& head);

/// Where the file has its images: the pages of a TIFF file, else one.
/// \throws IoError if a page is missing.
std::vector<std::uint64_t> still_pages(const InputFile& file, const std::string& format);

/// The size of a page as it is stored, and how much of the file stands in memory while one is decoded.
/// \throws IoError if the header is damaged.
CineDescription describe_still(const InputFile& file, const std::string& format, std::uint64_t page);

/// \param page one of `still_pages`
/// \throws IoError if the image is cut short or damaged.
Frame read_still(const InputFile& file, const std::string& format, std::uint64_t page);

/// The largest value that a pixel of the image can have; 1 where it is a floating-point number.
/// \throws IoError if its header is damaged.
double still_full_scale(const InputFile& file, const std::string& format);

}  // namespace stenometry::io
