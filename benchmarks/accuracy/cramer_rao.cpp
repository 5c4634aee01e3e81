#include "cramer_rao.h"

#include <Eigen/Dense>
#include <cmath>
#include <numbers>

namespace stenometry::accuracy {
namespace {

double normal_density(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi); }
double normal_distribution(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

/// Second antiderivative of the normal density.
double twice_integrated(double z) { return z * normal_distribution(z) + normal_density(z); }

/// A Gaussian convolved with two boxes of area 1, at `x`.
double pixel_response(double x, double sigma, double box_a, double box_b) {
    const auto term = [&](double a, double b) { return twice_integrated((x + 0.5 * a + 0.5 * b) / sigma); };
    return sigma / (box_a * box_b) *
           (term(box_a, box_b) - term(box_a, -box_b) - term(-box_a, box_b) + term(-box_a, -box_b));
}

enum Parameter { diameter, centre, level, slope, attenuation, parameters };
using Parameters = Eigen::Matrix<double, parameters, 1>;

/// What the lumen takes away from a pixel at `x`, as a fraction: substituting x' = centre + radius sin(angle)
/// into the convolution leaves nothing singular at the walls.
double shadow(const ProfileModel& model, const Parameters& p, double x) {
    constexpr int steps = 96;
    constexpr double smallest_box_mm = 1e-3;  // stands for a focal spot that is a point
    const double radius = 0.5 * p[diameter];
    const double reach = 8.0 * model.blur_mm + 0.5 * (model.focal_spot_mm + model.mm_per_px);
    if (std::abs(x - p[centre]) > radius + reach) return 0.0;
    double sum = 0.0;
    for (int i = 0; i < steps; ++i) {
        const double angle = std::numbers::pi * ((i + 0.5) / steps - 0.5);
        const double chord = 2.0 * radius * model.depth_ratio * std::cos(angle);
        const double response =
            pixel_response(x - p[centre] - radius * std::sin(angle), model.blur_mm,
                           std::max(model.focal_spot_mm, smallest_box_mm), model.mm_per_px);
        sum -= std::expm1(-p[attenuation] * chord) * response * std::cos(angle);
    }
    return sum * radius * std::numbers::pi / steps;
}

/// Expected pixel values as a fraction of those behind no vessel.
Eigen::VectorXd profile(const ProfileModel& model, const Parameters& p, double reach_mm) {
    const int half = static_cast<int>(std::ceil(reach_mm / model.mm_per_px));
    Eigen::VectorXd values(2 * half + 1);
    for (int i = -half; i <= half; ++i) {
        const double x = i * model.mm_per_px;
        values[i + half] =
            (p[level] + p[slope] * x) * (1.0 - (1.0 - model.scatter_fraction) * shadow(model, p, x));
    }
    return values;
}

Eigen::MatrixXd derivatives(const ProfileModel& model, const Parameters& at, double reach_mm) {
    constexpr double step = 1e-4;  // central differences of a smooth function: an error of some 1e-8
    Eigen::MatrixXd columns(profile(model, at, reach_mm).size(), parameters);
    for (int k = 0; k < parameters; ++k) {
        Parameters up = at, down = at;
        up[k] += step;
        down[k] -= step;
        columns.col(k) = (profile(model, up, reach_mm) - profile(model, down, reach_mm)) / (2.0 * step);
    }
    return columns;
}

/// How the signal of one quantum spreads over the pixels of a profile.
Eigen::MatrixXd spread(Eigen::Index size, double sigma_px) {
    Eigen::MatrixXd kernel = Eigen::MatrixXd::Identity(size, size);
    if (sigma_px <= 0.0) return kernel;
    constexpr double reach = 4.5;  // standard deviations
    double sum = 0.0;
    for (Eigen::Index d = -static_cast<Eigen::Index>(std::ceil(reach * sigma_px));
         d <= static_cast<Eigen::Index>(std::ceil(reach * sigma_px)); ++d)
        sum += std::exp(-0.5 * static_cast<double>(d * d) / (sigma_px * sigma_px));
    for (Eigen::Index r = 0; r < size; ++r)
        for (Eigen::Index c = 0; c < size; ++c) {
            const double d = static_cast<double>(r - c);
            kernel(r, c) = std::exp(-0.5 * d * d / (sigma_px * sigma_px)) / sum;
        }
    return kernel;
}

/// Fisher's information, with the noise whitened: J' C^-1 J where C = K diag(variance) K'.
Eigen::MatrixXd information(const ProfileModel& model, const Parameters& at, double reach_mm) {
    const Eigen::VectorXd expected = profile(model, at, reach_mm);
    const Eigen::MatrixXd kernel = spread(expected.size(), model.noise_correlation_px);
    const Eigen::MatrixXd whitened = kernel.partialPivLu().solve(derivatives(model, at, reach_mm));
    const Eigen::VectorXd variance =
        (model.constant_noise ? Eigen::VectorXd::Ones(expected.size()) : expected) / model.quanta_per_px;
    return whitened.transpose() * variance.cwiseInverse().asDiagonal() * whitened;
}

}  // namespace

double ProfileModel::total_blur_mm() const { return std::hypot(blur_mm, focal_spot_mm / std::sqrt(12.0)); }

ProfileModel model_of(const Imaging& imaging) {
    const phantom::Scene usual;
    return {.mm_per_px = imaging.mm_per_px,
            .blur_mm = imaging.blur_factor * usual.detector_blur_mm,
            .focal_spot_mm = imaging.blur_factor * usual.focal_spot_mm,
            .attenuation_per_mm = imaging.attenuation_per_mm,
            .scatter_fraction = imaging.scatter_fraction,
            .quanta_per_px = imaging.quanta_per_mm2 * imaging.mm_per_px * imaging.mm_per_px,
            .noise_correlation_px = usual.noise_correlation_px,
            .depth_ratio = imaging.depth_ratio};
}

std::vector<double> expected_profile(const ProfileModel& model, double diameter_mm, double off_mm,
                                     double reach_mm) {
    const Parameters at{diameter_mm, off_mm, 1.0, 0.0, model.attenuation_per_mm};
    const Eigen::VectorXd values = profile(model, at, reach_mm);
    return {values.begin(), values.end()};
}

double profile_bound_mm(const ProfileModel& model, double diameter_mm, Contrast contrast) {
    // Background beyond this tells nearly nothing more about level and slope under the lumen.
    constexpr double background_mm = 5.0;
    constexpr int phases = 4;
    const Eigen::Index free = contrast == Contrast::free ? parameters : attenuation;
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(free, free);
    for (int phase = 0; phase < phases; ++phase) {
        const double off_mm = model.mm_per_px * phase / phases;
        const Parameters at{diameter_mm, off_mm, 1.0, 0.0, model.attenuation_per_mm};
        sum += information(model, at, 0.5 * diameter_mm + background_mm).topLeftCorner(free, free) / phases;
    }
    return std::sqrt(sum.inverse()(diameter, diameter));
}

double bound_mm(const ProfileModel& model, double diameter_mm, Contrast contrast, double length_mm) {
    return profile_bound_mm(model, diameter_mm, contrast) / std::sqrt(length_mm / model.mm_per_px);
}

double channel_bound_mm(const ProfileModel& model, double diameter_mm, Contrast contrast, double length_mm) {
    constexpr double blurs_at_ends = 4.0;  // two at either end
    return bound_mm(model, diameter_mm, contrast, length_mm - blurs_at_ends * model.total_blur_mm());
}

}  // namespace stenometry::accuracy
