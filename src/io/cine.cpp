#include "stenometry/io/cine.h"

#include <string>
#include <utility>
#include <vector>

#include "io/dicom_cine.h"
#include "io/dicom_data.h"
#include "io/open.h"
#include "io/picture_folder.h"
#include "io/still.h"
#include "io/video.h"
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
    std::vector<std::uint64_t> pages_;
};

}  // namespace

std::unique_ptr<Cine> open_cine(InputFile file) {
    const std::string head = file.head(1024);
    // Before the others: the preamble of a DICOM file may be the beginning of a TIFF file.
    if (holds_dicom(file)) return open_dicom(std::move(file));
    if (const std::string format = still_format(head); !format.empty())
        return std::make_unique<Still>(std::move(file), format);
    if (looks_like_volume(head)) return open_volume(std::move(file));
    if (!video_format(head).empty()) return open_video(file);
    throw read_error(file.path(), "it is neither DICOM nor any image format that is read");
}

std::unique_ptr<Cine> open_cine(const std::filesystem::path& path) {
    std::error_code none;
    if (std::filesystem::is_directory(path, none)) return open_picture_folder(path);
    return open_cine(InputFile(path));
}

}  // namespace stenometry::io
