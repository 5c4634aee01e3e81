#include "report_picture.h"

#include <array>
#include <system_error>

#include "failure.h"
#include "report_page.h"
#include "stenometry/error.h"
#include "stenometry/io/cine.h"
#include "stenometry/io/image.h"
#include "stenometry/viz/overlay.h"
#include "terminal.h"
#include "values.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

constexpr int largest_side_px = 2048;  // a detector's, and as many as a screen shows
constexpr int jpeg_quality = 92;       // no block or ring shows at three times the size
constexpr int thumbnail_side_px = 144;
constexpr int thumbnail_quality = 70;
constexpr const char* jpeg_kind = "image/jpeg";

/// Where the input may be that an analysis names, which may have been moved along with it. Empty if nowhere.
fs::path place_of(const fs::path& named, const fs::path& beside) {
    const std::array places{named, beside / named, beside / named.filename()};
    std::error_code absent;
    for (const fs::path& place : places)
        if (fs::exists(place, absent)) return place;
    return {};
}

Frame read_again(const fs::path& path, int index) {
    const SilentStandardError silent;
    const auto cine = io::open_cine(path);
    if (index >= cine->frame_count()) throw IoError(path.string() + " has no frame " + std::to_string(index));
    return cine->read(index);
}

/// What tells that it is another picture than the one that was analysed; empty if nothing does.
std::string mismatch(const Frame& frame, const nlohmann::json& input, const fs::path& path) {
    const int width = input.at("width").get<int>(), height = input.at("height").get<int>();
    if (frame.width() == width && frame.height() == height) return {};
    return path.string() + " is " + size_text(frame.width(), frame.height()) + ", but the analysis is of " +
           size_text(width, height);
}

ReportPicture picture_of(const fs::path& path, const nlohmann::json& input) {
    const Frame frame = read_again(path, input.at("frame").get<int>());
    if (std::string other = mismatch(frame, input, path); !other.empty())
        return {.missing = std::move(other)};
    return {.kind = jpeg_kind, .bytes = io::to_jpeg(viz::draw_frame(frame, largest_side_px), jpeg_quality)};
}

ReportPicture picture_or_why_not(const fs::path& path, const nlohmann::json& input) {
    try {
        return picture_of(path, input);
    } catch (const IoError& error) {
        return {.missing = error.what()};
    } catch (const InvalidInput& error) {
        return {.missing = path.string() + ": " + error.what()};
    }
}

Frame frame_of(const Image<std::uint8_t>& grey) {
    Frame frame;
    frame.pixels = Image<float>::unfilled(grey.width(), grey.height());
    for (int y = 0; y < grey.height(); ++y) std::copy_n(grey.row(y), grey.width(), frame.pixels.row(y));
    return frame;
}

}  // namespace

ReportPicture find_picture(const nlohmann::json& input, const fs::path& beside, const fs::path& image) {
    const auto named = input.at("path").get<std::string>();
    const fs::path path = image.empty() ? place_of(named, beside) : image;
    if (path.empty()) return {.missing = named + " was not found; --image FILE names it"};
    ReportPicture picture = picture_or_why_not(path, input);
    if (picture.bytes.empty() && !image.empty()) throw Failure(ExitCode::unreadable, picture.missing);
    return picture;
}

PageJson thumbnail_of(const ReportPicture& picture) {
    if (picture.bytes.empty()) return nullptr;
    try {
        const Frame frame = frame_of(io::from_jpeg(picture.bytes));
        return data_uri(jpeg_kind, io::to_jpeg(viz::draw_frame(frame, thumbnail_side_px), thumbnail_quality));
    } catch (const std::runtime_error&) {
        return nullptr;
    }
}

}  // namespace stenometry::program
