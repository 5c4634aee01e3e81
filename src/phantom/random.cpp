#include "phantom/random.h"

#include <cmath>

#include "phantom/portable_math.h"

namespace stenometry::phantom {
namespace {

/// ln(k!) by Stirling's series, exact to 1e-10 from k = 10; below, the product itself.
double log_factorial(double k) {
    if (k < 10.0) {
        double product = 1.0;
        for (double i = 2.0; i <= k; i += 1.0) product *= i;
        return portable::log(product);
    }
    const double n = k + 1.0;
    const double series = (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / (1260.0 * n * n)) / (n * n)) / n;
    return (n - 0.5) * portable::log(n) - n + 0.5 * portable::log(2.0 * portable::pi) + series;
}

}  // namespace

double Random::normal() {
    // Box and Muller, Ann. Math. Stat. 29 (1958) 610.
    const double radius = std::sqrt(-2.0 * portable::log(uniform()));
    return radius * portable::cos(2.0 * portable::pi * uniform());
}

double Random::poisson(double mean) {
    if (mean <= 0.0) return 0.0;
    if (mean < 10.0) {
        // Arrivals until their time is up: Knuth, The Art of Computer Programming, vol. 2, 3.4.1.
        const double limit = portable::exp(-mean);
        double product = uniform();
        double count = 0.0;
        for (; product > limit; count += 1.0) product *= uniform();
        return count;
    }
    // Transformed rejection, algorithm PTRS: Hoermann, Insurance: Math. Econ. 12 (1993) 39.
    const double b = 0.931 + 2.53 * std::sqrt(mean);
    const double a = -0.059 + 0.02483 * b;
    const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    const double squeeze = 0.9277 - 3.6224 / (b - 2.0);
    for (;;) {
        const double u = uniform() - 0.5;
        const double v = uniform();
        const double us = 0.5 - std::abs(u);
        const double k = std::floor((2.0 * a / us + b) * u + mean + 0.43);
        if (us >= 0.07 && v <= squeeze) return k;
        if (k < 0.0 || (us < 0.013 && v > us)) continue;
        const double accept = portable::log(v * inverse_alpha / (a / (us * us) + b));
        if (accept <= k * portable::log(mean) - mean - log_factorial(k)) return k;
    }
}

}  // namespace stenometry::phantom
