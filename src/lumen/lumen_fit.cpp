#include "lumen/lumen_fit.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <utility>

#include "core/statistics.h"
#include "lumen/background_model.h"
#include "lumen/bend_prior.h"
#include "lumen/lumen_model.h"
#include "lumen/lumen_reformation.h"
#include "lumen/lumen_search.h"
#include "lumen/lumen_solver.h"

namespace stenometry {
namespace {

using enum LumenParameter;

/// What a wide coronary artery takes from the logarithm of the intensity, scatter included: fixes the unit
/// where it is unknown.
constexpr double usual_depth = 0.25;
constexpr double rows_apart_px = 1.0, margin_px = 7.0;
constexpr int posterior_samples = 48;
/// The covariance of the fit knows noise and texture. That it takes the texture's measured spectrum and the
/// learned bends for true makes its standard errors too small by this factor, as measured in
/// benchmarks/accuracy.
constexpr double understated = 1.2;

/// A line with about one point per row of a reformation, and radii there.
struct SampledLine {
    Polyline points;
    std::vector<double> radius_px;
};

/// The first and the last point stay.
SampledLine resampled(const Polyline& line, const std::vector<double>& radius_px) {
    const auto rows = static_cast<std::size_t>(std::max(8L, std::lround(length(line) / rows_apart_px)));
    SampledLine out;
    for (std::size_t i = 0; i <= rows; ++i) {
        const double place =
            static_cast<double>(i) * static_cast<double>(line.size() - 1) / static_cast<double>(rows);
        const auto k = std::min(static_cast<std::size_t>(place), line.size() - 2);
        out.points.push_back(lerp(line[k], line[k + 1], place - static_cast<double>(k)));
        out.radius_px.push_back(std::lerp(radius_px[k], radius_px[k + 1], place - static_cast<double>(k)));
    }
    return out;
}

/// Attenuation per pixel from what the wide parts of a lumen take away.
double start_attenuation(const PlanarReformation& image, const std::vector<double>& radius_px,
                         double widest_px, double blur_px) {
    std::vector<double> per_px;
    for (std::size_t row = 0; row < radius_px.size(); ++row) {
        const double r = radius_px[row], beside = r + 2.0 * blur_px;
        constexpr double side_px = 4.0;
        if (r < 0.7 * widest_px && r < 2.5 * blur_px) continue;
        const double background =
            0.5 * (image.mean(row, -beside - side_px, -beside) + image.mean(row, beside, beside + side_px));
        constexpr double mean_chord = 1.9;  // over the inner 0.4 of the radius, in radii
        per_px.push_back((background - image.mean(row, -0.4 * r, 0.4 * r)) / (mean_chord * r));
    }
    constexpr double faintest = 1e-3;
    return per_px.empty() ? faintest : std::max(faintest, median(per_px));
}

void multiply(Image<float>& image, double factor) {
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) image(x, y) *= static_cast<float>(factor);
}

/// Sets the coefficients of a spline to the values of the rows where its knots are.
void set_spline(LumenParameters& parameters, LumenParameter spline, const SplineBasis& basis,
                const std::vector<double>& rows) {
    for (std::size_t k = 0; k < basis.knots(); ++k) {
        const double row = std::clamp(basis.row_of(k), 0.0, static_cast<double>(rows.size() - 1));
        parameters.knot(spline, k) = rows[static_cast<std::size_t>(std::lround(row))];
    }
}

/// Values of a spline along the vessel, one per place of the weights.
std::vector<double> along(const LumenParameters& parameters, LumenParameter spline,
                          const std::vector<SplineBasis::Weights>& places) {
    std::vector<double> values;
    for (const SplineBasis::Weights& weights : places)
        values.push_back(parameters.spline_at(spline, weights));
    return values;
}

/// Parameters that are as likely as `mean`. The same numbers in every run.
/// \param factor of the normal equations: of the inverse covariance
std::vector<LumenParameters> sample_posterior(const LumenParameters& mean, const BorderedBand& factor) {
    std::mt19937_64 bits(1);
    std::normal_distribution<double> normal;
    std::vector<LumenParameters> samples;
    for (int s = 0; s < posterior_samples; ++s) {
        std::vector<double> deviation(mean.size());
        for (double& z : deviation) z = understated * normal(bits);
        factor.correlate(deviation);
        LumenParameters sample = mean;
        for (std::size_t i = 0; i < sample.size(); ++i) sample[i] += deviation[i];
        samples.push_back(std::move(sample));
    }
    return samples;
}

std::size_t count_known(const Image<std::uint8_t>& known) {
    std::size_t count = 0;
    for (int y = 0; y < known.height(); ++y)
        count += static_cast<std::size_t>(std::count(known.row(y), known.row(y) + known.width(), 1));
    return count;
}

/// The start of a fit: the radii as given, and the attenuation by what they take away. Where the unit of the
/// grey values is unknown, they are brought to the usual one.
LumenParameters start_parameters(const LumenModel& model, LumenReformation& reformation,
                                 const std::vector<double>& radius_px, double widest_px, double blur_px) {
    LumenParameters start(model.basis().knots());
    start.global(ln_blur) = std::log(blur_px);
    start.global(curvature) = usual_curvature;
    set_spline(start, radius, model.basis(), radius_px);
    double attenuation =
        start_attenuation(reformation.image, radius_px, widest_px, std::exp(start.global(ln_blur)));
    if (!reformation.unit_known) {
        const double unit = usual_depth / (2.0 * widest_px * attenuation);
        multiply(reformation.image.profiles, unit);
        attenuation *= unit;
    }
    start.global(ln_attenuation) = std::log(attenuation);
    return start;
}

/// Second difference of knots at which the radius bends by its widest value over that length squared.
double bend_unit(const LumenModel& model, double widest_px) {
    const double knot_px = model.basis().rows_per_knot() * model.grid().row_px;
    return knot_px * knot_px / widest_px;
}

LumenEstimate render_estimate(const LumenModel& model, LumenParameters parameters) {
    LumenEstimate estimate{.parameters = std::move(parameters)};
    model.render(estimate.parameters, estimate.rendered);
    return estimate;
}

/// Coarse radii and places in the place of those that the fit starts from.
void search(const LumenReformation& reformation, const LumenModel& model, const BackgroundModel& background,
            double widest_px, LumenEstimate& estimate) {
    LumenParameters& p = estimate.parameters;
    const LumenGeometry found =
        search_lumen(reformation, background, p.attenuation_per_px(), p.blur_px(), widest_px);
    set_spline(p, radius, model.basis(), found.radius_px);
    set_spline(p, axis, model.basis(), found.axis_px);
    model.render(p, estimate.rendered);
}

/// Places of the points of a line among the rows of its reformation.
std::vector<double> rows_of_points(std::size_t points, std::size_t rows) {
    std::vector<double> places;
    for (std::size_t i = 0; i < points; ++i)
        places.push_back(static_cast<double>(i) * static_cast<double>(rows - 1) /
                         static_cast<double>(points - 1));
    return places;
}

/// What the estimate says at every point of `line`, with its uncertainty.
LumenFit report(const LumenProblem& problem, const LumenEstimate& estimate, const Polyline& line) {
    NormalEquations equations = linearise(problem, estimate);
    problem.prior.add_to(equations, estimate.parameters);
    // Without noise, what the parameters have in common is known so well that rounding counts.
    constexpr double rounding = 1e-7;
    damp(equations.matrix, rounding);
    if (!equations.matrix.factorize()) return {};

    const LumenReformation& reformation = problem.reformation;
    const std::vector<double> places = rows_of_points(line.size(), problem.model.grid().rows);
    std::vector<SplineBasis::Weights> weights;
    for (const double place : places) weights.push_back(problem.model.basis().at(place));
    LumenFit fit{.found = true,
                 .radius_px = along(estimate.parameters, radius, weights),
                 .blur_px = estimate.parameters.blur_px(),
                 .misfit = 2.0 * estimate.data_cost * reformation.row_px /
                           static_cast<double>(count_known(reformation.known))};
    const std::vector<double> offsets = along(estimate.parameters, axis, weights);
    const std::vector<Point> normals = right_normals(line, reformation.normal_span());
    for (std::size_t i = 0; i < line.size(); ++i) fit.axis_px.push_back(line[i] + offsets[i] * normals[i]);
    const std::vector<double> depth = along(estimate.parameters, ln_depth, weights);
    std::vector<std::vector<double>> depths;
    for (const LumenParameters& sample : sample_posterior(estimate.parameters, equations.matrix)) {
        fit.samples_px.push_back(along(sample, radius, weights));
        depths.push_back(along(sample, ln_depth, weights));
    }
    fit.depth_ratio_sd = spread(depths, depth);
    for (const double value : depth) fit.depth_ratio.push_back(std::exp(value));
    return fit;
}

}  // namespace

