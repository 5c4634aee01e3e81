#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "stenometry/export.h"
#include "stenometry/frame.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry::io {

/// Reads one still image: PNG, TIFF, JPEG, BMP, PNM with 8 or 16 bits (colour becomes grey), TIFF also of
/// other depths and with floating-point values, or NRRD, MetaImage (MHA, MHD), NIfTI; also DICOM. What is
/// stored turned or mirrored is turned as its EXIF or TIFF orientation says. The format is known by the
/// content, not by the name. Of a cine (see `open_cine`; also a TIFF file of several pages, a volume of
/// three or four axes, a video, or a folder of pictures) this gives the first frame. Values are those of the
/// file, only PNG and TIFF of 1, 2 and 4 bits are stretched to 0..255; pixels that are not finite are outside
/// of `Frame::valid` and hold the mean of the others.
///
/// The spacing that image formats other than DICOM state is not taken over: nothing says in which plane it
/// holds. Images of more than 16384 pixels on a side are refused, before memory is asked for.
/// \param calibration overrides what the file says.
/// \throws IoError if the file cannot be read, is damaged or cut short, naming it and the cause on one
/// line.
Frame read_image(const std::filesystem::path& path, const Calibration& calibration = {});

/// Writes PNG, chosen by the type of the pixels. Nothing is left behind if it fails.
/// \throws IoError naming the file and the cause.
void write_png(const std::filesystem::path& path, const Image<std::uint8_t>& image);
void write_png(const std::filesystem::path& path, const Image<std::uint16_t>& image);
void write_png(const std::filesystem::path& path, const Image<Rgb>& image);

/// The image as a JPEG stream: small, and for the eye alone.
/// \param quality 1..100, as libjpeg counts
/// \throws InvalidInput if the image is empty or the quality is another number.
std::string to_jpeg(const Image<std::uint8_t>& image, int quality = 90);

/// The picture of a JPEG stream in memory, colour as grey.
/// \throws IoError saying what is wrong with it.
Image<std::uint8_t> from_jpeg(std::string_view bytes);

/// Writes a file as a whole or not at all: until all bytes are on the disk, a file that was there stays as
/// it was. What is no regular file (a pipe, a device, everything in /dev and /proc) is written to directly,
/// after what is already in it. A symbolic link stays one.
/// \throws IoError naming the file and the cause.
void write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace stenometry::io

STENOMETRY_EXPORT_END
