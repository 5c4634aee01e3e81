#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

namespace stenometry::training {

/// Random numbers of one sketch; the same on every machine.
class Random {
  public:
    explicit Random(std::uint64_t seed) : engine_(seed * 7919 + 17) {}

    double uniform(double low = 0.0, double high = 1.0) {
        return low + (high - low) * static_cast<double>(engine_() >> 11) * 0x1p-53;
    }
    /// Uniform in the logarithm, 0 < low <= high.
    double log_uniform(double low, double high) { return std::exp(uniform(std::log(low), std::log(high))); }
    double normal() {
        const double length = std::sqrt(-2.0 * std::log(uniform(1e-12, 1.0)));
        return length * std::cos(2.0 * std::numbers::pi * uniform());
    }
    bool chance(double probability) { return uniform() < probability; }
    double sign() { return chance(0.5) ? 1.0 : -1.0; }
    int integer(int low, int high) { return low + static_cast<int>(uniform() * (high - low + 1)); }

  private:
    std::mt19937_64 engine_;
};

}  // namespace stenometry::training
