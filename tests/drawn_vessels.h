#pragma once

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

/// Whether `p` is farther than `reach` from the curve for certain, told from every 40th point; saves most of
/// the work.
inline bool surely_beyond(const Polyline& curve, Point p, double reach) {
    const double slack = 20.0 * distance(curve.front(), curve[1]);
    for (std::size_t i = 0; i < curve.size(); i += 40)
        if (distance(curve[i], p) <= reach + 2.0 * slack) return false;
    return distance(curve.back(), p) > reach + 2.0 * slack;
}

/// Response 1 in the middle, falling like a Gaussian of half the radius; where vessels overlap the stronger
/// counts.
inline Vesselness ridge(int width, int height, const std::vector<Vessel>& vessels) {
    Vesselness result{.response = Image<float>(width, height),
                      .scale_px = Image<float>(width, height, 1.0F),
                      .direction_rad = Image<float>(width, height),
                      .valid = Image<std::uint8_t>(width, height, 255)};
    for (const Vessel& vessel : vessels) {
        const std::vector<Point> along = tangents(vessel.curve);
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                const CurvePoint near =
                    nearest_on(vessel.curve, {static_cast<double>(x), static_cast<double>(y)});
                const double off = near.distance / (0.5 * vessel.radius_px);
                const auto value = static_cast<float>(vessel.strength * std::exp(-0.5 * off * off));
                if (value <= result.response(x, y)) continue;
                result.response(x, y) = value;
                result.scale_px(x, y) = static_cast<float>(0.5 * vessel.radius_px);
                const Point t = along[near.segment];
                result.direction_rad(x, y) = static_cast<float>(std::atan(t.x == 0.0 ? 1e9 : t.y / t.x));
            }
        }
    }
    return result;
}

/// 255 within the radius of each curve.
inline VesselMask mask(int width, int height, const std::vector<Vessel>& vessels) {
    VesselMask result{.mask = Image<std::uint8_t>(width, height),
                      .probability = Image<float>(width, height),
                      .catheter = Image<std::uint8_t>(width, height)};
    for (const Vessel& vessel : vessels) {
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                const Point p{static_cast<double>(x), static_cast<double>(y)};
                if (surely_beyond(vessel.curve, p, vessel.radius_px)) continue;
                if (nearest_on(vessel.curve, p).distance > vessel.radius_px) continue;
                result.mask(x, y) = 255;
                result.probability(x, y) = 1.0F;
            }
        }
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
