#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "stenometry/geometry.h"
#include "stenometry/image.h"

/// Images between their pixels. Beyond the outermost pixels their value counts.
namespace stenometry {

/// Linear interpolation, in the arithmetic of `Real`.
/// \param row_of y -> pointer to the first pixel of row y
template <class Real, class RowOf>
Real interpolate_linear(int width, int height, Real x, Real y, RowOf row_of) {
    x = std::clamp(x, Real(0), static_cast<Real>(width - 1));
    y = std::clamp(y, Real(0), static_cast<Real>(height - 1));
    const int x0 = static_cast<int>(x), y0 = static_cast<int>(y);
    const int right = x0 + 1 < width ? 1 : 0;
    const auto* above = row_of(y0) + x0;
    const auto* below = row_of(y0 + 1 < height ? y0 + 1 : y0) + x0;
    const Real fx = x - static_cast<Real>(x0), fy = y - static_cast<Real>(y0);
    const Real top = (1 - fx) * static_cast<Real>(above[0]) + fx * static_cast<Real>(above[right]);
    const Real bottom = (1 - fx) * static_cast<Real>(below[0]) + fx * static_cast<Real>(below[right]);
    return (1 - fy) * top + fy * bottom;
}

template <class T>
double sample_bilinear(const Image<T>& image, Point p) {
    return interpolate_linear(image.width(), image.height(), p.x, p.y, [&](int y) { return image.row(y); });
}

/// Weights of the four neighbours of a place `t` of the way from the second to the third: the cubic of Keys,
/// IEEE Trans. ASSP 29 (1981) 1153, with a = -1/2, which reproduces a parabola exactly.
inline std::array<float, 4> keys_weights(float t) {
    const float t2 = t * t, t3 = t2 * t;
    return {0.5F * (-t3 + 2 * t2 - t), 0.5F * (3 * t3 - 5 * t2 + 2), 0.5F * (-3 * t3 + 4 * t2 + t),
            0.5F * (t3 - t2)};
}

/// Cubic interpolation by `keys_weights`. \pre the image has pixels
inline float sample_bicubic(const Image<float>& image, Point p) {
    const auto blend = [](const std::array<float, 4>& w, float a, float b, float c, float d) {
        return w[0] * a + w[1] * b + w[2] * c + w[3] * d;
    };
    const int x0 = static_cast<int>(std::floor(p.x)), y0 = static_cast<int>(std::floor(p.y));
    const auto wx = keys_weights(static_cast<float>(p.x - x0)),
               wy = keys_weights(static_cast<float>(p.y - y0));
    std::array<float, 4> lines{};
    const bool inner = x0 >= 1 && y0 >= 1 && x0 + 2 < image.width() && y0 + 2 < image.height();
    for (int j = 0; j < 4; ++j) {
        const auto line = static_cast<std::size_t>(j);
        if (inner) {
            const float* at = image.row(y0 + j - 1) + x0 - 1;
            lines[line] = blend(wx, at[0], at[1], at[2], at[3]);
        } else {
            const float* row = image.row(std::clamp(y0 + j - 1, 0, image.height() - 1));
            const auto at = [&](int i) { return row[std::clamp(x0 + i, 0, image.width() - 1)]; };
            lines[line] = blend(wx, at(-1), at(0), at(1), at(2));
        }
    }
    return blend(wy, lines[0], lines[1], lines[2], lines[3]);
}

}  // namespace stenometry
