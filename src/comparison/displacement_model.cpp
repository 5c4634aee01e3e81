#include "comparison/displacement_model.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace stenometry {
namespace {

using Row = std::vector<double>;

/// Divides by the sum, which is returned.
double normalize(Row& row) {
    const double sum = std::accumulate(row.begin(), row.end(), 0.0);
    for (double& value : row) value /= sum;
    return sum;
}

/// One step of the walk: to the neighbouring states with the variance that it has over a step. It is the same
/// in both directions.
Row walked(const Row& from, double to_neighbour) {
    Row row(from.size());
    for (std::size_t k = 0; k < from.size(); ++k) {
        const double before = k == 0 ? from[k] : from[k - 1],
                     behind = k + 1 == from.size() ? from[k] : from[k + 1];
        row[k] = (1.0 - 2.0 * to_neighbour) * from[k] + to_neighbour * (before + behind);
    }
    return row;
}

Row likelihoods(const DisplacementModel& model, std::size_t step) {
    Row row(model.states);
    for (std::size_t k = 0; k < model.states; ++k) row[k] = model.likelihood(step, model.second_mm(step, k));
    return row;
}

void multiply(Row& row, const Row& by) {
    for (std::size_t k = 0; k < row.size(); ++k) row[k] *= by[k];
}

}  // namespace

DisplacementPosterior weigh(const DisplacementModel& model) {
    const double to_neighbour =
        0.5 * model.wander_mm * model.wander_mm * model.step_mm / (model.cell_mm * model.cell_mm);
    DisplacementPosterior posterior;
    std::vector<Row> seen;
    Row row = model.prior;
    for (std::size_t step = 0; step < model.steps; ++step) {
        if (step > 0) row = walked(row, to_neighbour);
        seen.push_back(likelihoods(model, step));
        multiply(row, seen.back());
        posterior.log_likelihood += std::log(normalize(row));
        posterior.probability.push_back(row);
    }
    Row later(model.states, 1.0);
    for (std::size_t step = model.steps; step-- > 0;) {
        Row& here = posterior.probability[step];
        multiply(here, later);
        normalize(here);
        multiply(later, seen[step]);
        later = walked(later, to_neighbour);
        normalize(later);
    }
    return posterior;
}

}  // namespace stenometry
