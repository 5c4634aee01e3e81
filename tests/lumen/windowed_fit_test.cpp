#include "lumen/windowed_fit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "stenometry/interop/opencv.h"
#include "support/drawn_vessels.h"

namespace stenometry {
namespace {

constexpr double radius_px = 6.0, axis_y = 40.0, blur_px = 1.2;
constexpr int length_px = 640;

/// Attenuation per pixel: contrast medium that is diluted to a half in the middle.
double attenuation_at(double x) {
    const double away = (x - 320.0) / 200.0;
    return 0.024 * (1.0 - 0.5 * std::exp(-away * away));
}

/// A tube along y = 40.
Frame diluted_tube() {
    Frame frame;
    frame.intensity = Intensity::linear;
    frame.pixels = Image<float>(length_px, 81);
    for (int y = 0; y < frame.height(); ++y)
        for (int x = 0; x < length_px; ++x) {
            double passed = 0.0;
            constexpr int parts = 8;  // of a pixel, over which the edge is averaged
            for (int k = 0; k < parts; ++k) {
                const double across = y - axis_y + (k + 0.5) / parts - 0.5;
                const double chord = 2.0 * std::sqrt(std::max(0.0, radius_px * radius_px - across * across));
                passed += std::exp(-attenuation_at(x) * chord) / parts;
            }
            frame.pixels(x, y) = static_cast<float>(4000.0 * passed);
        }
    cv::Mat pixels = interop::as_mat(frame.pixels), noise(pixels.size(), CV_32F);
    cv::GaussianBlur(pixels, pixels, {}, blur_px);
    cv::RNG random(1);
    random.fill(noise, cv::RNG::NORMAL, 0.0, 15.0);
    pixels += noise;
    return frame;
}

LumenFit fit_between(double from_x, double to_x, double window_px) {
    const Polyline line = resample(drawn::line({from_x, axis_y}, {to_x, axis_y}), 0.5);
    return fit_lumen_in_windows(diluted_tube(), line, std::vector<double>(line.size(), radius_px), blur_px,
                                window_px);
}

TEST(WindowedFit, RadiusDoesNotFollowContrastThatIsDiluted) {
    const LumenFit fit = fit_between(20.0, 620.0, 160.0);
    ASSERT_TRUE(fit.found);
    ASSERT_EQ(fit.radius_px.size(), 1201U);
    // px: two standard errors at this noise; the ends, of which less is seen, are left out
    for (std::size_t i = 40; i + 40 < fit.radius_px.size(); ++i)
        EXPECT_NEAR(fit.radius_px[i], radius_px, 0.35);
}

TEST(WindowedFit, APlaceHasOneRadiusInAShortAndInALongVessel) {
    const LumenFit part = fit_between(250.0, 400.0, 160.0), whole = fit_between(20.0, 620.0, 160.0);
    ASSERT_TRUE(part.found && whole.found);
    for (std::size_t i = 40; i + 40 < part.radius_px.size(); ++i)
        EXPECT_NEAR(part.radius_px[i], whole.radius_px[i + 460], 0.25);  // px: a fifth of the blur
}

TEST(WindowedFit, PosteriorSamplesHaveTheLengthOfTheLineAndNoGaps) {
    const LumenFit fit = fit_between(20.0, 620.0, 160.0);
    ASSERT_FALSE(fit.samples_px.empty());
    for (const std::vector<double>& sample : fit.samples_px) {
        ASSERT_EQ(sample.size(), fit.radius_px.size());
        EXPECT_TRUE(std::all_of(sample.begin(), sample.end(), [](double r) { return r > 0.0; }));
    }
}

}  // namespace
}  // namespace stenometry
