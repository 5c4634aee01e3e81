#include "lumen/cylinder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "lumen/cylinder_sheets.h"

namespace stenometry {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The lumen cut into thin sheets across the beam: where they are, and how much each takes from the
/// intensity.
struct Sheets {
    explicit Sheets(const BlurredCylinder& cylinder) {
        constexpr int count = 48;  // the error is below 1e-4 of the depth
        for_each_sheet(0.5 * cylinder.diameter_px, count, [&](int, const CylinderSheet& sheet) {
            at.push_back(sheet.at);
            loss.push_back(-std::expm1(-cylinder.attenuation_per_px * 2.0 * sheet.half_chord) * sheet.width);
        });
    }
    std::vector<double> at, loss;
};

double gaussian(double u) { return std::exp(-0.5 * u * u) / std::sqrt(2.0 * std::numbers::pi); }

/// `first` times the first derivative plus `second` times the second derivative of the intensity at t.
double derivative(const Sheets& sheets, double blur, double t, double first, double second) {
    double sum = 0.0;
    for (std::size_t i = 0; i < sheets.at.size(); ++i) {
        const double u = (t - sheets.at[i]) / blur;
        constexpr double far = 5.0;  // a Gaussian has come down to 4e-6 of its height
        if (std::abs(u) > far) continue;
        const double g = gaussian(u) / (blur * blur);
        sum += sheets.loss[i] * g * (first * u - second * (u * u - 1.0) / blur);
    }
    return sum;
}

/// Where, going outwards from the axis, that mix is largest.
double outer_maximum(const Sheets& sheets, const BlurredCylinder& cylinder, double first, double second) {
    const double step = 0.1 * cylinder.blur_px;
    const double end = 0.5 * cylinder.diameter_px + 4.0 * cylinder.blur_px;
    const double begin = std::max(0.0, 0.5 * cylinder.diameter_px - 3.0 * cylinder.blur_px);
    double best_t = begin, best = -std::numeric_limits<double>::infinity();
    for (double t = begin; t < end; t += step) {
        const double value = derivative(sheets, cylinder.blur_px, t, first, second);
        if (value > best) best = value, best_t = t;
    }
    const double before = derivative(sheets, cylinder.blur_px, best_t - step, first, second);
    const double after = derivative(sheets, cylinder.blur_px, best_t + step, first, second);
    const double bend = before - 2.0 * best + after;
    return bend < 0.0 ? best_t + 0.5 * step * (before - after) / bend : best_t;
}

/// What is left of a measured edge after the best multiple of the model's is taken off it.
double misfit(const std::vector<double>& edge, double step, const Sheets& sheets, double blur, double begin) {
    double mm = 0.0, me = 0.0, ee = 0.0;
    for (std::size_t k = 0; k < edge.size(); ++k) {
        const double model = derivative(sheets, blur, begin + static_cast<double>(k) * step, 1.0, 0.0);
        mm += model * model, me += model * edge[k], ee += edge[k] * edge[k];
    }
    return me > 0.0 ? ee - me * me / mm : ee;
}

/// The place between low and high where `f` is smallest, for an `f` with one minimum.
template <class F>
double golden_minimum(double low, double high, double tolerance, F f) {
    constexpr double ratio = 0.618033988749895;
    double a = high - ratio * (high - low), b = low + ratio * (high - low);
    double fa = f(a), fb = f(b);
    while (high - low > tolerance) {
        if (fa < fb) {
            high = b, b = a, fb = fa;
            a = high - ratio * (high - low), fa = f(a);
        } else {
            low = a, a = b, fa = fb;
            b = low + ratio * (high - low), fb = f(b);
        }
    }
    return 0.5 * (low + high);
}

}  // namespace

double BlurredCylinder::edge_distance(const EdgeRule& rule) const {
    const double second = -(1.0 - rule.first_weight) * rule.length_px;
    return 2.0 * outer_maximum(Sheets(*this), *this, rule.first_weight, second);
}

double blur_of_edge(const std::vector<double>& edge, double step_px, double diameter_px,
                    double attenuation_per_px, double max_blur_px) {
    if (edge.empty() || std::any_of(edge.begin(), edge.end(), [](double e) { return std::isnan(e); }))
        return nan;
    const double half_extent = 0.5 * step_px * static_cast<double>(edge.size() - 1);
    const Sheets sheets({diameter_px, 1.0, attenuation_per_px});
    const double tolerance = 4e-3 * max_blur_px;
    const auto best_begin = [&](double blur) {
        const double middle = 0.5 * diameter_px - half_extent;
        return golden_minimum(middle - blur, middle + blur, tolerance,
                              [&](double begin) { return misfit(edge, step_px, sheets, blur, begin); });
    };
    const double blur = golden_minimum(0.05 * max_blur_px, max_blur_px, tolerance, [&](double b) {
        return misfit(edge, step_px, sheets, b, best_begin(b));
    });
    return blur < 0.98 * max_blur_px ? blur : nan;
}

BlurCorrection::BlurCorrection(double blur_px, double attenuation_per_px, double max_diameter_px,
                               const EdgeRule& rule) {
    constexpr double ratio = 1.06;  // table steps of 6 %: interpolating between them errs by less than 0.2 %
    for (double diameter = 0.1 * blur_px; diameter < ratio * max_diameter_px; diameter *= ratio) {
        const double distance = BlurredCylinder{diameter, blur_px, attenuation_per_px}.edge_distance(rule);
        // Below the resolution the distance hardly depends on the diameter: only its rising part can be
        // inverted.
        while (!distance_.empty() && distance_.back() >= distance) distance_.pop_back(), diameter_.pop_back();
        diameter_.push_back(diameter);
        distance_.push_back(distance);
    }
}

double BlurCorrection::diameter_px(double distance_px) const {
    if (!(distance_px > distance_.front())) return nan;
    const auto upper = std::upper_bound(distance_.begin(), distance_.end(), distance_px);
    if (upper == distance_.end()) return distance_px + diameter_.back() - distance_.back();
    const auto i = static_cast<std::size_t>(upper - distance_.begin());
    return std::lerp(diameter_[i - 1], diameter_[i],
                     (distance_px - distance_[i - 1]) / (distance_[i] - distance_[i - 1]));
}

double BlurCorrection::gain(double distance_px) const {
    const auto upper = std::upper_bound(distance_.begin(), distance_.end(), distance_px);
    if (upper == distance_.end()) return 1.0;
    const auto i = std::max<std::size_t>(1, static_cast<std::size_t>(upper - distance_.begin()));
    return (diameter_[i] - diameter_[i - 1]) / (distance_[i] - distance_[i - 1]);
}

}  // namespace stenometry
