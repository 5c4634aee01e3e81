#pragma once

#include <vector>

#include "io/codec.h"
#include "io/dicom_data.h"
#include "io/dicom_meaning.h"
#include "stenometry/image.h"

namespace stenometry::io {

/// The pixels of a DICOM file, of which one frame at a time is read from the file and decoded.
class DicomPixels {
  public:
    /// \param dicom must outlive this.
    /// \throws IoError if there are no pixels, fewer than the attributes say, or none that can be decoded.
    explicit DicomPixels(const DicomFile& dicom);

    int frame_count() const { return frame_count_; }

    /// \throws IoError if the frame is damaged.
    Image<float> read(int frame, const FrameAttributes& attributes) const;

  private:
    /// A run of bytes in the file.
    struct Piece {
        std::uint64_t offset = 0;
        std::uint64_t length = 0;
    };

    void read_layout();
    void check_layout() const;
    void index_uncompressed();
    void index_encapsulated();
    std::vector<Piece> fragments() const;
    std::vector<std::size_t> first_fragments(const std::vector<Piece>& fragments) const;
    bool begins_code_stream(const Piece& fragment) const;

    bool has_luma() const;
    std::string cells(int frame) const;
    std::string uncompressed_cells(int frame) const;
    IoError error(const std::string& cause) const { return read_error(dicom_->file.path(), cause); }

    const DicomFile* dicom_;
    int frame_count_ = 1;
    CellLayout layout_;
    StoredValues stored_;
    bool planar_ = false;
    std::vector<std::vector<Piece>> frames_;  ///< fragments of each frame, where pixels are encapsulated
};

}  // namespace stenometry::io
