#include "lumen/lumen_reformation.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/grey_scale.h"
#include "core/statistics.h"

namespace stenometry {
namespace {

std::vector<double> known_values(const Image<float>& image, const Image<std::uint8_t>& known) {
    std::vector<double> values;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if (known(x, y) != 0) values.push_back(static_cast<double>(image(x, y)));
    return values;
}

/// Replaces grey values by logarithms of the intensity over that of `middle`.
void take_logarithm(Image<float>& values, const GreyScale& scale, double middle) {
    constexpr double dimmest = 1e-3;  // of the median: such samples are not known anyway
    for (int y = 0; y < values.height(); ++y)
        for (int x = 0; x < values.width(); ++x) {
            const auto value = static_cast<double>(values(x, y));
            values(x, y) = static_cast<float>(
                scale.is_proportional() ? std::log(std::max(dimmest, value / middle)) : value - middle);
        }
}

}  // namespace

LumenReformation reformat_lumen(const Frame& frame, const Polyline& line, double half_width_px) {
    const GreyScale scale(frame);
    LumenReformation reformation{
        .image = reformat(frame, line, right_normals(line, 2.0 * half_width_px), half_width_px, 1.0),
        .row_px = length(line) / static_cast<double>(line.size() - 1),
        .unit_known = scale.is_proportional()};
    Image<float>& values = reformation.image.profiles;
    reformation.known = Image<std::uint8_t>(reformation.columns(), reformation.rows(), 0);
    for (int y = 0; y < reformation.rows(); ++y)
        for (int x = 0; x < reformation.columns(); ++x) reformation.known(x, y) = scale.holds(values(x, y));
    take_logarithm(values, scale, median(known_values(values, reformation.known)));
    return reformation;
}

}  // namespace stenometry
