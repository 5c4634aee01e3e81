#include "stenometry/io/cine.h"

#include <string>
#include <utility>
#include <vector>

#include "io/dicom_cine.h"
#include "io/dicom_data.h"
#include "io/open.h"
#include "io/still.h"
#include "io/volume.h"

namespace stenometry::io {

namespace {

/// A still image, a cine of one frame, or one of several pages.
class Still : public Cine {
  public:
    Still(InputFile file, std::string format)
        : file_(std::move(file)), format_(std::move(format)), pages_(still_pages(file_, format_)) {}
    int frame_count() const override { return static_cast<int>(pages_.size()); }

    CineDescription describe() const override { return describe_still(file_, format_, pages_.front()); }

    Frame read(int index) override {
        if (index < 0 || index >= frame_count())
            throw InvalidInput("there is no frame " + std::to_string(index) + ": the image has " +
                               (frame_count() == 1 ? "one" : std::to_string(frame_count())));
        Frame frame = read_still(file_, format_, pages_[static_cast<std::size_t>(index)]);
        frame.index = index;
        frame.count = frame_count();
        return frame;
    }

  private:
    InputFile file_;
    std::string format_;
    std::vector<std::uint32_t> pages_;
};

/// What to do with a file of a kind that is not read.
std::string refusal_of(const std::string& head) {
    if (head.starts_with("GIF8"))
        return "GIF images are not read: save their frames as the pages of a TIFF file, or as PNG";
    return "it is neither DICOM nor any image format that is read";
}

}  // namespace

std::unique_ptr<Cine> open_cine(InputFile file) {
    const std::string head = file.head(1024);
    // Before the others: the preamble of a DICOM file may be the beginning of a TIFF file.
    if (looks_like_dicom(head)) return open_dicom(std::move(file));
    if (const std::string format = still_format(head); !format.empty())
        return std::make_unique<Still>(std::move(file), format);
    if (looks_like_volume(head)) return open_volume(std::move(file));
    throw read_error(file.path(), refusal_of(head));
}

std::unique_ptr<Cine> open_cine(const std::filesystem::path& path) { return open_cine(InputFile(path)); }

}  // namespace stenometry::io
