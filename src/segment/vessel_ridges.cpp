#include "segment/vessel_ridges.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <opencv2/imgproc.hpp>

#include "core/interpolate_mat.h"
#include "core/mat.h"
#include "core/parallel.h"
#include "segment/ridge_graph.h"
#include "segment/vessel_evidence.h"

namespace stenometry {
namespace {

constexpr std::uint8_t on = 255;

/// Whether the response across the vessel is greatest here.
bool is_ridge(const cv::Mat& response, int x, int y, float dx, float dy) {
    const float here = response.at<float>(y, x);
    return here >= interpolate(response, float(x) - dy, float(y) + dx) &&
           here > interpolate(response, float(x) + dy, float(y) - dx);
}

/// How much the attenuation falls to both sides of the ridge, beyond the edges of the vessel.
void measure_drops(RidgePoint& ridge, const cv::Mat& attenuation) {
    constexpr float side_scales = 2.2F;
    const float side = side_scales * ridge.scale_px;
    const float here = attenuation.at<float>(ridge.y, ridge.x);
    const float left =
        here - interpolate(attenuation, float(ridge.x) - side * ridge.dy, float(ridge.y) + side * ridge.dx);
    const float right =
        here - interpolate(attenuation, float(ridge.x) + side * ridge.dy, float(ridge.y) - side * ridge.dx);
    ridge.drop = (left + right) / 2;
    ridge.least_drop = std::min(left, right);
}

std::vector<RidgePoint> find_ridges(const cv::Mat& probability, const cv::Mat& attenuation,
                                    const Vesselness& vesselness, double low) {
    const cv::Mat response = as_mat(vesselness.response);
    std::vector<std::vector<RidgePoint>> of_row(static_cast<std::size_t>(response.rows));
    parallel_for(0, response.rows, [&](int y) {
        const float* p = probability.ptr<float>(y);
        for (int x = 0; x < response.cols; ++x) {
            if (double{p[x]} < low) continue;
            const float dx = std::cos(vesselness.direction_rad(x, y));
            const float dy = std::sin(vesselness.direction_rad(x, y));
            if (!is_ridge(response, x, y, dx, dy)) continue;
            RidgePoint ridge{x, y, dx, dy, vesselness.scale_px(x, y), evidence_of(p[x])};
            measure_drops(ridge, attenuation);
            of_row[static_cast<std::size_t>(y)].push_back(ridge);
        }
    });
    std::vector<RidgePoint> ridges;
    for (const std::vector<RidgePoint>& row : of_row) ridges.insert(ridges.end(), row.begin(), row.end());
    return ridges;
}

// A ridge this much weaker than another within its width is the other's flank or halo.
constexpr float halo_strength = 0.6F;
constexpr float halo_scales = 2.0F;  // from the stronger ridge: its flank and its ringing

/// The strongest of the values that hold in squares around some pixels.
class StrongestAround {
  public:
    explicit StrongestAround(cv::Size size) : strongest_(cv::Mat::zeros(size, CV_32F)) {}
    void add(int x, int y, int reach, float value) {
        const int left = std::max(0, x - reach), right = std::min(strongest_.cols - 1, x + reach);
        const int bottom = std::min(strongest_.rows - 1, y + reach);
        for (int row = std::max(0, y - reach); row <= bottom; ++row) {
            float* strongest = strongest_.ptr<float>(row);
            for (int column = left; column <= right; ++column)
                strongest[column] = std::max(strongest[column], value);
        }
    }
    float at(int x, int y) const { return strongest_.at<float>(y, x); }

