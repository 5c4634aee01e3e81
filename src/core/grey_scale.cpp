#include "core/grey_scale.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace stenometry {
namespace {

bool any_above(const Image<float>& image, float limit) {
    for (int y = 0; y < image.height(); ++y)
        if (std::any_of(image.row(y), image.row(y) + image.width(), [&](float v) { return v > limit; }))
            return true;
    return false;
}

/// Smallest and largest value, without NaN. Several at a time, which compilers turn into vectors.
std::array<float, 2> range_of(const Image<float>& image) {
    constexpr int lanes = 8;
    constexpr float infinity = std::numeric_limits<float>::infinity();
    std::array<float, lanes> low, high;
    low.fill(infinity), high.fill(-infinity);
    const auto take = [&](float value, std::size_t k) {
        low[k] = value < low[k] ? value : low[k];
        high[k] = value > high[k] ? value : high[k];
    };
    for (int y = 0; y < image.height(); ++y) {
        const float* row = image.row(y);
        int x = 0;
        for (; x + lanes <= image.width(); x += lanes)
            for (int k = 0; k < lanes; ++k) take(row[x + k], static_cast<std::size_t>(k));
        for (; x < image.width(); ++x) take(row[x], 0);
    }
    return {*std::min_element(low.begin(), low.end()), *std::max_element(high.begin(), high.end())};
}

/// Whether the scale ends at its outermost value: many pixels share it. Where most do, it is an even
/// background, or the collimator.
bool ends_at(const Image<float>& image, float value) {
    if (value != std::floor(value)) return false;  // not digital
    std::size_t shared = 0;
    for (int y = 0; y < image.height(); ++y)
        shared += static_cast<std::size_t>(std::count(image.row(y), image.row(y) + image.width(), value));
    const double part = static_cast<double>(shared) / static_cast<double>(image.size());
    return part > 5e-4 && part < 0.3;
}

}  // namespace

Intensity meaning_of(const Frame& frame) {
    if (frame.intensity != Intensity::unknown) return frame.intensity;
    constexpr float highest_of_8_bits = 255.0F;
    return any_above(frame.pixels, highest_of_8_bits) ? Intensity::linear : Intensity::display;
}

Intensity cautious_meaning_of(const Frame& frame) {
    return frame.intensity == Intensity::unknown ? Intensity::display : frame.intensity;
}

GreyScale::GreyScale(const Frame& frame) : meaning(meaning_of(frame)) {
    const auto [low, high] = range_of(frame.pixels);
    if (ends_at(frame.pixels, low)) lowest = low + 0.5F;
    if (ends_at(frame.pixels, high)) highest = high - 0.5F;
    if (is_proportional()) lowest = std::max(lowest, 0.0F);
}

double GreyScale::attenuation(double from, double to) const {
    if (!is_proportional()) return from - to;
    return from > 0.0 && to > 0.0 ? std::log(from / to) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace stenometry
