#include "sketch_chest.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "sketch_canvas.h"

namespace stenometry::training {
namespace {

constexpr double pi = std::numbers::pi;

/// Subtracts `shadow(x, y)` everywhere.
template <class Shadow>
void darken(Image<float>& image, Shadow shadow) {
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) image(x, y) -= static_cast<float>(shadow(x, y));
}

double bell(double x, double sigma) { return std::exp(-x * x / (2.0 * sigma * sigma)); }
double fall(double x) { return 1.0 / (1.0 + std::exp(x)); }

/// Coordinates along and across a line, which may be bent.
struct Line {
    double x, y, along_x, along_y, bend;

    static Line towards(double angle, double x, double y, double bend) {
        return {x, y, std::cos(angle), std::sin(angle), bend};
    }
    std::pair<double, double> of(double px, double py) const {
        const double along = (px - x) * along_x + (py - y) * along_y;
        return {along, (py - y) * along_x - (px - x) * along_y - 0.5 * bend * along * along};
    }
};

void add_shadows(Image<float>& image, double base, double rough, Random& random) {
    const double size = image.width();
    add_field(image, size / 2.5, 1.2 * base, random);
    add_field(image, size / 5.0, 0.5 * base * random.uniform(0.3, 1.0), random);
    add_field(image, size / 12.0, 0.22 * base * rough * random.uniform(0.3, 1.0), random);
    add_field(image, size / 28.0, 0.10 * base * rough * random.uniform(0.2, 1.0), random);
    add_field(image, std::max(2.5, size / 60.0), 0.05 * base * rough * random.uniform(0.1, 1.0), random);
    const double slope_x = 1.2 * base * random.normal(), slope_y = 1.2 * base * random.normal();
    darken(image, [&](int x, int y) { return slope_x * (0.5 - x / size) + slope_y * (0.5 - y / size); });
}

/// One side of a large wavy ellipse: heart, diaphragm, liver or lung.
void add_organ(Image<float>& image, double amount, double softness_px, Random& random) {
    const double size = image.width();
    const double radius = random.log_uniform(0.35, 2.5) * size, flat = random.uniform(0.6, 1.6);
    const double x0 = random.uniform(-0.6, 1.6) * size, y0 = random.uniform(-0.6, 1.6) * size;
    const Line axis = Line::towards(random.uniform(0.0, pi), x0, y0, 0.0);
    const double wave = random.uniform(0.0, 0.06), phase = random.uniform(0.0, 2.0 * pi);
    const int waves = random.integer(2, 7);
    darken(image, [&](int x, int y) {
        const auto [along, across] = axis.of(x, y);
        const double edge =
            radius * (1.0 + wave * std::sin(waves * std::atan2(across * flat, along) + phase));
        return amount * fall(2.0 * (std::hypot(along, across * flat) - edge) / softness_px);
    });
}

/// A rib, a fissure or a tube far away: a bent band, whose borders may stand out.
void add_band(Image<float>& image, double half_width_px, double amount, double border, Random& random) {
    const double size = image.width(), angle = random.uniform(0.0, 2.0 * pi);
    const double x0 = random.uniform(-0.1, 1.1) * size, y0 = random.uniform(-0.1, 1.1) * size;
    const Line line = Line::towards(angle, x0, y0, 0.9 * random.normal() / size);
    const double softness = random.log_uniform(0.8, 3.0);
    darken(image, [&](int x, int y) {
        const double out = std::abs(line.of(x, y).second) - half_width_px;
        return amount * fall(2.0 * out / softness) + border * bell(out, softness);
    });
}

void add_organs(Image<float>& image, Random& random) {
    if (random.chance(0.8))
        add_organ(image, random.log_uniform(0.06, 0.55) * random.sign(), random.log_uniform(0.8, 9), random);
    if (random.chance(0.6))
        add_organ(image, random.log_uniform(0.06, 0.6), random.log_uniform(0.8, 6), random);
    if (random.chance(0.4))
        add_organ(image, random.log_uniform(0.04, 0.3) * random.sign(), random.log_uniform(1, 15), random);
}

void add_bands(Image<float>& image, double px_per_mm, Random& random) {
    const int ribs = random.chance(0.6) ? random.integer(1, 7) : 0;
    const double amount = random.log_uniform(0.01, 0.08);
    for (int i = 0; i < ribs; ++i) {
        const double width = 1.5 + 0.3 * px_per_mm * random.uniform(5, 14),
                     own = amount * random.uniform(0.3, 1.3);
        add_band(image, width, own, amount * random.uniform(), random);
    }
    const int fissures = random.chance(0.4) ? random.integer(1, 4) : 0;
    for (int i = 0; i < fissures; ++i) {
        const double width = random.uniform(0.3, 1.2);
        add_band(image, width, random.log_uniform(0.01, 0.05), 0.0, random);
    }
}

/// Vertebrae with waists, end plates, discs that let more through, and pedicles.
struct Spine {
    Spine(Random& random, double size, double px_per_mm)
        : line(Line::towards(random.chance(0.1) ? random.uniform(0.0, pi) : pi / 2 + 0.25 * random.normal(),
                             random.uniform() * size, size / 2, 0.3 * random.normal() / size)),
          half_width(0.8 * px_per_mm * random.uniform(14, 20)),
          period(0.8 * px_per_mm * random.uniform(22, 34)),
          phase(random.uniform()),
          amount(random.log_uniform(0.05, 0.4)),
          edge(random.log_uniform(0.01, 0.12)),
          softness(random.log_uniform(1, 4)) {}

