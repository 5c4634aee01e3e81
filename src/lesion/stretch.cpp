#include "lesion/stretch.h"

#include <algorithm>

namespace stenometry {
namespace {

/// Where between i and its neighbour beyond the border the values pass the border, as a fraction of a sample.
double border_fraction(const std::vector<double>& values, std::size_t inside, std::size_t outside,
                       double border) {
    const double step = values[inside] - values[outside];
    return step > 0.0 ? std::clamp((values[inside] - border) / step, 0.0, 1.0) : 0.0;
}

}  // namespace

double length_of(const std::vector<double>& values, const std::vector<double>& position, Stretch stretch,
                 double border) {
    double begin = position[stretch.first], end = position[stretch.last];
    if (stretch.first > 0 && values[stretch.first - 1] <= border)
        begin -= (begin - position[stretch.first - 1]) *
                 border_fraction(values, stretch.first, stretch.first - 1, border);
    if (stretch.last + 1 < position.size() && values[stretch.last + 1] <= border)
        end += (position[stretch.last + 1] - end) *
               border_fraction(values, stretch.last, stretch.last + 1, border);
    return end - begin;
}

}  // namespace stenometry
