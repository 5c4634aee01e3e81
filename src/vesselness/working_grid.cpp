#include "vesselness/working_grid.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <optional>

#include "core/blocks.h"
#include "core/mat.h"

namespace stenometry {
namespace {

constexpr PhysicalLength working_px{.mm = 0.2, .uncalibrated_px = 1.0};

Image<float> sampled(const Image<float>& image, int reduction, float factor) {
    const cv::Size size = reduced(cv::Size(image.width(), image.height()), reduction);
    auto samples = Image<float>::unfilled(size.width, size.height);
    tbb::parallel_for(0, size.height, [&](int y) {
        const float* from = image.row(std::min(y * reduction + reduction / 2, image.height() - 1));
        float* to = samples.row(y);
        for (int x = 0; x < size.width; ++x)
            to[x] = factor * from[std::min(x * reduction + reduction / 2, image.width() - 1)];
    });
    return samples;
}

Image<float> repeated(const Image<float>& image, int times, cv::Size size, float factor) {
    auto repeats = Image<float>::unfilled(size.width, size.height);
    tbb::parallel_for(0, image.height(), [&](int row) {
        const float* from = image.row(row);
        float* first = repeats.row(row * times);
        for (int x = 0; x < size.width; ++x) first[x] = factor * from[x / times];
        for (int y = row * times + 1; y < std::min(size.height, (row + 1) * times); ++y)
            std::copy_n(first, size.width, repeats.row(y));
    });
    return repeats;
}

Calibration reduced(Calibration calibration, int reduction) {
    for (std::optional<double>* side : {&calibration.mm_per_px_x, &calibration.mm_per_px_y})
        if (*side) **side *= reduction;
    calibration.uncalibrated_scale /= reduction;
    return calibration;
}

Image<std::uint8_t> reduced(const Image<std::uint8_t>& valid, int reduction) {
    return from_mat<std::uint8_t>(averaged(as_mat(valid) != 0, reduction) == 255);
}

}  // namespace

int working_reduction(const Calibration& calibration) {
    constexpr double rounding = 1.01;  // of a spacing in a file
    const double px = rounding * working_px.in_px(calibration);
    constexpr double coarsest = 64;  // a wrong spacing leaves some of the frame
    return px < 2 ? 1 : 1 << static_cast<int>(std::log2(std::min(px, coarsest)));
}

EnhancedFrame reduced(const EnhancedFrame& frame, int reduction) {
    if (reduction == 1) return frame;
    EnhancedFrame small;
    small.attenuation = from_mat<float>(averaged(as_mat(frame.attenuation), reduction));
    small.valid = reduced(frame.valid, reduction);
    small.noise = frame.noise;
    small.attenuation_noise_sd = frame.attenuation_noise_sd / reduction;  // white noise
    small.calibration = reduced(frame.calibration, reduction);
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

Vesselness enlarged(const Vesselness& small, int enlargement, const EnhancedFrame& frame) {
    const cv::Size size(frame.valid.width(), frame.valid.height());
    Vesselness large;
    const cv::Mat response = enlarged(as_mat(small.response), enlargement, size, cv::INTER_CUBIC);
    large.response = from_mat<float>(cv::min(cv::max(response, 0.0), 1.0));
    large.scale_px = repeated(small.scale_px, enlargement, size, static_cast<float>(enlargement));
    large.direction_rad = repeated(small.direction_rad, enlargement, size, 1.0F);
    large.valid = frame.valid;
    large.calibration = frame.calibration;
    if (cv::countNonZero(as_mat(frame.valid)) < size.area())
        for (Image<float>* plane : {&large.response, &large.scale_px, &large.direction_rad})
            as_mat(*plane).setTo(0.0F, as_mat(frame.valid) == 0);
    return large;
}

}  // namespace stenometry
