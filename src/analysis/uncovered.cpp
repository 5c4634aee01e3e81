#include "analysis/uncovered.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "core/mat.h"

namespace stenometry {
namespace {

/// The edge of a mask is a pixel or two beside the measured walls, which is no vessel of its own.
constexpr double rim_px = 2.0;

/// 255 where a measured vessel lies.
cv::Mat covered_pixels(cv::Size size, const std::vector<Vessel>& vessels) {
    cv::Mat covered = cv::Mat::zeros(size, CV_8U);
    for (const Vessel& vessel : vessels) {
        const Polyline& line = vessel.contour.centerline.points_px;
        for (std::size_t i = 0; i < line.size(); ++i) {
            const double diameter =
                i < vessel.diameter.diameter_px.size() ? vessel.diameter.diameter_px[i] : 0.0;
            const double healthy =
                i < vessel.reference.diameter_px.size() ? vessel.reference.diameter_px[i] : 0.0;
            const double wide = std::max(std::isfinite(diameter) ? diameter : 0.0, healthy);
            cv::circle(covered,
                       {static_cast<int>(std::lround(line[i].x)), static_cast<int>(std::lround(line[i].y))},
                       static_cast<int>(std::lround(0.5 * wide + rim_px)), cv::Scalar(255), cv::FILLED);
        }
    }
    return covered;
}

/// One of the pieces: its pixels are those of `labels` that are `label`.
struct Component {
    cv::Rect box;
    double area = 0.0;
    int label = 0;
};

/// A pixel that lies deepest in the piece, and the length of a band of that depth and area.
Uncovered::Piece describe(const Component& component, const cv::Mat& labels) {
    const cv::Rect wider(component.box.x - 1, component.box.y - 1, component.box.width + 2,
                         component.box.height + 2);
    cv::Mat piece = cv::Mat::zeros(wider.size(), CV_8U);
    cv::Mat inside = piece({1, 1, component.box.width, component.box.height});
    inside.setTo(255, labels(component.box) == component.label);
    cv::Mat depth;
    cv::distanceTransform(piece, depth, cv::DIST_L2, cv::DIST_MASK_PRECISE);
    double deepest = 0.0;
    cv::Point at;
    cv::minMaxLoc(depth, nullptr, &deepest, nullptr, &at);
    const double width = std::max(1.0, 2.0 * deepest - 1.0);
    return {{static_cast<double>(wider.x + at.x), static_cast<double>(wider.y + at.y)},
            component.area / width};
}

}  // namespace

Uncovered find_uncovered(const VesselMask& mask, const std::vector<Vessel>& vessels, double min_length_px) {
    const cv::Mat vessel = as_mat(mask.mask);
    const double area = cv::countNonZero(vessel);
    if (area == 0.0) return {};
    cv::Mat labels, boxes, centroids;
    const cv::Mat left_out = vessel & ~covered_pixels(vessel.size(), vessels);
    const int count = cv::connectedComponentsWithStats(left_out, labels, boxes, centroids);
    Uncovered found;
    double rest = 0.0;
    for (int k = 1; k < count; ++k) {
        const auto stat = [&](int which) { return boxes.at<int>(k, which); };
        const Component component{{stat(cv::CC_STAT_LEFT), stat(cv::CC_STAT_TOP), stat(cv::CC_STAT_WIDTH),
                                   stat(cv::CC_STAT_HEIGHT)},
                                  static_cast<double>(stat(cv::CC_STAT_AREA)),
                                  k};
        // No band is longer than its area, which is cheaper to know.
        const Uncovered::Piece piece =
            component.area >= min_length_px ? describe(component, labels) : Uncovered::Piece{};
        if (piece.length_px >= min_length_px)
            found.pieces.push_back(piece);
        else
            rest += component.area;
    }
    std::stable_sort(
        found.pieces.begin(), found.pieces.end(),
        [](const Uncovered::Piece& a, const Uncovered::Piece& b) { return a.length_px > b.length_px; });
    found.rest = rest / area;
    return found;
}

}  // namespace stenometry
