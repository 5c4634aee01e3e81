#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

/// Functions that give the same bits on every machine. The standard library's may differ in the last bit
/// between versions and processors, and one bit is enough to change a random draw and with it a pixel. These
/// use additions, multiplications, divisions and square roots only, which IEEE 754 rounds in one way; they
/// are right to about 1e-15 of the result in the ranges that the renderer needs.
namespace stenometry::portable {

inline constexpr double pi = 3.14159265358979323846;
inline constexpr double ln2 = 0.69314718055994530942;

/// Natural exponential, |x| < 700.
inline double exp(double x) {
    const double k = std::floor(x / ln2 + 0.5);
    // ln 2 in two parts, the first with few enough bits that k times it is exact.
    const double r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
    double sum = 1.0;
    for (int n = 13; n > 0; --n) sum = 1.0 + sum * r * (1.0 / n);
    return sum * std::bit_cast<double>(static_cast<std::uint64_t>(1023 + static_cast<std::int64_t>(k)) << 52);
}

/// Natural logarithm of a normal number x > 0.
inline double log(double x) {
    const auto bits = std::bit_cast<std::uint64_t>(x);
    auto exponent = static_cast<std::int64_t>(bits >> 52) - 1023;
    double m = std::bit_cast<double>((bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        ++exponent;
    }
    const double s = (m - 1.0) / (m + 1.0);
    double sum = 0.0;
    for (int n = 21; n > 0; n -= 2) sum = sum * s * s + 1.0 / n;
    return static_cast<double>(exponent) * ln2 + 2.0 * s * sum;
}

/// Sine of x for |x| < 1e6, absolute error below 1e-10 there and 1e-15 near 0.
inline double sin(double x) {
    const double turns = std::floor(x / pi + 0.5);
    const double r = x - turns * pi;
    double sum = 0.0;
    for (int n = 23; n > 1; n -= 2) sum = (1.0 + sum) * -(r * r) * (1.0 / (n * (n - 1)));
    const double value = r * (1.0 + sum);
    return static_cast<std::int64_t>(turns) % 2 == 0 ? value : -value;
}

inline double cos(double x) { return sin(x + 0.5 * pi); }

/// Angle whose sine is x, -1 <= x <= 1. Three halvings of the angle make its series short.
inline double asin(double x) {
    double t = x / (1.0 + std::sqrt(1.0 - x * x));
    t /= 1.0 + std::sqrt(1.0 + t * t);
    t /= 1.0 + std::sqrt(1.0 + t * t);
    double sum = 0.0;
    for (int n = 21; n > 0; n -= 2) sum = 1.0 / n - sum * t * t;
    return 8.0 * t * sum;
}

}  // namespace stenometry::portable
