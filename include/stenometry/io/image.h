#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "stenometry/frame.h"

namespace stenometry::io {

/// Reads one still image: PNG, TIFF, JPEG, BMP, PGM with 8 or 16 bits (colour becomes grey), or NRRD, MHA, NIfTI.
/// A three-dimensional NRRD, MHA or NIfTI file is a cine, see `open_cine`, of which this gives the first frame.
/// \param calibration overrides what the file says.
/// \throws IoError if the file cannot be read, naming it and the cause.
Frame read_image(const std::filesystem::path& path, const Calibration& calibration = {});

/// Writes PNG, chosen by the type of the pixels. Nothing is left behind if it fails.
/// \throws IoError naming the file and the cause.
void write_png(const std::filesystem::path& path, const Image<std::uint8_t>& image);
void write_png(const std::filesystem::path& path, const Image<std::uint16_t>& image);
void write_png(const std::filesystem::path& path, const Image<Rgb>& image);

/// Writes a file as a whole or not at all. A path that is no regular file (a pipe, a device) is written to directly.
/// \throws IoError naming the file and the cause.
void write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace stenometry::io
