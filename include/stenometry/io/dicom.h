#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "stenometry/export.h"
#include "stenometry/io/cine.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry::io {

/// Whether the file begins as a DICOM file does, with or without a preamble, also where it is gzipped.
bool is_dicom(const std::filesystem::path& path);

/// Opens a DICOM X-ray angiogram, also an enhanced one: single and multi-frame, 8 to 16 bits, MONOCHROME1 and
/// 2 (colours, also of a palette, become grey), uncompressed and deflated, JPEG baseline, extended (12 bits)
/// and lossless, JPEG-LS, JPEG 2000 (also of high throughput, with OpenJPEG from 2.5 on), RLE; and gzipped.
/// One frame at a time is read from the file. A DICOMDIR is refused with advice; `list_dicomdir` reads it.
///
/// - Modality LUT or rescale is applied. Values are then turned around (v becomes lowest + highest - v)
///   where high ones mean few X-rays, so that vessels are dark: where PixelIntensityRelationshipSign is -1
///   (or +1, and the modality transform falls); without that attribute, where the image is MONOCHROME1.
/// - `Frame::valid` is what the shutters and collimators of the attributes leave open.
/// - `Frame::calibration` follows `resolve_spacing`. A value of one frame's functional group comes before
///   one of all.
/// - `Acquisition::time_ms` adds up FrameTimeVector, or counts in FrameTime or 1 / CineRate; angles take
///   their increments into account.
///
/// \throws IoError if the file cannot be read, naming it and the cause; frames that are missing show here,
/// damage of a frame when it is read.
std::unique_ptr<Cine> open_dicom(const std::filesystem::path& path);

/// An image that a DICOMDIR lists.
struct ListedImage {
    std::filesystem::path file;  ///< where it should lie, below the folder of the DICOMDIR
    std::string modality;        ///< such as XA; empty if the directory does not say it
};

/// Whether the file is the directory of a medium with DICOM files (DICOM PS3.3 annex F), usually called
/// DICOMDIR.
/// \throws IoError if the file cannot be read, or is damaged.
bool is_dicomdir(const std::filesystem::path& path);

/// The images that a DICOMDIR lists, in the order of its patients, studies and series. Files are found in
/// whatever case the disk has their names; whether they are there, shows when they are opened. Names that
/// lead out of the folder of the DICOMDIR are left out.
/// \throws IoError if the file is none or damaged.
std::vector<ListedImage> list_dicomdir(const std::filesystem::path& path);

/// What `write_dicom` says of the frames it writes.
struct DicomTags {
    std::string patient_name = "PHANTOM^STENOMETRY";
    std::string series_description;
    double imager_pixel_spacing_mm = 0.0;  ///< at the detector, >= 0; 0: not written
    double source_to_detector_mm = 0.0;    ///< >= 0; 0: not written
    double source_to_patient_mm = 0.0;     ///< 0..source_to_detector_mm; 0: not written
    double frame_time_ms = 0.0;            ///< > 0 for more than one frame; not written for one
    double primary_angle_deg = 0.0;        ///< LAO positive, -180..180
    double secondary_angle_deg = 0.0;      ///< cranial positive, -90..90
    double tube_voltage_kv = 0.0;          ///< >= 0; 0: unknown
    int bits_stored = 12;                  ///< 8..16
    Intensity intensity = Intensity::linear;

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// Writes an uncompressed DICOM XA image with vessels dark (PixelIntensityRelationshipSign 1, MONOCHROME2),
/// byte for byte the same for the same input: UIDs are derived from it and dates are fixed. Nothing is left
/// behind if it fails.
/// \throws InvalidInput if there are no frames, they differ in size, or a value does not fit into
/// `bits_stored`; IoError naming the file and the cause.
void write_dicom(const std::filesystem::path& path, std::span<const Image<std::uint16_t>> frames,
                 const DicomTags& tags);

}  // namespace stenometry::io

STENOMETRY_EXPORT_END
