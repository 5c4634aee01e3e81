#include "lumen/lumen_reformation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/statistics.h"

namespace stenometry {
namespace {

float highest_value(const Frame& frame) {
    float highest = frame.pixels(0, 0);
    for (int y = 0; y < frame.height(); ++y)
        highest =
            std::max(highest, *std::max_element(frame.pixels.row(y), frame.pixels.row(y) + frame.width()));
    return highest;
}

/// Whether grey values are proportional to X-rays. Where nothing is said, 8 bits were made for viewing.
bool is_linear(const Frame& frame) {
    if (frame.intensity != Intensity::unknown) return frame.intensity == Intensity::linear;
    constexpr float highest_of_8_bits = 255.0F;
    return highest_value(frame) > highest_of_8_bits;
}

/// The grey values between which the scale runs: beyond, many pixels share the lowest or highest one. Where
/// most do, it is an even background, or the collimator.
struct Scale {
    explicit Scale(const Frame& frame) {
        float low = frame.pixels(0, 0), high = low;
        std::size_t lows = 0, highs = 0;
        for (int y = 0; y < frame.height(); ++y)
            for (int x = 0; x < frame.width(); ++x) {
                const float value = frame.pixels(x, y);
                if (value < low) low = value, lows = 0;
                if (value > high) high = value, highs = 0;
                lows += value == low;
                highs += value == high;
            }
        const auto ends = [&](float value, std::size_t shared) {
            const bool digital = value == std::floor(value);
            const double part = static_cast<double>(shared) / static_cast<double>(frame.pixels.size());
            return digital && part > 5e-4 && part < 0.3;
        };
        if (ends(low, lows)) lowest = low + 0.5F;
        if (ends(high, highs)) highest = high - 0.5F;
    }
    bool holds(float value) const { return value > lowest && value < highest; }
    float lowest = -std::numeric_limits<float>::infinity(), highest = std::numeric_limits<float>::infinity();
};

std::vector<double> sorted_out(const Image<float>& image, const Image<std::uint8_t>& use) {
    std::vector<double> values;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if (use(x, y) != 0) values.push_back(static_cast<double>(image(x, y)));
    return values;
}

/// The level on either side of the vessel, row by row: what is brighter than a little over half of a while
/// along it, because other vessels are dark.
std::vector<std::array<double, 2>> levels_beside(const Strip& strip, const Image<float>& background) {
    constexpr double while_px = 12.0, brighter_than = 0.6;
    const int third = strip.columns() / 3, reach = static_cast<int>(while_px / strip.row_px);
    std::vector<std::array<double, 2>> levels(static_cast<std::size_t>(strip.rows()));
    constexpr int stride = 2;  // neighbours say the same
    for (int r = 0; r < strip.rows(); r += stride)
        for (const int begin : {0, strip.columns() - third}) {
            std::vector<double> values;
            for (int y = std::max(0, r - reach); y <= std::min(strip.rows() - 1, r + reach); y += stride)
                for (int c = begin; c < begin + third; c += stride)
                    if (strip.known(c, y) != 0) values.push_back(static_cast<double>(background(c, y)));
            const double level = values.empty() ? 0.0 : quantile(std::move(values), brighter_than);
            for (int k = r; k < std::min(strip.rows(), r + stride); ++k)
                levels[static_cast<std::size_t>(k)][begin == 0 ? 0 : 1] = level;
        }
    return levels;
}

/// Running sums of one line: sums[k] is the sum of the first k values.
template <class Value>
void accumulate(std::vector<double>& sums, int count, Value value) {
    sums.assign(static_cast<std::size_t>(count) + 1, 0.0);
    for (int k = 0; k < count; ++k)
        sums[static_cast<std::size_t>(k) + 1] = sums[static_cast<std::size_t>(k)] + value(k);
}

/// Mean over a square of 2 reach + 1 samples.
Image<float> box_mean(const Image<float>& image, int reach) {
    Image<float> rows(image.width(), image.height()), out(image.width(), image.height());
    std::vector<double> sums;
    const auto mean = [&](int k, int count) {
        const int begin = std::max(0, k - reach), end = std::min(count, k + reach + 1);
        return static_cast<float>(
            (sums[static_cast<std::size_t>(end)] - sums[static_cast<std::size_t>(begin)]) / (end - begin));
    };
    for (int y = 0; y < image.height(); ++y) {
        accumulate(sums, image.width(), [&](int x) { return static_cast<double>(image(x, y)); });
        for (int x = 0; x < image.width(); ++x) rows(x, y) = mean(x, image.width());
    }
    for (int x = 0; x < image.width(); ++x) {
        accumulate(sums, image.height(), [&](int y) { return static_cast<double>(rows(x, y)); });
        for (int y = 0; y < image.height(); ++y) out(x, y) = mean(y, image.height());
    }
    return out;
}

/// Variance of a mean over five samples each way, of the texture that the levels beside do not follow.
double variance_of_mean(const Texture& texture) {
    constexpr double followed_px = 2.5;
    double variance = texture.white / 25.0;
    for (std::size_t k = 0; k < texture.variance.size(); ++k) {
        const double w2 = Texture::widths_px[k] * Texture::widths_px[k];
        variance += texture.variance[k] * w2 / (w2 + 4.0) * followed_px * followed_px /
                    (followed_px * followed_px + w2);
    }
    return variance;
}

double distance_from_wall(const Strip& strip, const LumenCourse& lumen, int column, int row) {
    const auto r = static_cast<std::size_t>(row);
    return std::abs(strip.values.offset_px(column) - lumen.axis_px[r]) - lumen.radius_px[r];
}

/// What shows in one sample shows in its neighbours beside the lumen, too, but less.
Image<float> with_surroundings(const Image<float>& found, const Strip& strip, const LumenCourse& lumen) {
    constexpr float part = 0.7F;
    Image<float> wider = found.clone();
    for (int y = 0; y < strip.rows(); ++y)
        for (int x = 0; x < strip.columns(); ++x) {
            if (distance_from_wall(strip, lumen, x, y) <= 0.0) continue;
            for (int j = std::max(0, y - 1); j <= std::min(strip.rows() - 1, y + 1); ++j)
                for (int i = std::max(0, x - 1); i <= std::min(strip.columns() - 1, x + 1); ++i)
                    wider(x, y) = std::max(wider(x, y), part * found(i, j));
        }
    return wider;
}

}  // namespace

Strip make_strip(const Frame& frame, const Polyline& line, double half_width_px) {
    Strip strip{
        .values = straighten(frame, line, right_normals(line, 2.0 * half_width_px), half_width_px, 1.0),
        .row_px = length(line) / static_cast<double>(line.size() - 1),
        .scaled = !is_linear(frame)};
    strip.known = Image<std::uint8_t>(strip.columns(), strip.rows(), 0);
    const Scale scale(frame);
    Image<float>& values = strip.values.profiles;
    for (int y = 0; y < strip.rows(); ++y)
        for (int x = 0; x < strip.columns(); ++x)
            strip.known(x, y) = scale.holds(values(x, y)) && (strip.scaled || values(x, y) > 0.0F);

    const double middle = median(sorted_out(values, strip.known));
    for (int y = 0; y < strip.rows(); ++y)
        for (int x = 0; x < strip.columns(); ++x) {
            const auto value = static_cast<double>(values(x, y));
            const double dimmest = 1e-3;  // of the median: such samples are not known anyway
            values(x, y) = static_cast<float>(strip.scaled ? value - middle
                                                           : std::log(std::max(dimmest, value / middle)));
        }
    return strip;
}

Texture texture_beside(const Strip& strip, const Image<float>& background, const Image<std::uint8_t>& counted,
                       const LumenCourse& lumen, double blur_px) {
    Image<std::uint8_t> beside(strip.columns(), strip.rows());
    for (int y = 0; y < strip.rows(); ++y)
        for (int x = 0; x < strip.columns(); ++x)
            beside(x, y) = counted(x, y) != 0 && distance_from_wall(strip, lumen, x, y) > 2.5 * blur_px;
    return estimate_texture(background, beside);
}

Image<float> find_strangers(const Strip& strip, const Image<float>& background, const LumenCourse& lumen,
                            const Texture& texture, const Strangers& strangers) {
    const auto levels = levels_beside(strip, background);
    Image<float> rest(strip.columns(), strip.rows());
    const double third = strip.columns() / 3.0;
    for (int y = 0; y < strip.rows(); ++y)
        for (int x = 0; x < strip.columns(); ++x) {
            const auto& level = levels[static_cast<std::size_t>(y)];
            const double place = (x - 0.5 * third) / (strip.columns() - third);
            rest(x, y) = strip.known(x, y) == 0
                             ? 0.0F
                             : background(x, y) - static_cast<float>(std::lerp(level[0], level[1], place));
        }
    constexpr double strange = 5.0;  // standard errors
    constexpr double fainter_part = 0.12, wall_part = 0.3,
                     lumen_part = 0.6;  // of the vessel's depth; fainter ones hardly move its walls
    const double limit =
        std::max(fainter_part * strangers.depth, strange * std::sqrt(variance_of_mean(texture)));
    const double limit_at_wall = std::max(wall_part * strangers.depth, limit),
                 limit_in_lumen = std::max(lumen_part * strangers.depth, limit);
    const Image<float> means = box_mean(rest, 2);
    const auto strange_here = [&](double mean, double from_wall) {
        if (from_wall >= strangers.beside_px) return std::abs(mean) > limit;
        if (!strangers.in_lumen_too) return false;
        return -mean > (from_wall >= 0.25 * strangers.beside_px ? limit_at_wall : limit_in_lumen);
    };
    Image<float> found(strip.columns(), strip.rows(), 0.0F);
    for (int y = 0; y < strip.rows(); ++y)
        for (int x = 0; x < strip.columns(); ++x)
            if (strange_here(static_cast<double>(means(x, y)), distance_from_wall(strip, lumen, x, y)))
                found(x, y) = std::abs(means(x, y));
    return with_surroundings(found, strip, lumen);
}

}  // namespace stenometry
