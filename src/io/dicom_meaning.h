#pragma once

#include <string>
#include <vector>

#include "io/codec.h"
#include "io/dicom_data.h"
#include "stenometry/frame.h"

/// What the attributes of an X-ray angiogram mean for its frames; private to the DICOM reader.
namespace stenometry::io {

/// The attributes as they hold for one frame: those of its functional groups, then those shared by all
/// frames, then those of the image (DICOM PS3.3 C.7.6.16).
class FrameAttributes {
  public:
    FrameAttributes(const DataSet& image, int frame) : image_(&image), frame_(frame) {}
    const Element* find(Attribute attribute) const;
    int frame() const { return frame_; }
    const DataSet& image() const { return *image_; }

    /// Those of another frame of the image.
    FrameAttributes of_frame(int frame) const { return {*image_, frame}; }

  private:
    const DataSet* image_;
    int frame_;
};

/// How a stored cell becomes a pixel value.
struct StoredValues {
    int bits_stored = 8;
    int high_bit = 7;
    bool is_signed = false;
};

/// Whether the pixels are numbers of colours in a palette.
bool has_palette(const DataSet& image);

/// Why the palette cannot be used; empty if it can.
std::string palette_fault(const DataSet& image);

/// The pixel value of every cell of `bits_allocated` bits. Of a palette, that is the luma of the colour. Else
/// bits outside those stored are dropped, the modality LUT or rescale is applied, and values are turned
/// around where high values mean few X-rays, so that vessels are dark: a PixelIntensityRelationshipSign of -1
/// says that of the stored values (which a falling modality transform turns around once more); without that
/// attribute, MONOCHROME1, which is displayed with high values dark, says it of the transformed ones. Turning
/// around keeps the range of values: v becomes lowest + highest - v.
std::vector<float> value_of_cells(const FrameAttributes& attributes, const StoredValues& stored,
                                  int bits_allocated);

Intensity intensity_of(const FrameAttributes& attributes);
Calibration calibration_of(const FrameAttributes& attributes);
Acquisition acquisition_of(const FrameAttributes& attributes, int frame_count);

/// 255 inside the shutters and collimators that the attributes describe; empty if they hide nothing.
Image<std::uint8_t> valid_region_of(const FrameAttributes& attributes, int width, int height);

}  // namespace stenometry::io
