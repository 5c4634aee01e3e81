#include "comparison/lumens.h"

#include <cmath>

namespace stenometry {
namespace {

double calibration_covariance(const Visit& one, const Visit& other) {
    if (&one == &other) return std::pow(one.calibration.relative_sd.value_or(0.0), 2);
    if (one.calibration.source != other.calibration.source) return 0.0;
    return one.shared_calibration_sd * other.shared_calibration_sd;
}

}  // namespace

double combined_sd(std::span<const VisitLength> lengths, std::span<const double> gradient) {
    double variance = 0.0;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        variance += std::pow(gradient[i] * lengths[i].own_sd_mm, 2);
        for (std::size_t k = 0; k < lengths.size(); ++k)
            variance += gradient[i] * lengths[i].mm * gradient[k] * lengths[k].mm *
                        calibration_covariance(*lengths[i].visit, *lengths[k].visit);
    }
    return std::sqrt(variance);
}

}  // namespace stenometry
