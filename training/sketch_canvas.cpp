#include "sketch_canvas.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace stenometry::training {
namespace {

/// Catmull and Rom's cubic from b to c.
double cubic(double a, double b, double c, double d, double t) {
    return 0.5 *
           (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t);
}

/// Beyond the ends the curve goes straight on.
Point at_or_beyond(std::span<const Point> points, int i) {
    const int last = static_cast<int>(points.size()) - 1;
    const auto at = [&](int k) { return points[static_cast<std::size_t>(k)]; };
    if (i < 0) return 2.0 * at(0) - at(1);
    return i > last ? 2.0 * at(last) - at(last - 1) : at(i);
}

struct Window {
    int left, top, right, bottom;  ///< right and bottom are the last ones
    bool empty() const { return right < left || bottom < top; }
};

Window grid_window(Point at, double radius, const Window& within) {
    return {std::max(within.left, static_cast<int>(at.x - radius)),
            std::max(within.top, static_cast<int>(at.y - radius)),
            std::min(within.right, static_cast<int>(at.x + radius) + 1),
            std::min(within.bottom, static_cast<int>(at.y + radius) + 1)};
}

/// Pixel x covers the cells 2x and 2x + 1 of the grid.
Point on_grid(Point p) { return {2.0 * p.x + 0.5, 2.0 * p.y + 0.5}; }

Window window_of(const Tube& tube, const Image<float>& grid) {
    Window whole{grid.width(), grid.height(), -1, -1};
    for (const Dot& dot : tube) {
        const Window one =
            grid_window(on_grid(dot.at), 2 * dot.radius, {0, 0, grid.width() - 1, grid.height() - 1});
        if (one.empty()) continue;
        whole = {std::min(whole.left, one.left), std::min(whole.top, one.top),
                 std::max(whole.right, one.right), std::max(whole.bottom, one.bottom)};
    }
    return whole;
}

/// Chords of a ball around each dot; the longest counts.
void stamp(Image<float>& part, const Window& window, const Dot& dot) {
    const Point centre = on_grid(dot.at);
    const double scale = 1.0 / (4.0 * dot.radius * dot.radius);
    const Window at = grid_window(centre, 2 * dot.radius, window);
    for (int y = at.top; y <= at.bottom; ++y)
        for (int x = at.left; x <= at.right; ++x) {
            const double dx = x - centre.x, dy = y - centre.y, off = (dx * dx + dy * dy) * scale;
            if (off >= 1.0) continue;
            float& value = part(x - window.left, y - window.top);
            value = std::max(value, static_cast<float>(dot.attenuation * std::sqrt(1.0 - off)));
        }
}

std::array<double, 4> spline_weights(double t) {
    const double s = 1.0 - t;
    return {s * s * s / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * s * s * s - 6 * s * s + 4) / 6,
            t * t * t / 6};
}

std::vector<float> gaussian(double sigma, int radius) {
    std::vector<float> weights;
    float sum = 0.0F;
    for (int i = -radius; i <= radius; ++i)
        sum += weights.emplace_back(static_cast<float>(std::exp(-i * i / (2.0 * sigma * sigma))));
    for (float& w : weights) w /= sum;
    return weights;
}

/// Blurs along x and turns the image, so that twice of it is a blur.
Image<float> blurred_and_turned(const Image<float>& image, const std::vector<float>& weights) {
    const int radius = static_cast<int>(weights.size()) / 2, width = image.width();
    Image<float> turned(image.height(), width);
    std::vector<float> row(static_cast<std::size_t>(width + 2 * radius));
    for (int y = 0; y < image.height(); ++y) {
        for (int x = -radius; x < width + radius; ++x)
            row[static_cast<std::size_t>(x + radius)] = image(std::clamp(x, 0, width - 1), y);
        for (int x = 0; x < width; ++x) {
            float sum = 0.0F;
            for (std::size_t i = 0; i < weights.size(); ++i)
                sum += weights[i] * row[static_cast<std::size_t>(x) + i];
            turned(y, x) = sum;
        }
    }
    return turned;
}

}  // namespace