LumenFit fit_lumen(const Frame& frame, const Polyline& line, const std::vector<double>& radius_px,
                   double blur_px) {
    const SampledLine sampled = resampled(line, radius_px);
    const std::vector<double>& radii = sampled.radius_px;
    const double widest = *std::max_element(radii.begin(), radii.end());
    LumenReformation reformation =
        reformat_lumen(frame, sampled.points, std::ceil(quantile(radii, 0.95) + 2.5 * blur_px + margin_px));
    const LumenModel model(reformation.grid(), blur_px);
    const LumenParameters start = start_parameters(model, reformation, radii, widest, blur_px);
    LumenPrior prior(start, bend_unit(model, widest), widest, reformation.unit_known);
    LumenEstimate estimate = render_estimate(model, start);
    Image<float> overlapping(reformation.columns(), reformation.rows(), 0.0F);

    // Background and priors are learned from the vessel as known by then. Enough is, in halves of a squared
    // standard error, what all parameters together gain: roughly at first.
    constexpr int rounds = 2;
    constexpr double roughly = 3.0, finally = 0.05;
    const double widest_allowed = 2.0 * widest + 3.0;
    const auto look_beside = [&](bool lumen_is_known) {
        return learn_background(reformation, estimate.rendered, overlapping,
                                2.0 * widest * estimate.parameters.attenuation_per_px(), lumen_is_known);
    };
    for (int round = 0; round < rounds; ++round) {
        const BackgroundModel background = look_beside(false);
        overlapping = background.overlapping();
        if (round == 0) search(reformation, model, background, widest, estimate);
        const LumenProblem problem{reformation, model, background, prior};
        estimate = solve(problem, std::move(estimate), widest_allowed, roughly);
        prior.learn(linearise(problem, estimate), estimate.parameters);
    }
    const BackgroundModel background = look_beside(true);
    const LumenProblem problem{reformation, model, background, prior};
    estimate = solve(problem, std::move(estimate), widest_allowed, finally);
    prior.allow_unseen_depth();
    return report(problem, estimate, line);
}

}  // namespace stenometry
