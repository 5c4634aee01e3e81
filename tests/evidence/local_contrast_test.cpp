#include "evidence/local_contrast.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace stenometry {
namespace {

struct Picture {
    Image<float> pixels;
    Image<std::uint8_t> valid;
};

/// A textured picture on a slope, of which a corner and some single pixels are not valid.
Picture picture(int width, int height, float scale = 1.0F, float offset = 0.0F) {
    Picture made{Image<float>(width, height), Image<std::uint8_t>(width, height, 255)};
    std::mt19937 random(3);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const auto grey = static_cast<float>(100 + x + random() % 60);
            made.pixels(x, y) = offset + scale * grey;
            if (x + y < width / 3 || random() % 50 == 0) {
                made.valid(x, y) = 0;
                made.pixels(x, y) = std::numeric_limits<float>::quiet_NaN();
            }
        }
    return made;
}

std::vector<float> all_rows(const Picture& picture, std::size_t channel) {
    LocalContrast contrast;
    contrast.prepare(picture.pixels, picture.valid);
    std::vector<float> rows(picture.pixels.size());
    for (int y = 0; y < picture.pixels.height(); ++y)
        contrast.write_row(channel, y, rows.data() + y * picture.pixels.width());
    return rows;
}

struct Moments {
    double mean = 0, sd = 0;
};

/// Of the valid pixels of a window, as the definition has it.
Moments moments(const Picture& picture, int left, int top, int right, int bottom) {
    double sum = 0, squares = 0, count = 0;
    for (int y = std::max(top, 0); y <= std::min(bottom, picture.pixels.height() - 1); ++y)
        for (int x = std::max(left, 0); x <= std::min(right, picture.pixels.width() - 1); ++x)
            if (picture.valid(x, y)) {
                const double value = double{picture.pixels(x, y)};
                sum += value, squares += value * value, ++count;
            }
    const double mean = sum / count;
    return {mean, std::sqrt(std::max(0.0, squares / count - mean * mean))};
}

TEST(LocalContrast, IsWhatTheWindowsOfValidPixelsSay) {
    for (const auto& [width, height] : {std::pair{1, 1}, {3, 2}, {23, 31}, {151, 140}}) {
        const Picture p = picture(width, height);
        const double whole = moments(p, 0, 0, width, height).sd + 1e-6;
        for (std::size_t channel = 0; channel < LocalContrast::radii_px.size(); ++channel) {
            const int r = LocalContrast::radii_px[channel];
            const std::vector<float> rows = all_rows(p, channel);
            for (int y = 0; y < height; y += 3)
                for (int x = 0; x < width; ++x) {
                    double expected = 0;
                    if (p.valid(x, y)) {
                        const Moments m = moments(p, x - r, y - r, x + r, y + r);
                        expected = (double{p.pixels(x, y)} - m.mean) / (m.sd + 0.1 * whole);
                    }
                    ASSERT_NEAR(rows[std::size_t(y * width + x)], std::clamp(expected, -4.0, 4.0), 1e-4)
                        << x << ' ' << y << ' ' << r;
                }
        }
    }
}

TEST(LocalContrast, IsTheSameOnEveryGreyScale) {
    // 16 bits, far from zero, against what single precision leaves of 8 bits.
    const std::vector<float> grey = all_rows(picture(97, 80), 1);
    const std::vector<float> bits16 = all_rows(picture(97, 80, 128.0F, 20000.0F), 1);
    for (std::size_t i = 0; i < grey.size(); ++i) ASSERT_NEAR(grey[i], bits16[i], 1e-4) << i;
}

TEST(LocalContrast, OfAFlatPictureIsNothing) {
    const Picture flat{Image<float>(40, 30, 17.0F), Image<std::uint8_t>(40, 30, 255)};
    for (const float value : all_rows(flat, 2)) ASSERT_EQ(value, 0.0F);
}

TEST(LocalContrast, OfAPictureWithoutValidPixelsIsNothing) {
    const Picture hidden{Image<float>(40, 30, std::numeric_limits<float>::infinity()),
                         Image<std::uint8_t>(40, 30, 0)};
    for (const float value : all_rows(hidden, 0)) ASSERT_EQ(value, 0.0F);
}

}  // namespace
}  // namespace stenometry
