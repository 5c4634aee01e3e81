#include "stenometry/enhance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "stenometry/error.h"
#include "stenometry/phantom.h"

namespace stenometry {
namespace {

/// `width` x `height` pixels given by a function of x and y.
template <class F>
Frame make_frame(int width, int height, F intensity) {
    Frame frame;
    frame.intensity = Intensity::linear;
    frame.pixels = Image<float>(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) frame.pixels(x, y) = static_cast<float>(intensity(x, y));
    return frame;
}

/// Adds quantum noise: the variance of a pixel is `gain` times its value.
void add_noise(Frame& frame, double gain, unsigned seed = 1) {
    std::mt19937 random(seed);
    for (int y = 0; y < frame.height(); ++y)
        for (int x = 0; x < frame.width(); ++x) {
            float& pixel = frame.pixels(x, y);
            const double sd = std::sqrt(gain * static_cast<double>(pixel));
            pixel += static_cast<float>(std::normal_distribution<double>(0.0, sd)(random));
        }
}

double chord(double distance, double diameter) {
    return std::sqrt(std::max(0.0, diameter * diameter - 4.0 * distance * distance));
}

TEST(Enhance, AttenuationOfAVesselFollowsBeersLaw) {
    constexpr double mu = 0.03, diameter = 10.0;
    const Frame frame =
        make_frame(256, 256, [](int x, int) { return 2000.0 * std::exp(-mu * chord(x - 128.0, diameter)); });
    const EnhancedFrame enhanced = enhance(frame);
    // The background is lifted by a little of the vessel itself: one reweighting leaves less than a tenth.
    EXPECT_NEAR(enhanced.attenuation(128, 128), mu * diameter, 0.1 * mu * diameter);
    EXPECT_NEAR(enhanced.attenuation(40, 128), 0.0, 0.01 * mu * diameter);
}

TEST(Enhance, ASlowBackgroundVanishesAndAVesselStays) {
    const auto background = [](double x, double y) {
        return 3000.0 * std::exp(-0.8 * std::sin(x / 120.0) - 0.002 * y);
    };
    const Frame empty = make_frame(384, 384, [&](int x, int y) { return background(x, y); });
    const Frame filled = make_frame(
        384, 384, [&](int x, int y) { return background(x, y) * std::exp(-0.03 * chord(y - 190.0, 8.0)); });
    const Image<float> flat = enhance(empty).attenuation, vessel = enhance(filled).attenuation;
    for (int x = 50; x < 334; x += 10) {
        // A sine of period 750 px loses (25 / 120)^2 / 2 = 2 % of its 0.8 to a mean over sigma = 25 px.
        EXPECT_NEAR(flat(x, 190), 0.0, 0.03);
        EXPECT_NEAR(vessel(x, 190) - flat(x, 190), 0.24, 0.03);
    }
}

TEST(Enhance, GainOfTheDetectorDoesNotMatter) {
    Frame frame =
        make_frame(128, 128, [](int x, int y) { return 800.0 + 3.0 * x + 200.0 * std::sin(y / 9.0); });
    const Image<float> before = enhance(frame).attenuation;
    for (int y = 0; y < 128; ++y)
        for (int x = 0; x < 128; ++x) frame.pixels(x, y) *= 4.0f;
    const Image<float> after = enhance(frame).attenuation;
    for (int i = 0; i < 128; ++i) EXPECT_NEAR(before(i, i), after(i, i), 1e-4);
}

TEST(Enhance, ALogarithmicFrameIsAffineInAttenuation) {
    const auto attenuation = [](int x, int y) { return 0.01 * y + 0.03 * chord(x - 64.0, 8.0); };
    Frame linear = make_frame(128, 128, [&](int x, int y) { return 4000.0 * std::exp(-attenuation(x, y)); });
    Frame logarithmic =
        make_frame(128, 128, [&](int x, int y) { return 3000.0 - 700.0 * attenuation(x, y); });
    logarithmic.intensity = Intensity::logarithmic;
    const Image<float> a = enhance(linear).attenuation, b = enhance(logarithmic).attenuation;
    const double ratio = static_cast<double>(b(64, 64)) / static_cast<double>(a(64, 64));
    for (int y = 30; y < 100; ++y) EXPECT_NEAR(b(66, y), ratio * static_cast<double>(a(66, y)), 0.01);
}

TEST(Enhance, BordersOfTheValidRegionMakeNoEdge) {
    Frame frame = make_frame(256, 256, [](int x, int y) { return 1000.0 + 2.0 * x + y; });
    frame.valid = Image<std::uint8_t>(256, 256, 0);
    for (int y = 0; y < 256; ++y)
        for (int x = 0; x < 256; ++x) {
            frame.valid(x, y) = std::hypot(x - 128.0, y - 128.0) < 100.0 ? 255 : 0;
            if (!frame.valid(x, y)) frame.pixels(x, y) = 0.0f;
        }
    const EnhancedFrame enhanced = enhance(frame);
    for (int y = 0; y < 256; ++y)
        for (int x = 0; x < 256; ++x) {
            if (!frame.valid(x, y)) {
                ASSERT_EQ(enhanced.attenuation(x, y), 0.0f);
            }
            // The ramp is 0.2 % per pixel; a mean would lie 20 px off at the border and be wrong by 0.04.
            ASSERT_LT(std::abs(enhanced.attenuation(x, y)), 0.01f) << x << ' ' << y;
        }
}

TEST(Enhance, PixelsThatAreNotFiniteAreNotValid) {
    Frame frame = make_frame(64, 64, [](int x, int) { return 100.0 + x; });
    frame.pixels(20, 30) = std::numeric_limits<float>::quiet_NaN();
    frame.pixels(40, 30) = std::numeric_limits<float>::infinity();
    const EnhancedFrame enhanced = enhance(frame);
    EXPECT_EQ(enhanced.valid(20, 30), 0);
    EXPECT_EQ(enhanced.valid(40, 30), 0);
    EXPECT_EQ(enhanced.valid(41, 30), 255);
    for (int y = 0; y < 64; ++y)
        for (int x = 0; x < 64; ++x) ASSERT_TRUE(std::isfinite(enhanced.attenuation(x, y)));
}

TEST(Enhance, FramesWithNothingInThemComeOutFlat) {
    for (const double value : {0.0, -5.0, 1000.0}) {
        const EnhancedFrame constant = enhance(make_frame(40, 30, [&](int, int) { return value; }));
        for (int y = 0; y < 30; ++y)
            for (int x = 0; x < 40; ++x) ASSERT_NEAR(constant.attenuation(x, y), 0.0, 1e-5);
    }
    Frame hidden = make_frame(40, 30, [](int x, int) { return x; });
    hidden.valid = Image<std::uint8_t>(40, 30, 0);
    EXPECT_EQ(enhance(hidden).attenuation(3, 3), 0.0f);
    EXPECT_EQ(enhance(make_frame(1, 1, [](int, int) { return 7.0; })).attenuation(0, 0), 0.0f);
}

TEST(Enhance, OptionsOutOfRangeAreRefusedByName) {
    const Frame frame = make_frame(8, 8, [](int, int) { return 1.0; });
    try {
        enhance(frame, {.background = {.mm = -3.0, .uncalibrated_px = 50.0}});
        FAIL() << "a negative width was accepted";
    } catch (const InvalidInput& error) {
        EXPECT_STREQ(error.what(), "enhance.background.mm must be positive, but is -3");
    }
    EXPECT_THROW(enhance(Frame{}), InvalidInput);
}

TEST(EstimateNoise, FindsQuantumNoiseAtEveryLevel) {
    Frame frame = make_frame(512, 512, [](int x, int) { return 500.0 + 4.0 * x; });
    add_noise(frame, 2.0);
    const NoiseModel noise = estimate_noise(frame);
    for (const double level : {700.0, 1200.0, 2000.0, 2400.0})
        // A bin of 4000 values has a median good to 2 %, and overlapping taps make that worse.
        EXPECT_NEAR(noise.at(level), std::sqrt(2.0 * level), 0.08 * std::sqrt(2.0 * level)) << level;
}

TEST(EstimateNoise, VesselsAndEdgesAreNotNoise) {
    Frame frame = make_frame(512, 512, [](int x, int y) {
        const double vessels = 0.03 * chord(std::remainder(x + 0.3 * y, 60.0), 9.0);
        return (y > 250 ? 1500.0 : 1000.0) * std::exp(-vessels);
    });
    add_noise(frame, 1.0);
    const NoiseModel noise = estimate_noise(frame);
    EXPECT_NEAR(noise.at(1000.0), std::sqrt(1000.0), 0.15 * std::sqrt(1000.0));
}

TEST(EstimateNoise, NoiseSpreadOverNeighboursIsSeen) {
    Frame white = make_frame(512, 512, [](int, int) { return 1000.0; });
    add_noise(white, 1.0);
    Frame spread = make_frame(512, 512, [&](int x, int y) {
        double sum = 0.0;  // (1 6 1) / 8 both ways leaves 38/64 of the standard deviation
        for (int dy = -1; dy <= 1; ++dy)
            for (int dx = -1; dx <= 1; ++dx) {
                const int xx = std::clamp(x + dx, 0, 511), yy = std::clamp(y + dy, 0, 511);
                sum +=
                    (dx == 0 ? 6 : 1) * (dy == 0 ? 6 : 1) * static_cast<double>(white.pixels(xx, yy)) / 64.0;
            }
        return sum;
    });
    const double sd = 38.0 / 64.0 * std::sqrt(1000.0);
    // Pixels two apart still share a fortieth of their noise, which the mask takes for signal.
    EXPECT_NEAR(estimate_noise(spread).at(1000.0), sd, 0.08 * sd);
}

TEST(EstimateNoise, AttenuationNoiseIsTheRelativeNoiseOfTheFrame) {
    Frame frame = make_frame(256, 256, [](int, int) { return 1600.0; });
    add_noise(frame, 1.0);
    EXPECT_NEAR(enhance(frame).attenuation_noise_sd, 1.0 / 40.0, 0.05 / 40.0);
}

/// What the detector's spread leaves of the standard deviation of quanta that arrive one by one.
double left_by_spread(double sigma_px) {
    if (sigma_px == 0.0) return 1.0;
    double sum = 0.0, squares = 0.0;
    for (int i = -4; i <= 4; ++i) {
        const double weight = std::exp(-0.5 * i * i / (sigma_px * sigma_px));
        sum += weight;
        squares += weight * weight;
    }
    return squares / (sum * sum);  // once along x, once along y
}

TEST(EstimateNoise, FindsTheQuantaOfARenderedAngiogram) {
    for (const double spread_px : {0.0, 0.5})
        for (const double quanta : {300.0, 1500.0, 8000.0}) {
            const phantom::Scene scene{.width_px = 384,
                                       .height_px = 384,
                                       .tubes = {phantom::straight_tube(3.0, 70.0, 20.0)},
                                       .quanta_per_px = quanta,
                                       .noise_correlation_px = spread_px,
                                       .background = 0.0};
            const EnhancedFrame enhanced = enhance(phantom::render(scene).frame);
            // The taps' distance takes 2 % of a spread of 0.5 px for signal; the median is good to 3 %.
            const double relative_sd = left_by_spread(spread_px) / std::sqrt(quanta);
            EXPECT_NEAR(enhanced.attenuation_noise_sd, relative_sd, 0.06 * relative_sd)
                << quanta << ' ' << spread_px;
        }
}

TEST(Enhance, AChestBehindAVesselChangesItsAttenuationLittle) {
    phantom::Scene scene{.tubes = {phantom::straight_tube(3.0, 90.0, 35.0)}, .quanta_per_px = 0.0};
    const phantom::Phantom with_chest = phantom::render(scene);
    scene.background = 0.0;
    const phantom::Phantom alone = phantom::render(scene);
    const Image<float> behind = enhance(with_chest.frame).attenuation,
                       clear = enhance(alone.frame).attenuation;
    double vessel = 0.0, difference = 0.0, chest = 0.0;
    int on_vessel = 0, beside = 0;
    for (int y = 60; y < 452; ++y)
        for (int x = 60; x < 452; ++x) {
            if (alone.mask(x, y) != 0) {
                vessel += static_cast<double>(clear(x, y));
                difference += static_cast<double>(behind(x, y) - clear(x, y));
                ++on_vessel;
            } else {
                chest += std::abs(static_cast<double>(behind(x, y)));
                ++beside;
            }
        }
    EXPECT_NEAR(difference / on_vessel, 0.0, 0.1 * vessel / on_vessel);
    // Ribs are not wider than the background's 12 mm, so that some of them stays.
    EXPECT_LT(chest / beside, 0.15 * vessel / on_vessel);
}

TEST(EstimateNoise, IsEmptyWhereThereIsNothingToTellItFrom) {
    const NoiseModel noise = estimate_noise(make_frame(4, 4, [](int, int) { return 1.0; }));
    EXPECT_TRUE(noise.intensity.empty());
    EXPECT_TRUE(std::isnan(noise.at(1.0)));
}

}  // namespace
}  // namespace stenometry
