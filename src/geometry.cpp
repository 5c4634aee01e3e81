#include "stenometry/geometry.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "stenometry/error.h"

namespace stenometry {

std::vector<double> cumulative_length(const Polyline& line) {
    std::vector<double> arc(line.size(), 0.0);
    for (std::size_t i = 1; i < line.size(); ++i) arc[i] = arc[i - 1] + distance(line[i - 1], line[i]);
    return arc;
}

double length(const Polyline& line) { return line.empty() ? 0.0 : cumulative_length(line).back(); }

Polyline resample(const Polyline& line, double step) {
    if (!(step > 0.0)) throw InvalidInput("step must be positive, but is " + std::to_string(step));
    const std::vector<double> arc = cumulative_length(line);
    if (line.size() < 2 || arc.back() == 0.0) return line;

    const auto intervals = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(arc.back() / step)));
    Polyline samples;
    samples.reserve(intervals + 1);
    std::size_t segment = 1;
    for (std::size_t k = 0; k < intervals; ++k) {
        const double at = arc.back() * static_cast<double>(k) / static_cast<double>(intervals);
        while (arc[segment] <= at) ++segment;
        const double t = (at - arc[segment - 1]) / (arc[segment] - arc[segment - 1]);
        samples.push_back(lerp(line[segment - 1], line[segment], t));
    }
    samples.push_back(line.back());
    return samples;
}

std::vector<Point> tangents(const Polyline& line) {
    std::vector<Point> result(line.size());
    for (std::size_t i = 0; i < line.size(); ++i) {
        const Point along = line[std::min(i + 1, line.size() - 1)] - line[i == 0 ? 0 : i - 1];
        const double size = norm(along);
        if (size > 0.0) result[i] = (1.0 / size) * along;
    }
    return result;
}

}  // namespace stenometry
