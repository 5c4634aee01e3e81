#pragma once

#include <cstdint>

namespace stenometry::phantom {

/// Random numbers that depend on nothing but their seed and their place, so that pixels can be drawn in any
/// order by any number of threads. The mixing function is the finaliser of SplitMix64: Steele, Lea and Flood,
/// OOPSLA 2014.
class Random {
  public:
    /// \param stream separates uses of one seed.
    /// \param index separates the places of one use, for example pixels.
    Random(std::uint64_t seed, std::uint64_t stream, std::uint64_t index = 0)
        : state_(mix(mix(mix(seed) + stream) + index)) {}

    std::uint64_t bits() { return mix(state_ += 0x9e3779b97f4a7c15ULL); }

    /// Evenly spread over 0 < u < 1.
    double uniform() { return (static_cast<double>(bits() >> 12) + 0.5) * 0x1p-52; }
    double uniform(double low, double high) { return low + (high - low) * uniform(); }

    /// Normal distribution with mean 0 and variance 1.
    double normal();

    /// Number of events of a Poisson process where `mean` are expected, mean >= 0.
    double poisson(double mean);

  private:
    static std::uint64_t mix(std::uint64_t z) {
        z = (z + 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }

    std::uint64_t state_;
};

}  // namespace stenometry::phantom
