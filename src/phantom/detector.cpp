#include "phantom/detector.h"

#include <algorithm>
#include <cmath>

#include "core/interpolate.h"
#include "core/parallel.h"
#include "phantom/portable_math.h"
#include "phantom/random.h"

namespace stenometry::phantom {
namespace {

void normalise(Weights& weights) {
    double sum = 0.0;
    for (const double w : weights) sum += w;
    for (double& w : weights) w /= sum;
}

/// Shadow of the focal spot (a box) spread by the detector (a Gaussian), not normalised, at `x_mm` from its
/// middle.
double focal_spot_and_detector(const Scene& scene, double x_mm, double step_mm) {
    const double sigma = scene.detector_blur_mm;
    const double half = 0.5 * scene.focal_spot_mm;
    if (sigma == 0.0) {  // how much of the cell lies in the box
        const double low = std::max(x_mm - 0.5 * step_mm, -half);
        const double high = std::min(x_mm + 0.5 * step_mm, half);
        return half > 0.0 ? std::max(0.0, high - low) : x_mm == 0.0;
    }
    constexpr int parts = 64;
    double sum = 0.0;
    for (int i = 0; i < parts; ++i) {
        const double u = (x_mm - half * (2.0 * i + 1.0 - parts) / parts) / sigma;
        sum += portable::exp(-std::min(0.5 * u * u, 600.0));
    }
    return sum;
}

Weights convolved(const Weights& a, const Weights& b) {
    Weights result(a.size() + b.size() - 1, 0.0);
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < b.size(); ++j) result[i + j] += a[i] * b[j];
    return result;
}

/// Means over blocks of `size` pixels; the last ones may be smaller.
Beam block_means(const Beam& image, int size) {
    Beam means((image.width() + size - 1) / size, (image.height() + size - 1) / size);
    parallel_for(0, means.height(), [&](int by) {
        for (int bx = 0; bx < means.width(); ++bx) {
            const int x1 = std::min(image.width(), (bx + 1) * size);
            const int y1 = std::min(image.height(), (by + 1) * size);
            double sum = 0.0;
            for (int y = by * size; y < y1; ++y)
                for (int x = bx * size; x < x1; ++x) sum += image(x, y);
            means(bx, by) = sum / ((x1 - bx * size) * (y1 - by * size));
        }
    });
    return means;
}

/// Excess of the quanta detected over those expected, for every pixel and `margin` more on each side.
Beam excess_quanta(const Beam& beam, const Scene& scene, int margin) {
    Beam excess(beam.width() + 2 * margin, beam.height() + 2 * margin);
    parallel_for(0, excess.height(), [&](int y) {
        const int by = std::clamp(y - margin, 0, beam.height() - 1);
        for (int x = 0; x < excess.width(); ++x) {
            const double expected =
                scene.quanta_per_px * beam(std::clamp(x - margin, 0, beam.width() - 1), by);
            Random random(scene.seed, 0x6e6f697365 + scene.exposure,
                          (static_cast<std::uint64_t>(y) << 32) + static_cast<unsigned>(x));
            excess(x, y) = random.poisson(expected) - expected;
        }
    });
    return excess;
}

/// Value of the display curve for a fraction of the unattenuated beam.
double curve(Display display, double fraction, double mean_background) {
    // Below this the logarithm is of no detector: one quantum in a million.
    const double detected = std::max(fraction, 1e-6);
    switch (display) {
        case Display::raw:
            return fraction;
        case Display::linear:
            return 3500.0 * fraction;
        case Display::logarithmic:
            return 3800.0 + 1000.0 * portable::log(detected);
        case Display::sigmoid: {
            // Steep enough that a 3 mm vessel takes a quarter of the grey levels, as on a viewing station.
            const double from_centre = (portable::log(detected) - mean_background) / 0.3;
            return 255.0 / (1.0 + portable::exp(-std::clamp(from_centre, -100.0, 100.0)));
        }
    }
    return fraction;
}

}  // namespace

Weights gaussian_weights(double sigma) {
    const int radius = static_cast<int>(std::ceil(4.5 * sigma));
    Weights weights;
    for (int i = -radius; i <= radius; ++i)
        weights.push_back(sigma > 0.0 ? portable::exp(-0.5 * i * i / (sigma * sigma)) : 1.0);
    normalise(weights);
    return weights;
}

