#include "stenometry/io/mask.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>

#include "io/dicom_data.h"
#include "io/open.h"
#include "io/still.h"
#include "io/video.h"
#include "io/volume.h"

namespace stenometry::io {
namespace {

namespace fs = std::filesystem;

Frame read_frame(Cine& cine, const fs::path& path, int frame) {
    const int count = cine.frame_count();
    if (count > 1 && frame >= count)
        throw read_error(path, "it has " + std::to_string(count) + " frames, and number " +
                                   std::to_string(frame) + " is asked for");
    return cine.read(count == 1 ? 0 : frame);
}

template <class Visit>
void for_each(const Image<float>& pixels, Visit visit) {
    for (int y = 0; y < pixels.height(); ++y)
        std::for_each(pixels.row(y), pixels.row(y) + pixels.width(), visit);
}

/// \param read of a file that states no valid region: then what is invalid has no finite value
void require_finite(const Frame& read, const fs::path& path) {
    for (int y = 0; y < read.height(); ++y)
        for (int x = 0; x < read.width(); ++x)
            if (!read.is_valid(x, y)) throw read_error(path, "it is no mask: a value is not a finite number");
}

/// What may be the blur of a lossy file around its two values.
constexpr float near_part = 0.1F;

void require_two_values(const Image<float>& pixels, float highest, const fs::path& path) {
    std::size_t high = 0, between = 0;
    for_each(pixels, [&](float value) {
        if (value < 0.0F) throw read_error(path, "it is no mask: a value is below 0");
        if (value >= (1.0F - near_part) * highest)
            ++high;
        else if (value > near_part * highest)
            ++between;
    });
    if (between > high)
        throw read_error(path, "it is no mask: most of its values lie between 0 and the largest");
}

/// The number that stands for 1.
double full_scale(const InputFile& file) {
    const std::string head = file.head(1024);
    if (holds_dicom(file)) return 1.0;
    if (const std::string format = still_format(head); !format.empty()) return still_full_scale(file, format);
    if (!video_format(head).empty()) return 255.0;
    return looks_like_volume(head) ? volume_full_scale(file) : 1.0;
}

/// 0..1 of one pixel.
float part_of(float value, double scale, const fs::path& path) {
    if (!std::isfinite(value)) return 0.0F;
    const auto part = static_cast<float>(static_cast<double>(value) / scale);
    if (part >= 0.0F && part <= 1.0F) return part;
    throw read_error(path, "the value " + std::to_string(value) + " is no probability");
}

}  // namespace

Image<std::uint8_t> read_mask(const fs::path& path, int frame) {
    InputFile file(path);
    const bool states_valid_region = holds_dicom(file);
    const Frame read = read_frame(*open_cine(std::move(file)), path, frame);
    if (!states_valid_region) require_finite(read, path);
    float highest = 0.0F;
    for_each(read.pixels, [&](float value) { highest = std::max(highest, value); });
    require_two_values(read.pixels, highest, path);
    Image<std::uint8_t> mask(read.width(), read.height());
    for (int y = 0; y < mask.height(); ++y)
        for (int x = 0; x < mask.width(); ++x)
            mask(x, y) = read.is_valid(x, y) && read.pixels(x, y) > 0.5F * highest ? 255 : 0;
    return mask;
}

Image<float> read_probability(const fs::path& path, int frame) {
    InputFile file(path);
    const double scale = full_scale(file);
    const Frame read = read_frame(*open_cine(std::move(file)), path, frame);
    Image<float> probability(read.width(), read.height());
    for (int y = 0; y < probability.height(); ++y)
        for (int x = 0; x < probability.width(); ++x)
            probability(x, y) = read.is_valid(x, y) ? part_of(read.pixels(x, y), scale, path) : 0.0F;
    return probability;
}

}  // namespace stenometry::io
