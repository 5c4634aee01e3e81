#include "stenometry/io/cine.h"

#include <string>
#include <utility>

#include "io/dicom_cine.h"
#include "io/dicom_data.h"
#include "io/open.h"
#include "io/still.h"
#include "io/volume.h"

namespace stenometry::io {

namespace {

/// A still image: a cine of one frame.
class Still : public Cine {
  public:
    Still(InputFile file, std::string format) : file_(std::move(file)), format_(std::move(format)) {}
    int frame_count() const override { return 1; }

    Frame read(int index) override {
        if (index != 0)
            throw InvalidInput("there is no frame " + std::to_string(index) + ": the image has one");
        return read_still(file_, format_);
    }

  private:
    InputFile file_;
    std::string format_;
};

}  // namespace

std::unique_ptr<Cine> open_cine(InputFile file) {
    const std::string head = file.head(1024);
    // Before the others: the preamble of a DICOM file may be the beginning of a TIFF file.
    if (looks_like_dicom(head)) return open_dicom(std::move(file));
    if (const std::string format = still_format(head); !format.empty())
        return std::make_unique<Still>(std::move(file), format);
    if (looks_like_volume(head)) return open_volume(std::move(file));
    throw read_error(file.path(), "it is neither DICOM nor any image format that is read");
}

std::unique_ptr<Cine> open_cine(const std::filesystem::path& path) { return open_cine(InputFile(path)); }

}  // namespace stenometry::io
