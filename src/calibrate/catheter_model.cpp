#include "calibrate/catheter_model.h"

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <vector>

#include "core/statistics.h"
#include "lumen/planar_reformation.h"

namespace stenometry {
namespace {

constexpr double step_px = 0.05;          // of the drawn profile: a twentieth of the edge's width
constexpr double tilt_rad = 0.35;         // askew, so that the walls cross pixels in every way
constexpr double half_length_px = 40.0;   // enough rows for every smoothing to have an inside
constexpr double surroundings_px = 14.0;  // on either side: what the densitometric part and the blur look at
constexpr double brightness = 1000.0;     // of the background; any number

double chord(double diameter, double t) {
    const double squared = 0.25 * diameter * diameter - t * t;
    return squared > 0.0 ? 2.0 * std::sqrt(squared) : 0.0;
}

/// The chord averaged over one step: at its ends a chord is too steep to be sampled.
double mean_chord(double diameter, double t) {
    constexpr int parts = 8;
    double sum = 0.0;
    for (int k = 0; k < parts; ++k) sum += chord(diameter, t + ((k + 0.5) / parts - 0.5) * step_px);
    return sum / parts;
}

/// How a blur spreads what falls on one step of the drawn profile.
std::vector<double> blur_weights(double blur_px) { return GaussianKernels(blur_px / step_px).smooth; }

double reach_of(const ModelTube& tube, double blur_px) { return 0.5 * tube.outer_px + 4.0 * blur_px; }

/// What is left of the X-rays at t = 0, step_px, 2 step_px, ... from the axis, blurred. Sampled evenly: the
/// sheets of `lumen/cylinder_sheets.h`, which crowd at one wall, would miss the inner wall of a catheter.
std::vector<double> blurred_profile(const ModelTube& tube, const std::vector<double>& weights,
                                    double reach_px) {
    const auto radius = static_cast<std::ptrdiff_t>(weights.size() / 2);
    const auto count = static_cast<std::ptrdiff_t>(std::ceil(reach_px / step_px)) + 2;
    std::vector<double> sharp;
    for (std::ptrdiff_t i = 0; i < count + radius; ++i) {
        const double t = static_cast<double>(i) * step_px;
        const double inner = mean_chord(tube.inner_px, t);
        sharp.push_back(
            std::exp(-tube.wall * (mean_chord(tube.outer_px, t) - inner) - tube.contents * inner));
    }
    std::vector<double> blurred(static_cast<std::size_t>(count), 0.0);
    for (std::ptrdiff_t i = 0; i < count; ++i)
        for (std::ptrdiff_t k = -radius; k <= radius; ++k)
            blurred[static_cast<std::size_t>(i)] += weights[static_cast<std::size_t>(k + radius)] *
                                                    sharp[static_cast<std::size_t>(std::abs(i + k))];
    return blurred;
}

/// How far `across` is from what a tube with that profile and a background that is bright on one side can
/// explain: the squares that are left where level, slope and depth fit best. Infinite where the tube would be
/// bright.
double misfit(const std::vector<double>& across, const std::vector<double>& profile, double across_step_px) {
    Eigen::MatrixX3d shape(static_cast<Eigen::Index>(across.size()), 3);
    for (Eigen::Index i = 0; i < shape.rows(); ++i) {
        const double t =
            (static_cast<double>(i) - 0.5 * static_cast<double>(shape.rows() - 1)) * across_step_px;
        const auto at = static_cast<std::size_t>(std::lround(std::abs(t) / step_px));
        shape.row(i) << 1.0, t, at < profile.size() ? 1.0 - profile[at] : 0.0;
    }
    const Eigen::Map<const Eigen::VectorXd> grey(across.data(), shape.rows());
    const Eigen::Vector3d best = (shape.transpose() * shape).ldlt().solve(shape.transpose() * grey);
    if (!(best[2] < 0.0)) return std::numeric_limits<double>::infinity();
    return (shape * best - grey).squaredNorm();
}

}  // namespace

double blur_of_tube(const ModelTube& make, const std::vector<double>& across, double across_step_px,
                    double usual_outer_px) {
    // Steps well below what the fit can tell, from sharper than any detector to softer than any angiogram.
    constexpr double sharpest_px = 0.4, softest_px = 3.0, finer = 1.08, size_step = 0.01;
    constexpr int size_steps = 20;
    double least = std::numeric_limits<double>::infinity(), blur = std::numeric_limits<double>::quiet_NaN();
    for (double sigma = sharpest_px; sigma < softest_px; sigma *= finer) {
        const std::vector<double> weights = blur_weights(sigma);
        for (int k = -size_steps; k <= size_steps; ++k) {
            const double scale = (1.0 + k * size_step) * usual_outer_px / make.outer_px;
            // Of the same attenuation along the beam, so that size and darkness do not go together.
            const ModelTube tube{scale * make.outer_px, scale * make.inner_px, make.wall / scale,
                                 make.contents / scale};
            const double rest =
                misfit(across, blurred_profile(tube, weights, reach_of(tube, sigma)), across_step_px);
            if (rest < least) least = rest, blur = sigma;
        }
    }
    return blur;
}

TubePicture draw_tube(const ModelTube& tube, double blur_px, const Calibration& calibration) {
    const std::vector<double> profile = blurred_profile(tube, blur_weights(blur_px), reach_of(tube, blur_px));
    const double half_side = half_length_px + 0.5 * tube.outer_px + surroundings_px;
    const int side = 2 * static_cast<int>(std::ceil(half_side)) + 1;
    const Point middle{0.5 * (side - 1), 0.5 * (side - 1)};
    const Point along{std::cos(tilt_rad), std::sin(tilt_rad)};
    TubePicture picture;
    Frame& frame = picture.frame;
    frame.pixels = Image<float>(side, side, static_cast<float>(brightness));
    frame.intensity = Intensity::linear;
    frame.calibration = calibration;
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
            const double t = std::abs(cross(Point{double(x), double(y)} - middle, along)) / step_px;
            const auto below = static_cast<std::size_t>(t);
            if (below + 1 < profile.size())
                frame.pixels(x, y) =
                    static_cast<float>(brightness * std::lerp(profile[below], profile[below + 1],
                                                              t - static_cast<double>(below)));
        }
    picture.axis.points_px =
        resample({middle - half_length_px * along, middle + half_length_px * along}, 0.5);
    return picture;
}

double measured_diameter_px(const ModelTube& tube, double blur_px, const Calibration& calibration,
                            const AnalysisOptions& stages) {
    const auto [frame, axis] = draw_tube(tube, blur_px, calibration);
    const VesselContour contour = detect_contour(frame, axis, stages.contour);
    if (contour.reason != Unmeasurable::none) return std::numeric_limits<double>::quiet_NaN();
    const DiameterProfile profile = measure_diameter(frame, contour, stages.diameter);
    std::vector<double> inside;  // the ends of the picture's tube are cut off
    for (std::size_t i = profile.diameter_px.size() / 4; i < 3 * profile.diameter_px.size() / 4; ++i)
        if (std::isfinite(profile.diameter_px[i])) inside.push_back(profile.diameter_px[i]);
    return median(std::move(inside));
}

}  // namespace stenometry
