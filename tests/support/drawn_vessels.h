#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "stenometry/geometry.h"
#include "stenometry/segment.h"
#include "stenometry/vesselness.h"

/// Vessels as an ideal ridge filter and an ideal segmentation would see them, from curves whose truth is
/// known.
namespace stenometry::drawn {

inline Polyline line(Point from, Point to) { return resample({from, to}, 0.25); }

/// Part of a circle; angles from +x towards +y.
inline Polyline arc(Point centre, double radius, double from_deg, double to_deg) {
    Polyline curve;
    const int n =
        static_cast<int>(std::ceil(std::abs(to_deg - from_deg) * radius * std::numbers::pi / 180.0 / 0.25));
    for (int i = 0; i <= n; ++i) {
        const double a = (from_deg + (to_deg - from_deg) * i / n) * std::numbers::pi / 180.0;
        curve.push_back({centre.x + radius * std::cos(a), centre.y + radius * std::sin(a)});
    }
    return curve;
}

struct Vessel {
    Polyline curve;
    double radius_px = 3.0;
    double strength = 1.0;  ///< response at the middle
};

/// Calls `visit(x, y, distance, tangent)` for every pixel within `reach` of the curve, at least once with the
/// distance to the curve itself.
template <class Visit>
void for_pixels_near(const Polyline& curve, int width, int height, double reach, Visit visit) {
    for (std::size_t i = 0; i + 1 < curve.size(); ++i) {
        const Point along = curve[i + 1] - curve[i];
        const int left = std::max(0, static_cast<int>(curve[i].x - reach));
        const int right = std::min(width - 1, static_cast<int>(curve[i].x + reach) + 1);
        const int top = std::max(0, static_cast<int>(curve[i].y - reach));
        const int bottom = std::min(height - 1, static_cast<int>(curve[i].y + reach) + 1);
        for (int y = top; y <= bottom; ++y) {
            for (int x = left; x <= right; ++x) {
                const Point p{static_cast<double>(x), static_cast<double>(y)};
                const double t = std::clamp(dot(p - curve[i], along) / dot(along, along), 0.0, 1.0);
                const Point off = p - curve[i] - t * along;
                visit(x, y, std::sqrt(dot(off, off)), along);
            }
        }
    }
}

/// Response 1 in the middle, falling like a Gaussian of half the radius; where vessels overlap the stronger
/// counts.
inline Vesselness ridge(int width, int height, const std::vector<Vessel>& vessels) {
    Vesselness result{.response = Image<float>(width, height),
                      .scale_px = Image<float>(width, height, 1.0F),
                      .direction_rad = Image<float>(width, height),
                      .valid = Image<std::uint8_t>(width, height, 255)};
    for (const Vessel& vessel : vessels) {
        const double sigma = 0.5 * vessel.radius_px;
        for_pixels_near(vessel.curve, width, height, 8.0 * sigma, [&](int x, int y, double off, Point along) {
            const auto value =
                static_cast<float>(vessel.strength * std::exp(-0.5 * off * off / (sigma * sigma)));
            if (value <= result.response(x, y)) return;
            result.response(x, y) = value;
            result.scale_px(x, y) = static_cast<float>(sigma);
            result.direction_rad(x, y) =
                static_cast<float>(std::atan(along.x == 0.0 ? 1e9 : along.y / along.x));
        });
    }
    return result;
}

/// 255 within the radius of each curve.
inline VesselMask mask(int width, int height, const std::vector<Vessel>& vessels) {
    VesselMask result{.mask = Image<std::uint8_t>(width, height),
                      .probability = Image<float>(width, height),
                      .catheter = Image<std::uint8_t>(width, height)};
    for (const Vessel& vessel : vessels) {
        for_pixels_near(vessel.curve, width, height, vessel.radius_px, [&](int x, int y, double off, Point) {
            if (off > vessel.radius_px) return;
            result.mask(x, y) = 255;
            result.probability(x, y) = 1.0F;
        });
    }
    return result;
}

/// Largest distance of a point of `curve` from `truth`.
inline double worst_distance(const Polyline& curve, const Polyline& truth) {
    double worst = 0.0;
    for (const Point p : curve) worst = std::max(worst, nearest_on(truth, p).distance);
    return worst;
}

}  // namespace stenometry::drawn
