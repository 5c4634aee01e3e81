#pragma once

#include <memory>
#include <string>
#include <vector>

/// What stands between the library and the module that decodes videos: the module links OpenCV's videoio, and
/// with it FFmpeg and some two hundred libraries, which nobody shall load who reads no video. It knows
/// nothing of this library, so that it fits a static one, too.
namespace stenometry::io {

/// One picture of a video.
struct VideoPicture {
    int width = 0;
    int height = 0;
    std::vector<unsigned char> bgr;  ///< rows from the top, three bytes a pixel
};

/// Gives the pictures of a video one after the other. Nothing of it throws.
class VideoDecoder {
  public:
    virtual ~VideoDecoder() = default;

    /// Goes on to the next picture, at first to the first; false after the last one, or where no more can be
    /// decoded.
    virtual bool advance() = 0;

    /// The picture where it is; false if it cannot be had.
    virtual bool take(VideoPicture& picture) = 0;

    /// When that picture is shown, in ms, as the file tells.
    virtual double time_ms() const = 0;

    virtual double pictures_per_second() const = 0;  ///< as the file tells; not above 0: it does not
    virtual double declared_pictures() const = 0;    ///< as the file tells, or guessed from its duration
};

/// The decoder for the file of that path; null if there is none for what is in it.
using OpenVideo = std::unique_ptr<VideoDecoder> (*)(const std::string& path);

inline constexpr const char* video_module_entry = "stenometry_open_video";

}  // namespace stenometry::io
