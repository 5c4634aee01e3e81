#include "segment/ridge_kinds.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "core/mat.h"
#include "segment/catheter.h"
#include "segment/ridge_graph.h"

namespace stenometry {
namespace {

using Shares = std::array<float, 3>;  // in the order of `RidgeKind`

Shares shares_at(const LearnedMaps& learned, const RidgePoint& ridge) {
    return {learned.artery.at<float>(ridge.y, ridge.x), learned.catheter.at<float>(ridge.y, ridge.x),
            learned.device.at<float>(ridge.y, ridge.x)};
}

RidgeKind greatest(const Shares& shares) {
    return static_cast<RidgeKind>(std::ranges::max_element(shares) - shares.begin());
}

/// A number for each ridge point that is marked; those that touch, or point at each other over a short gap,
/// have the same.
cv::Mat pieces_of(const std::vector<RidgePoint>& ridges, const std::vector<RidgeKind>& kinds, RidgeKind kind,
                  cv::Size size) {
    constexpr float bridged = 4.0F;
    cv::Mat drawn = cv::Mat::zeros(size, CV_8U), labels;
    for (std::size_t i = 0; i < ridges.size(); ++i) {
        if (kinds[i] != kind) continue;
        const RidgePoint& r = ridges[i];
        const auto end = [&r](float way) {
            return cv::Point(cvRound(float(r.x) + way * r.dx), cvRound(float(r.y) + way * r.dy));
        };
        cv::line(drawn, end(-bridged), end(bridged), cv::Scalar(255));
    }
    cv::connectedComponents(drawn, labels, 8, CV_32S);
    return labels;
}

/// A catheter comes in over the border of the field: what does not is a part of an artery that looks like
/// one.
void require_entry(const std::vector<RidgePoint>& ridges, std::vector<RidgeKind>& kinds, const cv::Mat& valid,
                   double reach_px) {
    const Image<float> distance =
        distance_to_border(from_mat<std::uint8_t>(valid), static_cast<int>(std::ceil(reach_px)) + 1);
    const cv::Mat pieces = pieces_of(ridges, kinds, RidgeKind::catheter, valid.size());
    std::vector<std::uint8_t> enters(ridges.size() + 1);
    for (std::size_t i = 0; i < ridges.size(); ++i) {
        const RidgePoint& r = ridges[i];
        if (kinds[i] == RidgeKind::catheter && double{distance(r.x, r.y)} <= reach_px)
            enters[static_cast<std::size_t>(pieces.at<int>(r.y, r.x))] = 1;
    }
    for (std::size_t i = 0; i < ridges.size(); ++i)
        if (kinds[i] == RidgeKind::catheter &&
            !enters[static_cast<std::size_t>(pieces.at<int>(ridges[i].y, ridges[i].x))])
            kinds[i] = RidgeKind::artery;
}

/// The points of every segment.
std::vector<std::vector<std::size_t>> members_of(const std::vector<int>& labels) {
    std::vector<std::vector<std::size_t>> members(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) members[static_cast<std::size_t>(labels[i])].push_back(i);
    return members;
}

}  // namespace

std::vector<RidgeKind> kinds_of(const std::vector<RidgePoint>& ridges, const LearnedMaps& learned,
                                const cv::Mat& valid, double reach_px) {
    std::vector<Shares> shares;
    for (const RidgePoint& ridge : ridges) shares.push_back(shares_at(learned, ridge));
    std::vector<RidgeKind> kinds(ridges.size());
    for (const std::vector<std::size_t>& members : members_of(label_segments(ridges, learned.artery.size())))
        for (const std::size_t i : members) {
            Shares sum{};
            for (const std::size_t j : members)
                if (std::abs(ridges[i].x - ridges[j].x) <= reach_px &&
                    std::abs(ridges[i].y - ridges[j].y) <= reach_px)
                    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += shares[j][k];
            kinds[i] = greatest(sum);
        }
    require_entry(ridges, kinds, valid, reach_px);
    return kinds;
}

double largest_artery_part(const cv::Mat& artery, const cv::Mat& valid) {
    constexpr double likely = 0.5;
    cv::Mat labels, statistics, centroids;
    const int pieces =
        cv::connectedComponentsWithStats((artery > likely) & valid, labels, statistics, centroids, 8, CV_32S);
    int largest = 0;
    for (int k = 1; k < pieces; ++k) largest = std::max(largest, statistics.at<int>(k, cv::CC_STAT_AREA));
    return largest / std::max(1.0, static_cast<double>(cv::countNonZero(valid)));
}

}  // namespace stenometry
