#include "io/video.h"

#include <algorithm>
#include <cstring>

#include "fuzz.h"

using namespace stenometry;

namespace {

/// A decoder that says what the bytes say: FFmpeg has fuzz targets of its own.
class SaidDecoder : public io::VideoDecoder {
  public:
    explicit SaidDecoder(std::string_view bytes) : bytes_(bytes) {}

    bool advance() override { return byte() % 16 != 0; }
    bool take(io::VideoPicture& picture) override {
        picture = {.width = byte() % 8, .height = byte() % 8, .bgr = {}};
        picture.bgr.resize(static_cast<std::size_t>(3 * picture.width * picture.height), 9);
        return byte() % 16 != 0;
    }
    double time_ms() const override { return number(); }
    double pictures_per_second() const override { return number(); }
    double declared_pictures() const override { return number(); }

  private:
    int byte() { return at_ < bytes_.size() ? static_cast<unsigned char>(bytes_[at_++]) : 0; }

    /// Any at all: infinite ones, and those that are none.
    double number() const {
        double value = 0.0;
        std::memcpy(&value, bytes_.data() + std::min(at_, bytes_.size()),
                    std::min(sizeof value, bytes_.size() - std::min(at_, bytes_.size())));
        return value;
    }

    std::string_view bytes_;
    std::size_t at_ = 0;
};

std::string_view said;

std::unique_ptr<io::VideoDecoder> open_said(const std::string&) {
    return std::make_unique<SaidDecoder>(said);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes = fuzz::text_of(data, size);
    if (io::video_format(bytes).empty()) return 0;
    said = bytes.substr(std::min<std::size_t>(bytes.size(), 16));
    return fuzz::read_or_refuse([&] {
        const fuzz::MemoryFile file(bytes);
        const auto cine = io::open_video(io::InputFile(file.path()), open_said);
        for (int frame = std::min(cine->frame_count(), 3) - 1; frame >= 0; --frame) cine->read(frame);
    });
}
