#include "lumen/lumen_solver.h"

#include <algorithm>
#include <utility>

namespace stenometry {
namespace {

using Eigen::Index;
using Eigen::VectorXf;
using Product = Eigen::Matrix<double, lumen_parameters, lumen_parameters>;
using Downhill = Eigen::Matrix<double, lumen_parameters, 1>;

Eigen::Map<const VectorXf> row_of(const Image<float>& image, std::size_t row) {
    return {image.row(static_cast<int>(row)), image.width()};
}

/// Adds to the normal equations what one row of samples says of its own lumen: a row's radius and axis are
/// `knots` of the splines' coefficients.
void add_row(NormalEquations& to, const SplineBasis::Weights& knots, const Product& product,
             const Downhill& downhill) {
    const std::size_t spline_size = to.matrix.size();
    const auto place = [&](std::size_t spline, std::size_t k) {
        return (knots.first + k) * lumen_splines + spline;
    };
    const auto entry = [&](std::size_t i, std::size_t j) {
        return product(static_cast<Index>(i), static_cast<Index>(j));
    };
    for (std::size_t i = lumen_splines; i < lumen_parameters; ++i) {
        to.downhill[spline_size + i - lumen_splines] += downhill(static_cast<Index>(i));
        for (std::size_t j = lumen_splines; j <= i; ++j)
            to.matrix.corner(i - lumen_splines, j - lumen_splines) += entry(i, j);
    }
    for (std::size_t i = 0; i < lumen_splines; ++i)
        for (std::size_t a = 0; a < SplineBasis::support; ++a) {
            const std::size_t x = place(i, a);
            to.downhill[x] += knots.of[a] * downhill(static_cast<Index>(i));
            for (std::size_t j = lumen_splines; j < lumen_parameters; ++j)
                to.matrix.border(j - lumen_splines, x) += knots.of[a] * entry(i, j);
            for (std::size_t j = 0; j < lumen_splines; ++j)
                for (std::size_t b = 0; b < SplineBasis::support; ++b)
                    if (const std::size_t y = place(j, b); y <= x)
                        to.matrix.band(x, y) += knots.of[a] * knots.of[b] * entry(i, j);
        }
}

/// The parameters after a step that is cut to what the linearisation may be trusted with.
LumenParameters stepped(const LumenParameters& from, const std::vector<double>& step, double widest_px) {
    constexpr double most_px = 1.5, most_of_global = 0.3;  // pixels, and parts of the global parameters
    constexpr double narrowest_px = 0.02;
    LumenParameters to = from;
    for (std::size_t i = 0; i < to.size(); ++i) {
        const bool is_length = i < to.spline_size() && i % lumen_splines != index(LumenParameter::ln_depth);
        const double limit = is_length ? most_px : most_of_global;
        to[i] += std::clamp(step[i], -limit, limit);
    }
    for (std::size_t k = 0; k < to.knots(); ++k) {
        double& radius = to.knot(LumenParameter::radius, k);
        radius = std::clamp(radius, narrowest_px, widest_px);
    }
    return to;
}

void raise(double& damping) { damping = std::max(1e-4, 10.0 * damping); }
void lower(double& damping) { damping = std::max(1e-6, 0.2 * damping); }

}  // namespace

void damp(BorderedBand& matrix, double part) {
    for (std::size_t i = 0; i < matrix.size(); ++i) matrix.band(i, i) *= 1.0 + part;
    for (std::size_t k = 0; k < matrix.borders(); ++k) matrix.corner(k, k) *= 1.0 + part;
}

void compare(const LumenProblem& problem, LumenEstimate& estimate) {
    const Image<float>& image = problem.reformation.image.profiles;
    estimate.weighted_residuals.resize(image.width(), image.height());
    estimate.data_cost = 0.0;
    for (std::size_t row = 0; row < problem.model.grid().rows; ++row) {
        const auto y = static_cast<Index>(row);
        const VectorXf rest = row_of(image, row) + estimate.rendered.attenuation.col(y);
        estimate.weighted_residuals.col(y).noalias() = problem.background.weight(row) * rest;
        estimate.data_cost += 0.5 * static_cast<double>(rest.dot(estimate.weighted_residuals.col(y)));
    }
}

NormalEquations linearise(const LumenProblem& problem, const LumenEstimate& estimate) {
    const LumenParameters& p = estimate.parameters;
    NormalEquations equations{
        BorderedBand(p.spline_size(), lumen_splines * SplineBasis::support - 1, lumen_globals),
        std::vector<double>(p.size(), 0.0)};
    LumenModel::RowDerivatives derivatives;
    for (std::size_t row = 0; row < problem.model.grid().rows; ++row) {
        problem.model.differentiate(estimate.rendered, row, derivatives);
        const auto& [first, of] = derivatives;
        const Index count = of.rows();
        if (count == 0) continue;
        const decltype(derivatives.of) weighted =
            problem.background.weight(row).block(first, first, count, count) * of;
        const Downhill downhill =
            -(of.transpose() * estimate.weighted_residuals.col(static_cast<Index>(row)).segment(first, count))
                 .cast<double>();
        const Product product = (of.transpose() * weighted).cast<double>();
        add_row(equations, problem.model.basis().blurred(row), product, downhill);
    }
    return equations;
}

LumenEstimate solve(const LumenProblem& problem, LumenEstimate start, double widest_px, double enough_cost) {
    constexpr int most_steps = 8;
    LumenEstimate now = std::move(start);
    compare(problem, now);
    double cost = now.data_cost + problem.prior.cost(now.parameters);
    NormalEquations data = linearise(problem, now);
    LumenEstimate next = now;
    for (int k = 0; k < most_steps; ++k) {
        NormalEquations equations = data;
        problem.prior.add_to(equations, now.parameters);
        damp(equations.matrix, now.damping);
        if (!equations.matrix.factorize()) {
            raise(now.damping);
            continue;
        }
        equations.matrix.solve(equations.downhill);
        next.parameters = stepped(now.parameters, equations.downhill, widest_px);
        problem.model.render(next.parameters, next.rendered);
        compare(problem, next);
        const double after = next.data_cost + problem.prior.cost(next.parameters);
        if (!(after < cost)) {
            raise(now.damping);
            continue;
        }
        const bool done = cost - after < enough_cost;
        next.damping = now.damping;
        lower(next.damping);
        std::swap(now, next);
        cost = after;
        if (done || k + 1 == most_steps) break;
        data = linearise(problem, now);
    }
    return now;
}

}  // namespace stenometry
