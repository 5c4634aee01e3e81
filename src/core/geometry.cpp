#include "stenometry/geometry.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>

#include "core/smoothing.h"
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
    if (!std::all_of(line.begin(), line.end(), is_finite))
        throw InvalidInput("the curve has a point that was not found");
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

std::vector<Point> normals(const Polyline& line) {
    std::vector<Point> result = tangents(line);
    for (Point& t : result) t = {-t.y, t.x};
    return result;
}

CurvePoint nearest_on(const Polyline& line, Point p) {
    assert(!line.empty());
    CurvePoint best{.at = line.front()};
    double best_squared = dot(line.front() - p, line.front() - p);
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
        const Point along = line[i + 1] - line[i];
        const double squared = dot(along, along);
        if (squared == 0.0) continue;
        const Point at = line[i] + std::clamp(dot(p - line[i], along) / squared, 0.0, 1.0) * along;
        const double off_squared = dot(at - p, at - p);
        if (off_squared >= best_squared) continue;
        best_squared = off_squared;
        best.at = at;
        best.segment = i;
    }
    for (std::size_t i = 0; i < best.segment; ++i) best.arc += distance(line[i], line[i + 1]);
    best.arc += distance(line[best.segment], best.at);
    best.distance = std::sqrt(best_squared);
    return best;
}

Polyline slice(const Polyline& line, double from_arc, double to_arc) {
    if (!std::all_of(line.begin(), line.end(), is_finite))
        throw InvalidInput("the curve has a point that was not found");
    const std::vector<double> arc = cumulative_length(line);
    if (line.size() < 2 || !(from_arc < to_arc) || from_arc >= arc.back() || to_arc <= 0.0) return {};
    const auto at = [&](double s) {
        const auto next = std::upper_bound(arc.begin() + 1, arc.end() - 1, s) - arc.begin();
        const auto i = static_cast<std::size_t>(next);
        const double size = arc[i] - arc[i - 1];
        return size > 0.0 ? lerp(line[i - 1], line[i], (s - arc[i - 1]) / size) : line[i];
    };
    const double first = std::max(from_arc, 0.0);
    const double last = std::min(to_arc, arc.back());
    Polyline part{at(first)};
    for (std::size_t i = 0; i < line.size(); ++i)
        if (arc[i] > first && arc[i] < last) part.push_back(line[i]);
    part.push_back(at(last));
    return part;
}

std::vector<Polyline> finite_parts(const Polyline& line) {
    std::vector<Polyline> parts;
    bool open = false;
    for (const Point& p : line) {
        if (is_finite(p)) {
            if (!open) parts.emplace_back();
            parts.back().push_back(p);
        }
        open = is_finite(p);
    }
    return parts;
}

Polyline smooth(const Polyline& line, double length) {
    if (!(length >= 0.0)) throw InvalidInput("length must not be negative, but is " + std::to_string(length));
    if (line.size() < 3 || length == 0.0) return line;
    const double step = stenometry::length(line) / static_cast<double>(line.size() - 1);
    if (step == 0.0) return line;
    const double stiffness = stiffness_for(length, step);
    std::vector<double> weights(line.size(), 1.0);
    weights.front() = weights.back() = pinned_weight(stiffness);
    Polyline result = smooth_curve(line, weights, stiffness);
    result.front() = line.front();
    result.back() = line.back();
    return result;
}

}  // namespace stenometry