Tube tube_through(std::span<const Point> points, double radius, double attenuation) {
    Tube tube;
    for (int i = 0; i + 1 < static_cast<int>(points.size()); ++i) {
        const Point a = at_or_beyond(points, i - 1), b = at_or_beyond(points, i),
                    c = at_or_beyond(points, i + 1), d = at_or_beyond(points, i + 2);
        const int steps = std::max(1, static_cast<int>(2.0 * std::hypot(c.x - b.x, c.y - b.y)));
        for (int k = 0; k < steps; ++k) {
            const double t = static_cast<double>(k) / steps;
            tube.push_back(
                {{cubic(a.x, b.x, c.x, d.x, t), cubic(a.y, b.y, c.y, d.y, t)}, radius, attenuation});
        }
    }
    return tube;
}

void Attenuation::add(const Tube& tube, std::optional<Mouth> mouth) {
    const Window window = window_of(tube, grid_);
    if (window.empty()) return;
    Image<float> part(window.right - window.left + 1, window.bottom - window.top + 1);
    for (const Dot& dot : tube) stamp(part, window, dot);
    join(part, window.left, window.top, mouth);
}

void Attenuation::subtract(const Tube& tube) {
    Attenuation other(grid_.width() / 2);
    other.add(tube);
    for (int y = 0; y < grid_.height(); ++y)
        for (int x = 0; x < grid_.width(); ++x) grid_(x, y) -= other.grid_(x, y);
}

void Attenuation::join(const Image<float>& part, int left, int top, std::optional<Mouth> mouth) {
    const Point centre = mouth ? on_grid(mouth->at) : Point{};
    const double radius = mouth ? 2.0 * mouth->radius : 0.0;
    for (int y = 0; y < part.height(); ++y)
        for (int x = 0; x < part.width(); ++x) {
            float& value = grid_(x + left, y + top);
            const double dx = x + left - centre.x, dy = y + top - centre.y;
            const bool one_lumen = dx * dx + dy * dy < radius * radius;
            value = one_lumen ? std::max(value, part(x, y)) : value + part(x, y);
        }
}

Image<float> Attenuation::pixels() const {
    Image<float> mean(grid_.width() / 2, grid_.height() / 2);
    for (int y = 0; y < mean.height(); ++y)
        for (int x = 0; x < mean.width(); ++x)
            mean(x, y) = 0.25F * (grid_(2 * x, 2 * y) + grid_(2 * x + 1, 2 * y) + grid_(2 * x, 2 * y + 1) +
                                  grid_(2 * x + 1, 2 * y + 1));
    return mean;
}

void add_field(Image<float>& image, double scale_px, double amplitude, Random& random) {
    const int knots = static_cast<int>(image.width() / scale_px) + 6;
    Image<float> knot(knots, knots);
    for (int y = 0; y < knots; ++y)
        for (int x = 0; x < knots; ++x) knot(x, y) = static_cast<float>(random.normal());
    const double left = random.uniform(), top = random.uniform();
    for (int y = 0; y < image.height(); ++y) {
        const double row = y / scale_px + top;
        const int j0 = static_cast<int>(row);
        const auto wy = spline_weights(row - j0);
        for (int x = 0; x < image.width(); ++x) {
            const double column = x / scale_px + left;
            const int i0 = static_cast<int>(column);
            const auto wx = spline_weights(column - i0);
            double sum = 0.0;
            for (int j = 0; j < 4; ++j)
                for (int i = 0; i < 4; ++i)
                    sum += wx[static_cast<std::size_t>(i)] * wy[static_cast<std::size_t>(j)] *
                           double{knot(i0 + i, j0 + j)};
            // The spline leaves about half of the knots' standard deviation.
            image(x, y) += static_cast<float>(2.0 * amplitude * sum);
        }
    }
}

void blur(Image<float>& image, double sigma_px) {
    if (sigma_px < 0.15) return;
    const auto weights = gaussian(sigma_px, std::max(1, static_cast<int>(std::ceil(3.0 * sigma_px))));
    image = blurred_and_turned(blurred_and_turned(image, weights), weights);
}

}  // namespace stenometry::training
