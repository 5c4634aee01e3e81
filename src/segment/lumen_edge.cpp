#include "segment/lumen_edge.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "core/blocks.h"
#include "core/interpolate_mat.h"
#include "core/mat.h"
#include "core/parallel.h"
#include "segment/ridge_graph.h"

namespace stenometry {
namespace {

constexpr float vessel_scales = 3.0F;  // from the ridge, beyond which a vessel adds nothing to the ground

constexpr int ground_block_px = 4;
constexpr double ground_reach_blocks = 2.5;  // the ground beside a vessel ...
// ... or, where vessels crowd, four times further away: it counts little, but where there is no near one it
// is all there is.
constexpr double far_share = 0.02;

/// 255 where no vessel adds to the attenuation.
cv::Mat beside_vessels(const cv::Mat& valid, const NearestSites& territory,
                       const std::vector<RidgePoint>& ridges) {
    cv::Mat beside = valid.clone();
    parallel_for(0, beside.rows, [&](int y) {
        auto* out = beside.ptr<std::uint8_t>(y);
        const float* distance = territory.distance_px.row(y);
        const std::int32_t* nearest = territory.site.row(y);
        for (int x = 0; x < beside.cols; ++x)
            if (nearest[x] >= 0 && distance[x] <= vessel_scales * ridges[std::size_t(nearest[x])].scale_px)
                out[x] = 0;
    });
    return beside;
}

/// Attenuation beside the vessels, carried on under them.
cv::Mat vessel_free_ground(const cv::Mat& attenuation, const cv::Mat& valid, const NearestSites& territory,
                           const std::vector<RidgePoint>& ridges) {
    const Blocks blocks = sum_blocks(attenuation, beside_vessels(valid, territory, ridges), ground_block_px);
    const auto spread = [](const cv::Mat& image) {
        cv::Mat near, far;
        cv::GaussianBlur(image, near, {}, ground_reach_blocks, 0, cv::BORDER_REPLICATE);
        cv::resize(image, far, reduced(image.size(), 4), 0, 0, cv::INTER_AREA);
        cv::GaussianBlur(far, far, {}, ground_reach_blocks, 0, cv::BORDER_REPLICATE);
        cv::resize(far, far, image.size(), 0, 0, cv::INTER_LINEAR);
        return cv::Mat(near + far_share * far);
    };
    return spread_blocks(spread(blocks.sum) / cv::max(spread(blocks.count), 1e-5), ground_block_px,
                         attenuation.size());
}

// Taps along the vessel, in units of their distance, and their Gaussian weights.
constexpr std::array<float, 5> tap_at{-2, -1, 0, 1, 2};
constexpr std::array<float, 5> tap_weight{0.12F, 0.233F, 0.294F, 0.233F, 0.12F};
constexpr float lumen_tap_px = 2.0F;                     // short, so that bends keep their edges
constexpr float widest_reach = 1.5F * radius_per_scale;  // scales from the ridge to look for the edge
constexpr float peak_reach_px = 4.0F;                    // along the ridge, over which its height is averaged

/// Attenuation above the ground, averaged along the vessel, near the ridges; elsewhere 0.
cv::Mat lumen_height(const cv::Mat& attenuation, const cv::Mat& ground, const NearestSites& territory,
                     const std::vector<RidgePoint>& ridges) {
    cv::Mat smooth;
    cv::GaussianBlur(attenuation - ground, smooth, {}, 0.7);
    cv::Mat height = cv::Mat::zeros(smooth.size(), CV_32F);
    parallel_for(0, height.rows, [&](int y) {
        const float* distance = territory.distance_px.row(y);
        const std::int32_t* nearest = territory.site.row(y);
        float* out = height.ptr<float>(y);
        for (int x = 0; x < height.cols; ++x) {
            if (nearest[x] < 0) continue;
            const RidgePoint& ridge = ridges[std::size_t(nearest[x])];
            if (distance[x] > widest_reach * ridge.scale_px + 1) continue;
            for (std::size_t i = 0; i < tap_at.size(); ++i)
                out[x] += tap_weight[i] * interpolate(smooth, float(x) + tap_at[i] * lumen_tap_px * ridge.dx,
                                                      float(y) + tap_at[i] * lumen_tap_px * ridge.dy);
        }
    });
    return height;
}

/// Height of the lumen at each ridge point, averaged over the ridge around it.
std::vector<float> ridge_heights(const cv::Mat& height, const NearestSites& territory,
                                 const std::vector<RidgePoint>& ridges) {
    constexpr int reach = int(peak_reach_px);
    std::vector<float> heights;
    for (const RidgePoint& r : ridges) {
        float sum = 0;
        int count = 0;
        for (int y = std::max(0, r.y - reach); y <= std::min(height.rows - 1, r.y + reach); ++y)
            for (int x = std::max(0, r.x - reach); x <= std::min(height.cols - 1, r.x + reach); ++x)
                if (territory.distance_px(x, y) == 0) {
                    sum += height.at<float>(y, x);
                    ++count;
                }
        heights.push_back(sum / float(count));
    }
    return heights;
}

// Blur of a usual picture together with the smoothing of `lumen_height`, standard deviation.
constexpr float usual_blur_px = 1.3F;

/// Part of its height at which a cylinder of this radius ends. Near its edge the chord profile is sqrt(2 u /
/// radius) at the distance u inside; blurred by a Gaussian of sigma, that is 0.411 sqrt(2 sigma / radius) at
/// the edge itself. Lumens as narrow as the blur look like the blur, whose half height is as good an edge as
/// any.
float edge_level(float radius_px) {
    return std::clamp(0.411F * std::sqrt(2 * usual_blur_px / std::max(radius_px, 0.1F)), 0.2F, 0.5F);
}

/// What a pixel of the lumen around each ridge point has at least: shadows beside a vessel reach the level,
/// but are no line themselves. A faint vessel is not fainter than its middle because of that.
std::vector<float> least_probabilities(const cv::Mat& probability, const std::vector<RidgePoint>& ridges) {
    constexpr float of_any = 0.2F, of_the_middle = 0.85F;
    std::vector<float> least;
    for (const RidgePoint& r : ridges)
        least.push_back(std::min(of_any, of_the_middle * probability.at<float>(r.y, r.x)));
    return least;
}

}  // namespace

NearestSites divide(const std::vector<RidgePoint>& ridges, cv::Size size) {
    float widest_px = 0;
    for (const RidgePoint& r : ridges) widest_px = std::max(widest_px, r.scale_px);
    return find_nearest(index_of(ridges, size.width, size.height), vessel_scales * widest_px);
}

cv::Mat rise_over_edge(const EnhancedFrame& frame, const cv::Mat& probability,
                       const std::vector<RidgePoint>& ridges, const NearestSites& territory) {
    constexpr float outside = -0.5F;
    const cv::Mat attenuation = as_mat(frame.attenuation);
    const cv::Mat ground = vessel_free_ground(attenuation, as_mat(frame.valid), territory, ridges);
    const cv::Mat height = lumen_height(attenuation, ground, territory, ridges);
    const std::vector<float> ridge_height = ridge_heights(height, territory, ridges);
    const std::vector<float> least_probability = least_probabilities(probability, ridges);
    cv::Mat rise(height.size(), CV_32F, cv::Scalar(double{outside}));
    parallel_for(0, height.rows, [&](int y) {
        const float* h = height.ptr<float>(y);
        const float* p = probability.ptr<float>(y);
        float* out = rise.ptr<float>(y);
        for (int x = 0; x < height.cols; ++x) {
            if (!(h[x] > 0) || !frame.valid(x, y)) continue;
            const auto nearest = std::size_t(territory.site(x, y));
            if (p[x] < least_probability[nearest]) continue;
            const float level = edge_level(radius_per_scale * ridges[nearest].scale_px);
            out[x] = std::max(outside, h[x] / std::max(ridge_height[nearest], 1e-6F) - level);
        }
    });
    for (const RidgePoint& r : ridges)
        rise.at<float>(r.y, r.x) = std::max(rise.at<float>(r.y, r.x), -outside);
    return rise;
}

void drop_islands(cv::Mat& rise, const std::vector<RidgePoint>& ridges) {
    cv::Mat labels;
    const int count = cv::connectedComponents(rise > 0, labels, 8, CV_32S);
    std::vector<bool> kept(static_cast<std::size_t>(count), false);
    for (const RidgePoint& r : ridges) kept[std::size_t(labels.at<int>(r.y, r.x))] = true;
    kept[0] = true;
    for (int y = 0; y < rise.rows; ++y) {
        const int* label = labels.ptr<int>(y);
        float* out = rise.ptr<float>(y);
        for (int x = 0; x < rise.cols; ++x)
            if (!kept[std::size_t(label[x])]) out[x] = -out[x];
    }
}

}  // namespace stenometry
