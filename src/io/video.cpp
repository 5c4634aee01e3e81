#include "io/video.h"

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "io/luma.h"

namespace stenometry::io {

namespace {

namespace fs = std::filesystem;

constexpr int max_pictures = 1'000'000;
constexpr const char* module_file = "stenometry_video.so";

/// The folder of the library or the program that this code is part of.
fs::path own_folder() {
    Dl_info info{};
    if (::dladdr(reinterpret_cast<const void*>(&own_folder), &info) == 0) return {};
    return fs::absolute(info.dli_fname).parent_path();
}

/// Beside the library or the program, or where it is installed; empty if it is not there.
fs::path find_module() {
    std::error_code none;
    const fs::path program = fs::read_symlink("/proc/self/exe", none).parent_path();
    for (const fs::path& folder : {own_folder(), program})
        for (const char* place : {"", "stenometry", STENOMETRY_MODULE_FOLDER})
            if (const fs::path module = folder / place / module_file; fs::exists(module, none)) return module;
    return {};
}

/// The entry of the module, which stays loaded until the process ends: what it links has threads of its own.
OpenVideo load_module(const fs::path& video) {
    const fs::path module = find_module();
    if (module.empty())
        throw read_error(video,
                         std::string("videos are read by ") + module_file +
                             ", which is not there: the library was built without OpenCV's videoio, or "
                             "the file is lost");
    void* library = ::dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
    void* entry = library != nullptr ? ::dlsym(library, video_module_entry) : nullptr;
    if (entry == nullptr) throw read_error(video, ::dlerror());
    return reinterpret_cast<OpenVideo>(entry);
}

Image<float> luma_of(const VideoPicture& picture) {
    Image<float> pixels(picture.width, picture.height);
    const unsigned char* bgr = picture.bgr.data();
    for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < picture.width; ++x, bgr += 3) pixels(x, y) = luma(bgr[2], bgr[1], bgr[0]);
    return pixels;
}

/// Whether the container states how many pictures it has; the others leave it to be guessed from their
/// duration.
bool states_count(const std::string& format) { return format == "AVI" || format == "MP4"; }

class Video : public Cine {
  public:
    Video(const InputFile& file, OpenVideo open)
        : path_(fs::absolute(file.path())),  // what begins with a slash is no address of a network
          format_(video_format(file.head(16))),
          open_(open) {
        restart();
        count_pictures();
        restart();
    }

    int frame_count() const override { return static_cast<int>(times_ms_.size()); }

    Frame read(int index) override {
        if (index < 0 || index >= frame_count())
            throw InvalidInput("there is no frame " + std::to_string(index) + ": the video has frames 0 to " +
                               std::to_string(frame_count() - 1));
        go_to(index);
        VideoPicture picture;
        if (!decoder_->take(picture)) throw undecodable(index);
        check_size(path_, picture.width, picture.height);
        Frame frame = make_frame(luma_of(picture), Intensity::display);
        frame.acquisition.time_ms = time_of(index);
        frame.index = index;
        frame.count = frame_count();
        return frame;
    }

  private:
    void restart() {
        decoder_ = open_(path_.string());
        if (!decoder_)
            throw read_error(path_, "the " + format_ +
                                        " file is damaged, or its pictures are encoded in a way for which "
                                        "there is no decoder on this machine");
        at_ = -1;
    }

    void count_pictures() {
        per_second_ = decoder_->pictures_per_second();
        const double declared = decoder_->declared_pictures();
        while (decoder_->advance()) {
            times_ms_.push_back(decoder_->time_ms());
            if (frame_count() > max_pictures)
                throw read_error(path_,
                                 "the video has more than " + std::to_string(max_pictures) + " frames");
        }
        times_increase_ =
            std::adjacent_find(times_ms_.begin(), times_ms_.end(), std::greater_equal<>()) == times_ms_.end();
        if (times_ms_.empty())
            throw read_error(path_, "no picture of the " + format_ + " file can be decoded");
        if (states_count(format_) && frame_count() < declared)
            throw read_error(
                path_, "the " + format_ + " file is damaged or cut short: " + std::to_string(frame_count()) +
                           " of " + std::to_string(std::lround(declared)) + " frames can be decoded");
    }

    void go_to(int index) {
        if (index < at_) restart();
        for (; at_ < index; ++at_)
            if (!decoder_->advance()) throw undecodable(index);
    }

    std::optional<double> time_of(int index) const {
        if (times_increase_) return times_ms_[static_cast<std::size_t>(index)] - times_ms_.front();
        if (per_second_ > 0.0 && std::isfinite(per_second_)) return 1000.0 * index / per_second_;
        return std::nullopt;
    }

    IoError undecodable(int index) const {
        return read_error(path_, "frame " + std::to_string(index) + " cannot be decoded");
    }

    fs::path path_;
    std::string format_;
    OpenVideo open_;
    std::unique_ptr<VideoDecoder> decoder_;
    int at_ = -1;                   ///< the picture that the decoder is at; -1: before the first
    std::vector<double> times_ms_;  ///< of every picture
    bool times_increase_ = true;    ///< else some are lost, and the rate tells
    double per_second_ = 0.0;
};

unsigned little_endian_16(std::string_view bytes) {
    return static_cast<unsigned char>(bytes[0]) | static_cast<unsigned char>(bytes[1]) << 8;
}

/// A decoder takes memory for the whole screen that a GIF file states.
void check_screen(const InputFile& file) {
    const std::string head = file.head(10);
    if (head.size() < 10) throw read_error(file.path(), "the GIF file is cut short");
    check_size(file.path(), little_endian_16(std::string_view(head).substr(6)),
               little_endian_16(std::string_view(head).substr(8)));
}

}  // namespace

std::string video_format(std::string_view head) {
    if (head.starts_with("RIFF") && head.substr(0, 12).ends_with("AVI ")) return "AVI";
    if (head.starts_with("GIF87a") || head.starts_with("GIF89a")) return "GIF";
    if (head.starts_with("\x1a\x45\xdf\xa3")) return "Matroska";
    const std::string_view box = head.size() < 8 ? std::string_view() : head.substr(4, 4);
    return box == "ftyp" || box == "moov" ? "MP4" : "";
}

std::unique_ptr<Cine> open_video(const InputFile& file, OpenVideo open) {
    if (!file.is_on_disk())
        throw read_error(file.path(), "a video is read from a file, and not from a pipe: save it first");
    if (video_format(file.head(16)) == "GIF") check_screen(file);
    return std::make_unique<Video>(file, open);
}

std::unique_ptr<Cine> open_video(const InputFile& file) { return open_video(file, load_module(file.path())); }

}  // namespace stenometry::io