Weights pixel_weights(const Scene& scene, double step_mm, int cells) {
    const double reach_mm = 4.5 * scene.detector_blur_mm + 0.5 * scene.focal_spot_mm;
    const int radius = static_cast<int>(std::ceil(reach_mm / step_mm));
    Weights blur;
    for (int i = -radius; i <= radius; ++i)
        blur.push_back(focal_spot_and_detector(scene, i * step_mm, step_mm));
    Weights weights = convolved(blur, Weights(static_cast<std::size_t>(cells), 1.0));
    normalise(weights);
    return weights;
}

Beam blurred(const Beam& image, const Weights& weights) {
    const int radius = static_cast<int>(weights.size()) / 2;
    const int width = image.width(), height = image.height();
    Beam rows(width, height), result(width, height);
    parallel_for(0, height, [&](int y) {
        for (int i = -radius; i <= radius; ++i) {
            const double w = weights[static_cast<std::size_t>(i + radius)];
            for (int x = 0; x < width; ++x) rows(x, y) += w * image(std::clamp(x + i, 0, width - 1), y);
        }
    });
    parallel_for(0, height, [&](int y) {
        for (int i = -radius; i <= radius; ++i) {
            const double w = weights[static_cast<std::size_t>(i + radius)];
            const double* from = rows.row(std::clamp(y + i, 0, height - 1));
            for (int x = 0; x < width; ++x) result(x, y) += w * from[x];
        }
    });
    return result;
}

Beam widely_blurred(const Beam& image, double sigma_px) {
    // So smooth a field needs no more than four samples per standard deviation.
    const int block = std::max(1, static_cast<int>(sigma_px / 4.0));
    const Beam coarse = blurred(block_means(image, block), gaussian_weights(sigma_px / block));
    Beam fine(image.width(), image.height());
    parallel_for(0, fine.height(), [&](int y) {
        for (int x = 0; x < fine.width(); ++x)
            fine(x, y) = sample_bilinear(coarse, {(x + 0.5) / block - 0.5, (y + 0.5) / block - 0.5});
    });
    return fine;
}

void add_scatter(Beam& beam, const Scene& scene) {
    if (scene.scatter_fraction == 0.0) return;
    const Beam stray = widely_blurred(beam, scene.scatter_spread_mm / scene.mm_per_px);
    parallel_for(0, beam.height(), [&](int y) {
        for (int x = 0; x < beam.width(); ++x)
            beam(x, y) += scene.scatter_fraction * (stray(x, y) - beam(x, y));
    });
}

void sharpen(Beam& image, double strength, double radius_px) {
    const Beam smooth = blurred(image, gaussian_weights(radius_px));
    parallel_for(0, image.height(), [&](int y) {
        for (int x = 0; x < image.width(); ++x) image(x, y) += strength * (image(x, y) - smooth(x, y));
    });
}

void add_quantum_noise(Beam& beam, const Scene& scene) {
    if (scene.quanta_per_px == 0.0) return;
    const Weights spread = gaussian_weights(scene.noise_correlation_px);
    const int margin = static_cast<int>(spread.size()) / 2;
    const Beam noise = blurred(excess_quanta(beam, scene, margin), spread);
    parallel_for(0, beam.height(), [&](int y) {
        for (int x = 0; x < beam.width(); ++x)
            beam(x, y) += noise(x + margin, y + margin) / scene.quanta_per_px;
    });
}

Image<float> displayed(const Beam& beam, const Scene& scene, double mean_background) {
    Beam values(beam.width(), beam.height());
    parallel_for(0, beam.height(), [&](int y) {
        for (int x = 0; x < beam.width(); ++x)
            values(x, y) = curve(scene.display, beam(x, y), mean_background);
    });
    if (scene.unsharp > 0.0) sharpen(values, scene.unsharp, scene.unsharp_radius_px);

    const double highest = scene.display == Display::sigmoid ? 255.0 : 4095.0;
    Image<float> pixels(beam.width(), beam.height());
    parallel_for(0, beam.height(), [&](int y) {
        for (int x = 0; x < beam.width(); ++x) {
            const double value = values(x, y);
            const double stored = std::clamp(std::floor(value + 0.5), 0.0, highest);
            pixels(x, y) = static_cast<float>(scene.display == Display::raw ? value : stored);
        }
    });
    return pixels;
}

Intensity displayed_intensity(const Scene& scene) {
    if (scene.display == Display::logarithmic) return Intensity::logarithmic;
    return scene.display == Display::sigmoid || scene.unsharp > 0.0 ? Intensity::display : Intensity::linear;
}

}  // namespace stenometry::phantom