  private:
    cv::Mat strongest_;
};

/// Leaves out ridges that a much stronger one beside them explains.
void drop_halos(std::vector<RidgePoint>& ridges, cv::Size size) {
    StrongestAround strongest(size);
    for (const RidgePoint& r : ridges)
        strongest.add(r.x, r.y, static_cast<int>(std::lround(halo_scales * r.scale_px)), r.strength);
    std::erase_if(ridges,
                  [&](const RidgePoint& r) { return r.strength < halo_strength * strongest.at(r.x, r.y); });
}

struct Segment {
    int points = 0;
    double strength = 0;
    double drop = 0;
    double least_drop = 0;
};

// A line of n points is worth its mean evidence times sqrt(n); clutter makes short or faint lines.
constexpr double least_significance = 28.0;
// Mean drop to the lower side over the mean drop to both; the edge of a shadow drops to one side only.
constexpr double least_two_sided = 0.45;

/// Leaves out segments that chance or the edge of a shadow explains.
void drop_insignificant(std::vector<RidgePoint>& ridges, cv::Size size) {
    const std::vector<int> label = label_segments(ridges, size);
    std::vector<Segment> segments(ridges.size());
    for (std::size_t i = 0; i < ridges.size(); ++i) {
        Segment& segment = segments[std::size_t(label[i])];
        ++segment.points;
        segment.strength += double{ridges[i].strength};
        segment.drop += double{ridges[i].drop};
        segment.least_drop += double{ridges[i].least_drop};
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < ridges.size(); ++i) {
        const Segment& segment = segments[std::size_t(label[i])];
        if (segment.strength < least_significance * std::sqrt(segment.points)) continue;
        if (segment.least_drop < least_two_sided * segment.drop) continue;
        ridges[kept++] = ridges[i];
    }
    ridges.resize(kept);
}

cv::Point rounded(float x, float y) { return {int(std::lround(x)), int(std::lround(y))}; }

// Ridges fainter than those that count, by this, still lead from one that does to another.
constexpr double bridge_probability = 0.5;

// Of a lumen's radius: this far to its side a branch begins.
constexpr float origin_radii = 1.6F;

/// Labels of ridges that touch, point at each other over less than `gap_px`, are connected by `bridges`, or
/// begin beside the lumen of another; one per ridge point.
std::vector<int> label_vessels(const std::vector<RidgePoint>& ridges, const std::vector<RidgePoint>& bridges,
                               cv::Size size, double gap_px) {
    cv::Mat joined = cv::Mat::zeros(size, CV_8U);
    const auto draw_along = [&](const RidgePoint& r, float reach) {
        cv::line(joined, rounded(float(r.x) - reach * r.dx, float(r.y) - reach * r.dy),
                 rounded(float(r.x) + reach * r.dx, float(r.y) + reach * r.dy), cv::Scalar(on));
    };
    if (gap_px > 0)
        for (const RidgePoint& r : bridges) draw_along(r, 1.5F);
    for (const RidgePoint& r : ridges) draw_along(r, std::max(1.0F, float(gap_px) / 2));
    for (const RidgePoint& r : ridges) {
        const float side = origin_radii * radius_per_scale * r.scale_px;
        cv::line(joined, rounded(float(r.x) - side * r.dy, float(r.y) + side * r.dx),
                 rounded(float(r.x) + side * r.dy, float(r.y) - side * r.dx), cv::Scalar(on));
    }
    cv::Mat labels;
    cv::connectedComponents(joined, labels, 8, CV_32S);
    std::vector<int> label;
    for (const RidgePoint& r : ridges) label.push_back(labels.at<int>(r.y, r.x));
    return label;
}

// A part that weighs less than this beside the heaviest is clutter that happens to be long.
constexpr double least_weight = 0.25;

struct Vessel {
    int points = 0;
    double weight = 0;  // strength times length
    float strongest = 0;
};

/// Keeps what is long, strong somewhere, and not faint beside the rest.
void keep_vessels(std::vector<RidgePoint>& ridges, std::vector<int> labels, double min_length_px,
                  double high) {
    if (ridges.empty()) return;
    std::vector<Vessel> vessels(static_cast<std::size_t>(*std::max_element(labels.begin(), labels.end())) +
                                1);
    for (std::size_t i = 0; i < ridges.size(); ++i) {
        Vessel& vessel = vessels[std::size_t(labels[i])];
        ++vessel.points;
        vessel.weight += double{ridges[i].strength};
        vessel.strongest = std::max(vessel.strongest, ridges[i].strength);
    }
    double heaviest = 0;
    for (const Vessel& vessel : vessels) heaviest = std::max(heaviest, vessel.weight);
    const float strong = evidence_of(float(high));
    std::size_t kept = 0;
    for (std::size_t i = 0; i < ridges.size(); ++i) {
        const Vessel& vessel = vessels[std::size_t(labels[i])];
        if (vessel.points < min_length_px || vessel.strongest < strong ||
            vessel.weight < least_weight * heaviest)
            continue;
        ridges[kept++] = ridges[i];
    }
    ridges.resize(kept);
}

}  // namespace

std::vector<RidgePoint> vessel_ridges(const EnhancedFrame& frame, const Vesselness& vesselness,
                                      const cv::Mat& probability, const SegmentOptions& options) {
    cv::Mat smooth;
    cv::GaussianBlur(as_mat(frame.attenuation), smooth, {}, 1.5);
    const std::vector<RidgePoint> bridges =
        find_ridges(probability, smooth, vesselness, bridge_probability * options.low_probability);
    std::vector<RidgePoint> ridges;
    const auto counts = [low = evidence_of(float(options.low_probability))](const RidgePoint& r) {
        return r.strength >= low;
    };
    std::copy_if(bridges.begin(), bridges.end(), std::back_inserter(ridges), counts);
    const cv::Size size = probability.size();
    drop_halos(ridges, size);
    drop_insignificant(ridges, size);
    // Nothing in a picture is farther apart than this.
    const double gap_px =
        std::min(options.max_gap.in_px(frame.calibration), double(size.width + size.height));
    keep_vessels(ridges, label_vessels(ridges, bridges, size, gap_px),
                 options.min_length.in_px(frame.calibration), options.high_probability);
    const std::vector<RidgePoint> narrows = find_narrows(ridges, bridges, size, static_cast<int>(gap_px));
    ridges.insert(ridges.end(), narrows.begin(), narrows.end());
    return ridges;
}

}  // namespace stenometry