    double shadow(double x, double y) const {
        const auto [along, across] = line.of(x, y);
        const double part = along / period + phase - std::floor(along / period + phase);
        const double out = std::abs(across) - half_width * (1.0 - 0.12 * std::sin(pi * part));
        const double to_end = std::min(part, 1.0 - part) * period, plate = 0.12 * period;
        const double disc = to_end < plate ? 0.8 * edge : 0.0;
        const double pedicle =
            std::hypot(std::abs(across) - 0.62 * half_width, 0.8 * (part - 0.5) * period) - 0.16 * half_width;
        const double inside =
            amount + edge * bell(to_end - plate, softness) - disc + 0.9 * edge * bell(pedicle, softness);
        return fall(out / softness) * inside + edge * bell(out, softness);
    }

    Line line;
    double half_width, period, phase, amount, edge, softness;
};

/// Wanders through the frame, as vessels of the lung do.
std::vector<Point> wandering(double size, Random& random) {
    std::vector<Point> points;
    Point at{random.uniform(0, size), random.uniform(0, size)};
    double angle = random.uniform(0.0, 2.0 * pi);
    const double step = size * random.uniform(0.06, 0.2);
    for (int left = random.integer(3, 9); left > 0; --left) {
        points.push_back(at);
        at = at + step * Point{std::cos(angle), std::sin(angle)};
        angle += 0.35 * random.normal();
    }
    return points;
}

void add_lung_vessels(Image<float>& image, double px_per_mm, Random& random) {
    Attenuation lung(image.width());
    const double amount = random.log_uniform(0.008, 0.06);
    for (int left = random.integer(3, 16); left > 0; --left) {
        const double radius = 0.5 + 0.5 * px_per_mm * random.log_uniform(0.7, 3.5);
        Tube tube = tube_through(wandering(image.width(), random), radius, amount * random.uniform(0.4, 1.5));
        for (std::size_t i = 0; i < tube.size(); ++i) {
            const double thinner = 1.0 - 0.6 * static_cast<double>(i) / static_cast<double>(tube.size());
            tube[i].radius *= thinner;
            tube[i].attenuation *= thinner;
        }
        lung.add(tube);
    }
    Image<float> seen = lung.pixels();
    blur(seen, random.log_uniform(1.0, 4.0));
    darken(image, [&](int x, int y) { return seen(x, y); });
}

}  // namespace

Chest sketch_chest(Random& random, int size_px, double px_per_mm) {
    Image<float> image(size_px, size_px);
    const double rough = random.log_uniform(0.5, 2.2), base = random.log_uniform(0.05, 0.3);
    add_shadows(image, base, rough, random);
    add_organs(image, random);
    add_bands(image, px_per_mm, random);
    if (random.chance(0.5)) {
        const Spine spine(random, size_px, px_per_mm);
        darken(image, [&](int x, int y) { return spine.shadow(x, y); });
    }
    if (random.chance(0.6)) add_lung_vessels(image, px_per_mm, random);
    return {image, 0.02 * base * rough};
}

}  // namespace stenometry::training
