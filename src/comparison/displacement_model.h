#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace stenometry {

/// A hidden Markov model of where steps along one vessel lie along another: the state is the displacement of
/// the second place from `scale` times the first.
struct DisplacementModel {
    std::size_t steps = 0;  ///< along the first vessel
    double step_mm = 0.5;   ///< of these
    double cell_mm = 0.25;  ///< width of a state
    double least_mm = 0.0;  ///< displacement of the first state
    std::size_t states = 0;
    double scale = 1.0;
    double wander_mm = 0.2;     ///< standard deviation of the displacement's walk over one mm
    std::vector<double> prior;  ///< of the states at the first step, with a sum of one
    /// Likelihood that the step lies at that place of the second vessel, over that of its lying anywhere.
    std::function<double(std::size_t step, double second_mm)> likelihood;

    double second_mm(std::size_t step, std::size_t state) const {
        return scale * static_cast<double>(step) * step_mm + least_mm + static_cast<double>(state) * cell_mm;
    }
};

/// Probabilities of the states at every step, and the logarithm of the likelihood of all.
struct DisplacementPosterior {
    std::vector<std::vector<double>> probability;
    double log_likelihood = 0.0;
};

/// By the forward-backward algorithm: Rabiner, Proc. IEEE 77 (1989) 257.
DisplacementPosterior weigh(const DisplacementModel& model);

}  // namespace stenometry
