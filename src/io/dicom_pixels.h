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

    /// Whether there is one sample a pixel, and no palette: then the attributes tell which values are dark.
    bool is_grey() const;

    /// \throws IoError if the frame is damaged.
    Image<float> read(int frame, const FrameAttributes& attributes) const;

  private:
    /// A run of bytes in the file.
    struct Piece {
        std::uint64_t offset = 0;
        std::uint64_t length = 0;
    };

    /// The pixels of one frame as samples of 8 or 16 bits.
    struct Cells {
        std::string bytes;
        bool luma_first = false;  ///< the first sample of a pixel in colour is its luma (YBR)
    };

    void read_layout();
    void check_layout() const;
    bool has_halved_colours() const;
    std::uint64_t uncompressed_frame_bytes() const;
    void index_uncompressed();
    void index_encapsulated();
    std::vector<Piece> fragments();
    std::vector<std::size_t> first_fragments(const std::vector<Piece>& fragments) const;
    std::vector<std::size_t> fragments_at(const std::vector<std::uint64_t>& offsets,
                                          const std::vector<Piece>& fragments) const;
    bool begins_code_stream(const Piece& fragment) const;
    bool begins_run_lengths(const Piece& fragment) const;

    bool is_said_to_be_ybr() const;
    Cells cells(int frame) const;
    Cells uncompressed_cells(int frame) const;
    Cells decoded_cells(int frame) const;
    IoError error(const std::string& cause) const { return read_error(dicom_->file.path(), cause); }

    const DicomFile* dicom_;
    int frame_count_ = 1;
    CellLayout layout_;
    StoredValues stored_;
    bool planar_ = false;
    bool halved_colours_ = false;               ///< YBR_FULL_422: two pixels share their colours
    std::vector<std::uint64_t> frame_offsets_;  ///< as the offset table states them; empty: it does not
    std::vector<std::vector<Piece>> frames_;    ///< fragments of each frame, where pixels are encapsulated
};

}  // namespace stenometry::io
