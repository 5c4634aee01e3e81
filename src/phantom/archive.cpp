#include "phantom/archive.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/interpolate.h"
#include "phantom/portable_math.h"
#include "phantom/rows.h"

namespace stenometry::phantom {
namespace {

template <class Change>
void change_each(Beam& image, const Change& change) {
    for_each_row(image.height(), [&](int y) {
        for (int x = 0; x < image.width(); ++x) image(x, y) = change(image(x, y));
    });
}

double power_of(double beam, double exponent) {
    const double log = portable::log(std::max(beam, 1e-5));
    return exponent == 0.0 ? log : (portable::exp(exponent * log) - 1.0) / exponent;
}

bool is_open(const Image<std::uint8_t>& open, int x, int y) { return open.empty() || open(x, y) != 0; }

double mean_of(const Beam& image, const Image<std::uint8_t>& open) {
    double count = 0.0, sum = 0.0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if (is_open(open, x, y)) {
                count += 1.0;
                sum += image(x, y);
            }
    return count > 0.0 ? sum / count : 0.0;
}

/// The slope of `power_of` against the logarithm, at the mean beam.
double power_of_mean(const Beam& beam, const Image<std::uint8_t>& open, double exponent) {
    return portable::exp(exponent * portable::log(std::max(1e-5, mean_of(beam, open))));
}

void harmonise(Beam& image, const Image<std::uint8_t>& open, double part, double sigma_px) {
    const double mean = mean_of(image, open);
    Beam filled = image;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if (!is_open(open, x, y)) filled(x, y) = mean;
    const Beam slow = widely_blurred(filled, sigma_px);
    for_each_row(image.height(), [&](int y) {
        for (int x = 0; x < image.width(); ++x) image(x, y) -= part * (slow(x, y) - mean);
    });
}

/// Grey values 0..1 of a window around the mean.
void window(Beam& image, const Image<std::uint8_t>& open, const Archive& archive, double slope) {
    const double mean = mean_of(image, open);
    change_each(image, [&](double value) {
        const double at = (value - mean) / (archive.window * slope) + archive.level;
        if (!archive.sigmoid) return std::clamp(at, 0.0, 1.0);
        return 1.0 / (1.0 + portable::exp(-4.0 * std::clamp(at - 0.5, -10.0, 10.0)));
    });
    if (archive.gamma != 1.0)
        change_each(image, [&](double value) {
            return value > 0.0 ? portable::exp(archive.gamma * portable::log(value)) : 0.0;
        });
}

constexpr int grey_levels = 128;
using Table = std::array<double, grey_levels>;

int level_of(double value) { return std::clamp(static_cast<int>(value * grey_levels), 0, grey_levels - 1); }

/// Cumulative histogram of one tile with its peaks cut: Pizer et al., CVGIP 39 (1987) 355.
Table equalising(const Beam& image, int x0, int y0, int x1, int y1) {
    constexpr double clip = 3.0;  // times the mean of the histogram
    Table counts{};
    for (int y = y0; y < y1; ++y)
        for (int x = x0; x < x1; ++x) counts[static_cast<std::size_t>(level_of(image(x, y)))] += 1.0;
    const double pixels = std::max(1.0, double(x1 - x0) * (y1 - y0)), most = clip * pixels / grey_levels;
    double excess = 0.0, sum = 0.0;
    for (double& count : counts) {
        excess += std::max(0.0, count - most);
        count = std::min(count, most);
    }
    for (double& count : counts) count = (sum += count + excess / grey_levels) / pixels;
    return counts;
}

/// The tables of all tiles, and values between their middles.
class LocalEqualisation {
  public:
    explicit LocalEqualisation(const Beam& image) : width_(image.width()), height_(image.height()) {
        for (int y = 0; y < tiles; ++y)
            for (int x = 0; x < tiles; ++x)
                table(x, y) = equalising(image, x * width_ / tiles, y * height_ / tiles,
                                         (x + 1) * width_ / tiles, (y + 1) * height_ / tiles);
    }

    double operator()(int x, int y, double value) const {
        const double u = place(x, width_), v = place(y, height_);
        const int tx = static_cast<int>(u), ty = static_cast<int>(v);
        const auto level = static_cast<std::size_t>(level_of(value));
        const auto of = [&](int i, int j) { return table(tx + i, ty + j)[level]; };
        const double top = of(0, 0) + (u - tx) * (of(1, 0) - of(0, 0));
        const double bottom = of(0, 1) + (u - tx) * (of(1, 1) - of(0, 1));
        return top + (v - ty) * (bottom - top);
    }

  private:
    static constexpr int tiles = 8;

    static double place(int pixel, int size) {
        return std::clamp((pixel + 0.5) * tiles / size - 0.5, 0.0, tiles - 1.001);
    }
    static std::size_t at(int x, int y) { return static_cast<std::size_t>(y * tiles + x); }
    Table& table(int x, int y) { return tables_[at(x, y)]; }
    const Table& table(int x, int y) const { return tables_[at(x, y)]; }

