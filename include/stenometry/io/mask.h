#pragma once

#include <cstdint>
#include <filesystem>

#include "stenometry/export.h"
#include "stenometry/image.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry::io {

/// Reads a mask, 255 on vessels, from any image that `read_image` reads: vessel is what exceeds half of the
/// largest value of the file, whether that is 1, 255 or 65535. An image that is 0 everywhere is a mask, too.
/// The first axis of a NRRD, MetaImage or NIfTI file runs along the rows, whatever directions its header
/// states.
/// \param frame which of several frames; a file of one frame serves for each.
/// \throws IoError if the file cannot be read, has no such frame, or is no mask: values below 0 or not
/// finite, or more of them between vessel and background than on either, as labels and probabilities have.
Image<std::uint8_t> read_mask(const std::filesystem::path& path, int frame = 0);

/// Reads probabilities 0..1. Whole numbers of 8 or 16 bits are parts of the largest that so many bits hold,
/// or that the header of a PNM file states; numbers of any other kind stand for themselves. What is not
/// finite becomes 0.
/// \param frame as for `read_mask`
/// \throws IoError if the file cannot be read, has no such frame, or holds a value outside of 0..1.
Image<float> read_probability(const std::filesystem::path& path, int frame = 0);

}  // namespace stenometry::io

STENOMETRY_EXPORT_END
