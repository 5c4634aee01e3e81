#include "io/video_module.h"

#include <cstdarg>
#include <opencv2/videoio.hpp>
#include <opencv2/videoio/registry.hpp>
#include <type_traits>

/// FFmpeg's own, libavutil/log.h; weak, because OpenCV may have been built without FFmpeg.
extern "C" __attribute__((weak)) void av_log_set_callback(void (*)(void*, int, const char*, std::va_list));

namespace {

using stenometry::io::VideoDecoder;
using stenometry::io::VideoPicture;

/// `work()`, or `otherwise` where OpenCV throws: its errors must not leave the module.
template <class Work, class Result>
Result guarded(Work work, Result otherwise) {
    try {
        return work();
    } catch (const std::exception&) {
        return otherwise;
    }
}

/// FFmpeg writes to standard error what it thinks of a file, unless someone else takes it.
void silence_ffmpeg() {
    if (av_log_set_callback != nullptr) av_log_set_callback([](void*, int, const char*, std::va_list) {});
}

/// By name, because others take a path for a pattern of pictures, or for a device. OpenCV's own reader of
/// Motion JPEG serves where there is no FFmpeg.
int backend() {
    return cv::videoio_registry::hasBackend(cv::CAP_FFMPEG) ? cv::CAP_FFMPEG : cv::CAP_OPENCV_MJPEG;
}

class Decoder : public VideoDecoder {
  public:
    explicit Decoder(const std::string& path) {
        silence_ffmpeg();
        capture_.open(path, backend());
    }
    bool opened() const { return capture_.isOpened(); }

    bool advance() override {
        return guarded([&] { return capture_.grab(); }, false);
    }
    bool take(VideoPicture& picture) override {
        return guarded(
            [&] {
                cv::Mat bgr;
                if (!capture_.retrieve(bgr) || bgr.type() != CV_8UC3) return false;
                picture = {.width = bgr.cols, .height = bgr.rows, .bgr = {}};
                for (int y = 0; y < bgr.rows; ++y)
                    picture.bgr.insert(picture.bgr.end(), bgr.ptr(y), bgr.ptr(y) + 3 * bgr.cols);
                return true;
            },
            false);
    }
    double time_ms() const override { return property(cv::CAP_PROP_POS_MSEC); }
    double pictures_per_second() const override { return property(cv::CAP_PROP_FPS); }
    double declared_pictures() const override { return property(cv::CAP_PROP_FRAME_COUNT); }

  private:
    double property(int id) const {
        return guarded([&] { return capture_.get(id); }, 0.0);
    }

    cv::VideoCapture capture_;
};

}  // namespace

extern "C" __attribute__((visibility("default"))) std::unique_ptr<VideoDecoder> stenometry_open_video(
    const std::string& path) {
    return guarded(
        [&]() -> std::unique_ptr<VideoDecoder> {
            auto decoder = std::make_unique<Decoder>(path);
            if (!decoder->opened()) return nullptr;
            return decoder;
        },
        std::unique_ptr<VideoDecoder>());
}

// It is what the library takes it for.
static_assert(std::is_same_v<decltype(&stenometry_open_video), stenometry::io::OpenVideo>);
