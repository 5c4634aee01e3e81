#include <tbb/global_control.h>

#include <limits>

#include "fuzz.h"
#include "stenometry/pipeline.h"

using namespace stenometry;

namespace {

/// The bytes one after the other, from the beginning again at their end.
class Bytes {
  public:
    Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
    std::uint8_t next() { return data_[at_++ % size_]; }
    float part() { return static_cast<float>(next()) / 255.0F; }

  private:
    const std::uint8_t* data_;
    std::size_t size_;
    std::size_t at_ = 0;
};

/// A vessel of any course and width, so that most frames hold something to measure, under pixels that are as
/// the bytes say.
Frame frame_of(Bytes& bytes) {
    Frame frame;
    frame.pixels = Image<float>(16 + bytes.next() % 64, 16 + bytes.next() % 64);
    const std::uint8_t kind = bytes.next();
    const std::array scales{1.0F, 255.0F, 65535.0F, 1e-6F};
    const float scale = scales[kind & 3];
    const float noise = bytes.part(), depth = bytes.part(), width = 0.5F + 12.0F * bytes.part();
    const float slope = 2.0F * bytes.part() - 1.0F, bend = 0.1F * (bytes.part() - 0.5F);
    for (int y = 0; y < frame.height(); ++y)
        for (int x = 0; x < frame.width(); ++x) {
            const float dx = static_cast<float>(x) - static_cast<float>(frame.width()) / 2.0F;
            const float dy = static_cast<float>(y) - static_cast<float>(frame.height()) / 2.0F;
            const float off = (dy - slope * dx - bend * dx * dx) / width;
            const float lumen = off * off < 1.0F ? depth * (1.0F - off * off) : 0.0F;
            frame.pixels(x, y) = scale * (1.0F - lumen + noise * (bytes.part() - 0.5F));
        }
    frame.intensity = static_cast<Intensity>(kind >> 2 & 3);
    if ((kind & 16) != 0) frame.calibration = Calibration::from_user(0.05 + 0.5 * bytes.part());
    if ((kind & 32) != 0) {
        frame.valid = Image<std::uint8_t>(frame.width(), frame.height(), 255);
        const int hidden = bytes.next() % frame.width();
        for (int y = 0; y < frame.height(); ++y)
            for (int x = 0; x < hidden; ++x) frame.valid(x, y) = 0;
        // Contracted to be finite only where it is valid.
        if ((kind & 64) != 0 && hidden > 0) frame.pixels(0, 0) = std::numeric_limits<float>::quiet_NaN();
    }
    return frame;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 8) return 0;
    // One thread, so that the same bytes take the same way again.
    static const tbb::global_control one_thread(tbb::global_control::max_allowed_parallelism, 1);
    Bytes bytes(data, size);
    const Frame frame = frame_of(bytes);
    const auto point = [&] { return Point{frame.width() * bytes.part(), frame.height() * bytes.part()}; };
    const Point from = point(), to = point();
    return fuzz::read_or_refuse([&] { (void)measure(frame, from, to); });
}