    int width_, height_;
    std::array<Table, static_cast<std::size_t>(tiles* tiles)> tables_{};
};

void equalise(Beam& image, double part) {
    const LocalEqualisation equalised(image);
    for_each_row(image.height(), [&](int y) {
        for (int x = 0; x < image.width(); ++x)
            image(x, y) += part * (equalised(x, y, image(x, y)) - image(x, y));
    });
}

void blacken(Beam& image, const Image<std::uint8_t>& open) {
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if (!is_open(open, x, y)) image(x, y) = 0.0;
}

Beam median_of_nine(const Beam& image) {
    Beam result(image.width(), image.height());
    for_each_row(image.height(), [&](int y) {
        for (int x = 0; x < image.width(); ++x) {
            std::array<double, 9> near{};
            for (int i = 0; i < 9; ++i)
                near[static_cast<std::size_t>(i)] = image(std::clamp(x + i % 3 - 1, 0, image.width() - 1),
                                                          std::clamp(y + i / 3 - 1, 0, image.height() - 1));
            std::nth_element(near.begin(), near.begin() + 4, near.end());
            result(x, y) = near[4];
        }
    });
    return result;
}

/// Cubic interpolation, as consoles magnify.
Image<float> magnified(const Beam& image, int width, int height) {
    Image<float> from(image.width(), image.height()), to(width, height);
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) from(x, y) = static_cast<float>(255.0 * image(x, y));
    if (width == image.width() && height == image.height()) return from;
    const double sx = double(image.width()) / width, sy = double(image.height()) / height;
    for_each_row(height, [&](int y) {
        for (int x = 0; x < width; ++x)
            to(x, y) = sample_bicubic(from, {(x + 0.5) * sx - 0.5, (y + 0.5) * sy - 0.5});
    });
    return to;
}

/// Steps of the cosine coefficients of brightness at quality 50: ITU-T T.81, table K.1.
constexpr std::array<int, 64> quantisation{
    16, 11,  10,  16, 24, 40, 51, 61, 12,  12,  14,  19,  26, 58, 60, 55,  14,  13,  16,  24, 40, 57,
    69, 56,  14,  17, 22, 29, 51, 87, 80,  62,  18,  22,  37, 56, 68, 109, 103, 77,  24,  35, 55, 64,
    81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98,  112, 100, 103, 99};

using Block = std::array<float, 64>;

const Block& cosines() {
    static const Block table = [] {
        Block c{};
        for (int k = 0; k < 8; ++k)
            for (int n = 0; n < 8; ++n)
                c[static_cast<std::size_t>(8 * k + n)] = static_cast<float>(
                    (k == 0 ? std::sqrt(0.125) : 0.5) * portable::cos((2 * n + 1) * k * portable::pi / 16.0));
        return c;
    }();
    return table;
}

/// Rows of the block times the cosines or, to go back, their transpose, then the block transposed.
Block transformed(const Block& block, bool back) {
    const Block& c = cosines();
    Block result{};
    for (std::size_t row = 0; row < 8; ++row)
        for (std::size_t k = 0; k < 8; ++k) {
            float sum = 0.0F;
            for (std::size_t n = 0; n < 8; ++n) sum += block[8 * row + n] * c[back ? 8 * n + k : 8 * k + n];
            result[8 * k + row] = sum;
        }
    return result;
}

void quantise(Block& coefficients, int quality) {
    const int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
    for (std::size_t i = 0; i < 64; ++i) {
        const auto step = static_cast<float>(std::clamp((quantisation[i] * scale + 50) / 100, 1, 255));
        coefficients[i] = step * std::floor(coefficients[i] / step + 0.5F);
    }
}

/// What JPEG's cosine coefficients leave of the picture; the coding of the coefficients loses nothing.
void compress(Image<float>& image, int quality) {
    for_each_row((image.height() + 7) / 8, [&](int by) {
        for (int bx = 0; bx < (image.width() + 7) / 8; ++bx) {
            const auto pixel = [&](std::size_t i) -> float& {
                return image(std::min(8 * bx + static_cast<int>(i % 8), image.width() - 1),
                             std::min(8 * by + static_cast<int>(i / 8), image.height() - 1));
            };
            Block block{};
            for (std::size_t i = 0; i < 64; ++i) block[i] = pixel(i) - 128.0F;
            block = transformed(transformed(block, false), false);
            quantise(block, quality);
            block = transformed(transformed(block, true), true);
            for (std::size_t i = 64; i-- > 0;) pixel(i) = block[i] + 128.0F;
        }
    });
}

void round_to_bytes(Image<float>& image) {
    for_each_row(image.height(), [&](int y) {
        for (int x = 0; x < image.width(); ++x)
            image(x, y) = std::clamp(std::floor(image(x, y) + 0.5F), 0.0F, 255.0F);
    });
}

}  // namespace

Image<float> archived(const Beam& beam, const Image<std::uint8_t>& open, const Archive& archive,
                      double harmonised_px, int width, int height) {
    Beam image = beam;
    // Change of the grey value with attenuation at the mean of the picture.
    const double slope = power_of_mean(beam, open, archive.exponent);
    change_each(image, [&](double value) { return power_of(value, archive.exponent); });
    if (archive.harmonise > 0.0) harmonise(image, open, archive.harmonise, harmonised_px);
    window(image, open, archive, slope);
    if (archive.shutter) blacken(image, open);
    if (archive.unsharp > 0.0) sharpen(image, archive.unsharp, archive.unsharp_radius_px);
    if (archive.equalise > 0.0) equalise(image, archive.equalise);
    if (archive.median) image = median_of_nine(image);
    Image<float> shown = magnified(image, width, height);
    round_to_bytes(shown);
    if (archive.jpeg_quality > 0) compress(shown, archive.jpeg_quality);
    round_to_bytes(shown);
    return shown;
}

}  // namespace stenometry::phantom
