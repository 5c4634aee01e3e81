#pragma once

#include <filesystem>
#include <memory>

#include "stenometry/export.h"
#include "stenometry/frame.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry::io {

/// A sequence of frames that is read one at a time: only the frame asked for stands in memory, decoded.
class Cine {
  public:
    virtual ~Cine() = default;
    virtual int frame_count() const = 0;

    /// Reads frame `index`. Not safe from several threads at once.
    /// \throws InvalidInput if there is no such frame; IoError if it cannot be decoded.
    virtual Frame read(int index) = 0;
};

/// Opens a DICOM file, or any image that `read_image` reads, or a video (AVI, MP4 and MOV, animated GIF,
/// Matroska), by what is in it and not by its name; or a folder of numbered pictures, a frame each, in the
/// order of the numbers in their names (2.png before 10.png).
///
/// Videos are decoded by OpenCV's videoio, in a module that is opened for the first of them; what it has no
/// decoder for is refused. Their frames have 8 bits and are `Intensity::display`; colour becomes grey.
/// Reading a frame before the last one that was read decodes again from the first. \throws IoError if the
/// file cannot be read, naming it and the cause.
std::unique_ptr<Cine> open_cine(const std::filesystem::path& path);

}  // namespace stenometry::io

STENOMETRY_EXPORT_END
