#include "vesselness/working_grid.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <optional>

#include "core/blocks.h"
#include "core/mat.h"
#include "core/parallel.h"

namespace stenometry {
namespace {

constexpr PhysicalLength working_px{.mm = 0.2, .uncalibrated_px = 1.0};

Image<float> sampled(const Image<float>& image, int reduction, float factor) {
    const cv::Size size = reduced(cv::Size(image.width(), image.height()), reduction);
    auto samples = Image<float>::unfilled(size.width, size.height);
    parallel_for(0, size.height, [&](int y) {
        const float* from = image.row(std::min(y * reduction + reduction / 2, image.height() - 1));
        float* to = samples.row(y);
        for (int x = 0; x < size.width; ++x)
            to[x] = factor * from[std::min(x * reduction + reduction / 2, image.width() - 1)];
    });
    return samples;
}

/// 255 where all pixels of a block are valid.
void reduce(const Image<std::uint8_t>& valid, int reduction, Image<std::uint8_t>& small) {
    const cv::Size size = reduced(cv::Size(valid.width(), valid.height()), reduction);
    if (small.width() != size.width || small.height() != size.height)
        small = Image<std::uint8_t>::unfilled(size.width, size.height);
    parallel_for(0, size.height, [&](int row) {
        std::uint8_t* out = small.row(row);
        std::fill_n(out, size.width, std::uint8_t{255});
        for (int y = row * reduction; y < std::min(valid.height(), (row + 1) * reduction); ++y) {
            const std::uint8_t* seen = valid.row(y);
            for (int x = 0; x < valid.width(); ++x)
                if (seen[x] == 0) out[x / reduction] = 0;
        }
    });
}

Calibration reduced(Calibration calibration, int reduction) {
    for (std::optional<double>* side : {&calibration.mm_per_px_x, &calibration.mm_per_px_y})
        if (*side) **side *= reduction;
    calibration.uncalibrated_scale /= reduction;
    return calibration;
}

}  // namespace

int working_reduction(const Calibration& calibration) {
    constexpr double rounding = 1.01;  // of a spacing in a file
    const double px = rounding * working_px.in_px(calibration);
    constexpr double coarsest = 64;  // a wrong spacing leaves some of the frame
    return px < 2 ? 1 : 1 << static_cast<int>(std::log2(std::min(px, coarsest)));
}

void reduce(const Image<float>& pixels, const Image<std::uint8_t>& valid, int reduction, Image<float>& small,
            Image<std::uint8_t>& small_valid) {
    const cv::Size size = reduced(cv::Size(pixels.width(), pixels.height()), reduction);
    if (small.width() != size.width || small.height() != size.height)
        small = Image<float>::unfilled(size.width, size.height);
    cv::Mat means = as_mat(small);
    average(as_mat(pixels), reduction, means);
    reduce(valid, reduction, small_valid);
}

void reduce(const EnhancedFrame& frame, int reduction, EnhancedFrame& small) {
    reduce(frame.attenuation, frame.valid, reduction, small.attenuation, small.valid);
    small.attenuation_noise_sd = frame.attenuation_noise_sd / reduction;  // white noise
    small.calibration = reduced(frame.calibration, reduction);
}

EnhancedFrame reduced(const EnhancedFrame& frame, int reduction) {
    if (reduction == 1) return frame;
    EnhancedFrame small;
    reduce(frame, reduction, small);
    small.noise = frame.noise;
    return small;
}

Vesselness reduced(const Vesselness& vesselness, int reduction) {
    if (reduction == 1) return vesselness;
    Vesselness small;
    small.response = from_mat<float>(averaged(as_mat(vesselness.response), reduction));
    small.scale_px = sampled(vesselness.scale_px, reduction, 1.0F / static_cast<float>(reduction));
    small.direction_rad = sampled(vesselness.direction_rad, reduction, 1.0F);
    small.calibration = reduced(vesselness.calibration, reduction);
    return small;
}

cv::Mat enlarged(const cv::Mat& image, int enlargement, cv::Size size, int interpolation) {
    if (enlargement == 1) return image;
    cv::Mat large;
    cv::resize(image, large, image.size() * enlargement, 0, 0, interpolation);
    return large(cv::Rect({}, size));
}

void enlarge(const Vesselness& small, int enlargement, const EnhancedFrame& frame, Enlarger& enlarger,
             Vesselness& large) {
    const cv::Size size(frame.valid.width(), frame.valid.height());
    for (Image<float>* plane : {&large.response, &large.scale_px, &large.direction_rad})
        if (!same_size(*plane, frame.valid)) *plane = Image<float>::unfilled(size.width, size.height);
    large.valid = frame.valid;
    large.calibration = frame.calibration;
    enlarger(as_mat(small.response), enlargement, size, Enlarger::Interpolation::cubic,
             [&](int y, const float* response) {
                 const std::uint8_t* seen = frame.valid.row(y);
                 const float *scale = small.scale_px.row(y / enlargement),
                             *direction = small.direction_rad.row(y / enlargement);
                 for (int x = 0; x < size.width; ++x) {
                     const bool is_seen = seen[x] != 0;
                     large.response(x, y) = is_seen ? std::clamp(response[x], 0.0F, 1.0F) : 0.0F;
                     large.scale_px(x, y) =
                         is_seen ? static_cast<float>(enlargement) * scale[x / enlargement] : 0.0F;
                     large.direction_rad(x, y) = is_seen ? direction[x / enlargement] : 0.0F;
                 }
             });
}

}  // namespace stenometry
