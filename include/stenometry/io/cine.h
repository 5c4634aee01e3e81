#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "stenometry/export.h"
#include "stenometry/frame.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry::io {

/// What a file says of itself, which is known before a frame is decoded.
struct CineDescription {
    int width = 0;  ///< of its frames in pixels, as they are stored; 0 where that is not known yet
    int height = 0;
    std::uint64_t held_bytes = 0;  ///< of the file that stand in memory while a frame is decoded
    std::string modality;          ///< of DICOM (PS3.3 C.7.3.1.1.1), such as XA; empty where there is none
    /// Of patient, study and image, by the keywords of DICOM (PS3.6), such as PatientID; without those that
    /// the file does not have.
    std::map<std::string, std::string> identifiers;
};

/// A sequence of frames that is read one at a time: only the frame asked for stands in memory, decoded.
class Cine {
  public:
    virtual ~Cine() = default;
    virtual int frame_count() const = 0;

    /// \throws IoError if the header of its first frame is damaged.
    virtual CineDescription describe() const { return {}; }

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
