#include "stenometry/segment.h"

#include <tbb/parallel_for.h>
#include <tbb/parallel_invoke.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "catheter.h"
#include "cells.h"
#include "distance.h"
#include "ridge_graph.h"
#include "sparse_sample.h"
#include "statistics.h"
#include "stenometry/error.h"
#include "stenometry/interop/opencv.h"

namespace stenometry {

namespace {

using interop::as_mat;

constexpr std::uint8_t on = 255;

std::vector<float> positive_sample(const cv::Mat& values, const cv::Mat& valid) {
    std::vector<float> sample = sparse_sample(values, valid);
    std::erase_if(sample, [](float v) { return !(v > 0); });
    return sample;
}

/// Linear interpolation; beyond the outermost pixels their value.
float interpolate(const cv::Mat& image, float x, float y) {
    x = std::clamp(x, 0.0F, float(image.cols - 1));
    y = std::clamp(y, 0.0F, float(image.rows - 1));
    const int column = std::min(static_cast<int>(x), std::max(0, image.cols - 2));
    const int row = std::min(static_cast<int>(y), std::max(0, image.rows - 2));
    const float fx = x - float(column);
    const float fy = y - float(row);
    const float* above = image.ptr<float>(row) + column;
    const float* below = image.ptr<float>(std::min(row + 1, image.rows - 1)) + column;
    const int next = image.cols > 1 ? 1 : 0;
    return (1 - fy) * ((1 - fx) * above[0] + fx * above[next]) +
           fy * ((1 - fx) * below[0] + fx * below[next]);
}

cv::Size reduced(cv::Size size, int reduction) {
    return {(size.width + reduction - 1) / reduction, (size.height + reduction - 1) / reduction};
}

// ---------------------------------------------------------------------------------------------------------------
// Evidence: how far a pixel stands out of the clutter.

// Quantiles of the clutter: nine tenths of a frame are no vessel.
constexpr double clutter_middle = 0.6;
constexpr double clutter_top = 0.9;
// How far the two are apart for a response that is linear in contrast. Measures that are a power of it are
// brought back by comparing their spread with this, so that one threshold serves all.
constexpr double linear_spread = 2.5;

/// The natural logarithm; of what is not positive it is low enough to stand for nothing.
cv::Mat logarithm(const cv::Mat& values) {
    constexpr float next_to_nothing = 1e-12F;
    cv::Mat result = cv::max(values, next_to_nothing);
    cv::log(result, result);
    return result;
}

/// Logarithm of the response as a multiple of the clutter, linear in contrast; empty if nothing stands out.
cv::Mat log_relative_response(const cv::Mat& response, const cv::Mat& valid) {
    std::vector<float> sample = positive_sample(response, valid);
    const double middle = ranked(sample, clutter_middle, 0.0);
    const double top = ranked(sample, clutter_top, 0.0);
    if (!(middle > 0) || !(top > middle)) return {};
    const double power = std::clamp(std::log(linear_spread) / std::log(top / middle), 0.3, 1.5);
    return power * (logarithm(response) - std::log(middle));
}

/// What is narrower than `width_px`, in attenuation: a white top-hat, whose opening is taken on a picture so
/// small that its disc has a few pixels only.
cv::Mat top_hat(const cv::Mat& attenuation, double width_px) {
    constexpr double fewest_radius = 7.0;
    cv::Mat smooth, small, ground;
    cv::GaussianBlur(attenuation, smooth, {}, 1.0);

    const int reduction = std::max(2, static_cast<int>(width_px / 2 / fewest_radius));
    cv::resize(smooth, small, reduced(attenuation.size(), reduction), 0, 0, cv::INTER_AREA);
    const int radius = std::max(1, static_cast<int>(std::lround(width_px / 2 / reduction)));
    const cv::Mat disc = cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * radius + 1, 2 * radius + 1});
    cv::morphologyEx(small, small, cv::MORPH_OPEN, disc);
    cv::resize(small, ground, attenuation.size(), 0, 0, cv::INTER_LINEAR);
    return cv::max(smooth - ground, 0.0);
}

// A disc above noise: its opening lies some standard deviations below the mean, its highest pixels as far
// above. In units of the noise of one pixel, after the blur of `top_hat`.
constexpr double top_hat_of_noise = 1.7;
// Contrast below which no lumen is seen, ln units: a frame that is nearly constant has no vessels.
constexpr double least_contrast = 0.01;

/// How much noisier than usual each place is, at least 1: the logarithm blows up the noise where few X-rays
/// came through, and with it whatever looks like a line there.
cv::Mat excess_noise(const EnhancedFrame& frame) {
    constexpr int cell_px = 8;
    constexpr double reach_cells = 2.0;
    constexpr double ordinary = 1.5;  // times the median: vessels and bones have details of their own
    const cv::Mat attenuation = as_mat(frame.attenuation), valid = as_mat(frame.valid);
    cv::Mat smooth;
    cv::GaussianBlur(attenuation, smooth, {3, 3}, 0);
    Cells cells = sum_cells(cv::abs(attenuation - smooth), valid, cell_px);
    const cv::Mat mostly_valid = cells.count > 0.5 * cell_px * cell_px;
    cv::GaussianBlur(cells.sum, cells.sum, {}, reach_cells);
    cv::GaussianBlur(cells.count, cells.count, {}, reach_cells);
    const cv::Mat amount = cells.mean();
    std::vector<float> sample = sparse_sample(amount, mostly_valid);
    const double usual = ranked(sample, 0.5, 0.0);
    if (!(usual > 0)) return cv::Mat(attenuation.size(), CV_32F, cv::Scalar(1));
    return spread_cells(cv::max(amount / (ordinary * usual), 1.0), cell_px, attenuation.size());
}

/// Attenuation of narrow structures as a multiple of the clutter.
cv::Mat relative_top_hat(const EnhancedFrame& frame, double width_px) {
    const cv::Mat hat = top_hat(as_mat(frame.attenuation), width_px);
    std::vector<float> sample = positive_sample(hat, as_mat(frame.valid));
    const double clutter =
        std::max({ranked(sample, 0.7, 0.0), top_hat_of_noise * frame.attenuation_noise_sd, least_contrast});
    return hat * (1.0 / clutter);
}

// Diameter over the scale that answers best, see sigmas_px.
constexpr double diameter_per_scale = 1.0 / 0.42;
constexpr float radius_per_scale = float(diameter_per_scale / 2);
// The evidence at which half of the pixels are vessel, and how fast it turns. Found on drawn angiograms; the
// mask depends on them through the two probabilities of the options only.
constexpr float even_evidence = 3.5F;

double widest_vessel_px(const Vesselness& vesselness) {
    double scale = 0;
    cv::minMaxLoc(as_mat(vesselness.scale_px), nullptr, &scale);
    return diameter_per_scale * scale;
}

/// 0..1 from the geometric mean of both kinds of evidence, in which the response, which sees both sides of a
/// line, counts twice.
cv::Mat probability_of(const EnhancedFrame& frame, const Vesselness& vesselness) {
    const cv::Mat valid = as_mat(frame.valid);
    const double widest_px = widest_vessel_px(vesselness);
    cv::Mat log_response, hat, excess;
    tbb::parallel_invoke([&] { hat = relative_top_hat(frame, 1.15 * widest_px); },
                         [&] { log_response = log_relative_response(as_mat(vesselness.response), valid); },
                         [&] { excess = excess_noise(frame); });
    if (log_response.empty()) return cv::Mat::zeros(valid.size(), CV_32F);
    const cv::Mat log_evidence = (2.0 * log_response + logarithm(hat / excess)) * (1.0 / 3.0);
    cv::Mat odds;
    cv::exp(4.0 * (log_evidence - std::log(even_evidence)), odds);
    cv::Mat probability = odds / (1.0 + odds);
    probability.setTo(0, valid == 0);
    return probability;
}

// ---------------------------------------------------------------------------------------------------------------
// Ridges: where a vessel's middle may run.

float evidence_of(float probability) {
    return even_evidence * std::sqrt(std::sqrt(probability / std::max(1e-6F, 1 - probability)));
}

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

std::vector<RidgePoint> find_ridges(const cv::Mat& response, const cv::Mat& probability,
                                    const cv::Mat& attenuation, const Vesselness& vesselness, double low) {
    std::vector<std::vector<RidgePoint>> of_row(static_cast<std::size_t>(response.rows));
    tbb::parallel_for(0, response.rows, [&](int y) {
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
constexpr float origin_radii = 1.4F;

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
                 rounded(float(r.x) + side * r.dy, float(r.y) - side * r.dx), cv::Scalar(on), 2);
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

// ---------------------------------------------------------------------------------------------------------------
// Lumen: from the ridge to the edge.

constexpr float vessel_scales = 3.0F;  // from the ridge, beyond which a vessel adds nothing to the ground

/// For every pixel the ridge point nearest to it, as its index, and how far that is.
NearestSites divide(const std::vector<RidgePoint>& ridges, cv::Size size) {
    float widest_px = 0;
    for (const RidgePoint& r : ridges) widest_px = std::max(widest_px, r.scale_px);
    return find_nearest(index_of(ridges, size.width, size.height), vessel_scales * widest_px);
}

constexpr int ground_cell_px = 4;
constexpr double ground_reach_cells = 2.5;  // the ground beside a vessel ...
// ... or, where vessels crowd, four times further away: it counts little, but where there is no near one it
// is all there is.
constexpr double far_share = 0.02;

/// 255 where no vessel adds to the attenuation.
cv::Mat beside_vessels(const cv::Mat& valid, const NearestSites& territory,
                       const std::vector<RidgePoint>& ridges) {
    cv::Mat beside = valid.clone();
    for (int y = 0; y < beside.rows; ++y) {
        auto* out = beside.ptr<std::uint8_t>(y);
        const float* distance = territory.distance_px.row(y);
        const std::int32_t* nearest = territory.site.row(y);
        for (int x = 0; x < beside.cols; ++x)
            if (nearest[x] >= 0 && distance[x] <= vessel_scales * ridges[std::size_t(nearest[x])].scale_px)
                out[x] = 0;
    }
    return beside;
}

/// Attenuation beside the vessels, carried on under them.
cv::Mat vessel_free_ground(const cv::Mat& attenuation, const cv::Mat& valid, const NearestSites& territory,
                           const std::vector<RidgePoint>& ridges) {
    const Cells cells = sum_cells(attenuation, beside_vessels(valid, territory, ridges), ground_cell_px);
    const auto spread = [](const cv::Mat& image) {
        cv::Mat near, far;
        cv::GaussianBlur(image, near, {}, ground_reach_cells, 0, cv::BORDER_REPLICATE);
        cv::resize(image, far, reduced(image.size(), 4), 0, 0, cv::INTER_AREA);
        cv::GaussianBlur(far, far, {}, ground_reach_cells, 0, cv::BORDER_REPLICATE);
        cv::resize(far, far, image.size(), 0, 0, cv::INTER_LINEAR);
        return cv::Mat(near + far_share * far);
    };
    return spread_cells(spread(cells.sum) / cv::max(spread(cells.count), 1e-5), ground_cell_px,
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
    tbb::parallel_for(0, height.rows, [&](int y) {
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

// Of a pixel of the lumen: shadows beside a vessel reach the level, but are no line themselves.
constexpr float least_probability = 0.2F;

Image<std::uint8_t> fill_lumen(const EnhancedFrame& frame, const cv::Mat& probability,
                               const std::vector<RidgePoint>& ridges, const NearestSites& territory) {
    Image<std::uint8_t> mask(frame.attenuation.width(), frame.attenuation.height());
    const cv::Mat attenuation = as_mat(frame.attenuation);
    const cv::Mat ground = vessel_free_ground(attenuation, as_mat(frame.valid), territory, ridges);
    const cv::Mat height = lumen_height(attenuation, ground, territory, ridges);
    const std::vector<float> ridge_height = ridge_heights(height, territory, ridges);
    for (int y = 0; y < height.rows; ++y)
        for (int x = 0; x < height.cols; ++x) {
            if (!(height.at<float>(y, x) > 0) || !frame.valid(x, y) ||
                probability.at<float>(y, x) < least_probability)
                continue;
            const auto nearest = std::size_t(territory.site(x, y));
            const float level = edge_level(radius_per_scale * ridges[nearest].scale_px);
            if (height.at<float>(y, x) > level * ridge_height[nearest]) mask(x, y) = on;
        }
    for (const RidgePoint& r : ridges) mask(r.x, r.y) = on;
    return mask;
}

/// Leaves of `mask` what touches a ridge.
void drop_islands(Image<std::uint8_t>& mask, const std::vector<RidgePoint>& ridges) {
    cv::Mat labels;
    const int count = cv::connectedComponents(as_mat(mask), labels, 8, CV_32S);
    std::vector<std::uint8_t> kept(static_cast<std::size_t>(count));
    for (const RidgePoint& r : ridges) kept[std::size_t(labels.at<int>(r.y, r.x))] = on;
    kept[0] = 0;
    for (int y = 0; y < mask.height(); ++y)
        for (int x = 0; x < mask.width(); ++x) mask(x, y) = kept[std::size_t(labels.at<int>(y, x))];
}

// Guide catheters of 5 to 8 French are 1.7 to 2.7 mm wide; blur and the mask's grid add to that.
constexpr PhysicalLength least_catheter{.mm = 1.2, .uncalibrated_px = 4.0};
constexpr PhysicalLength greatest_catheter{.mm = 3.2, .uncalibrated_px = 13.0};
constexpr PhysicalLength least_catheter_length{.mm = 8.0, .uncalibrated_px = 30.0};

/// Part of the mask that lies nearer to a ridge point of the catheter than to any of a vessel.
Image<std::uint8_t> find_catheter_mask(const EnhancedFrame& frame, const std::vector<RidgePoint>& ridges,
                                       const NearestSites& territory, const Image<std::uint8_t>& mask) {
    Image<std::uint8_t> catheter(mask.width(), mask.height());
    const CatheterSize size{.least_length_px = least_catheter_length.in_px(frame.calibration),
                            .least_diameter_px = least_catheter.in_px(frame.calibration),
                            .greatest_diameter_px = greatest_catheter.in_px(frame.calibration)};
    const std::vector<std::uint8_t> in_catheter = find_catheter(ridges, mask, frame.valid, size);
    if (std::find(in_catheter.begin(), in_catheter.end(), 1) == in_catheter.end()) return catheter;
    for (int y = 0; y < mask.height(); ++y)
        for (int x = 0; x < mask.width(); ++x)
            if (mask(x, y) && in_catheter[std::size_t(territory.site(x, y))]) catheter(x, y) = on;
    return catheter;
}

// How often experts drew a vessel, against a pixel's own probability: off the mask, and on it as a straight
// line. On 40 angiograms of DCA1, see benchmarks/quality.
constexpr float drawn_off_mask = 0.28F;
constexpr float drawn_on_mask = 0.20F;
constexpr float drawn_on_mask_slope = 0.68F;

/// What stands on a vessel as a whole is more likely to be one than its own pixel says, and what does not
/// less. Whatever is on the mask stays above a half.
Image<float> weigh_by_context(const cv::Mat& probability, const Image<std::uint8_t>& mask) {
    constexpr float least_rise = 0.02F;  // over what is hardly above a half, so that the order is kept
    Image<float> weighed(mask.width(), mask.height());
    for (int y = 0; y < mask.height(); ++y) {
        const float* p = probability.ptr<float>(y);
        for (int x = 0; x < mask.width(); ++x)
            weighed(x, y) =
                mask(x, y) ? std::max(0.501F + least_rise * p[x], drawn_on_mask + drawn_on_mask_slope * p[x])
                           : drawn_off_mask * p[x];
    }
    return weighed;
}

void require_same_size(const EnhancedFrame& frame, const Vesselness& vesselness) {
    const Image<float>& attenuation = frame.attenuation;
    if (attenuation.empty()) throw InvalidInput("the enhanced frame has no pixels");
    if (!same_size(attenuation, frame.valid) || !same_size(attenuation, vesselness.response) ||
        !same_size(attenuation, vesselness.scale_px) || !same_size(attenuation, vesselness.direction_rad))
        throw InvalidInput("the vesselness has another size than the enhanced frame of " +
                           std::to_string(attenuation.width()) + " x " +
                           std::to_string(attenuation.height()) + " pixels");
}

void require(bool ok, const char* field, double value, const char* rule) {
    if (!ok)
        throw InvalidInput(std::string("segment.") + field + " must be " + rule + ", but is " +
                           std::to_string(value));
}

void require_length(const char* field, const PhysicalLength& length) {
    for (const double value : {length.mm, length.uncalibrated_px})
        require(value >= 0 && std::isfinite(value), field, value, ">= 0");
}

}  // namespace

void SegmentOptions::validate() const {
    require(low_probability >= 0 && low_probability <= 1, "low_probability", low_probability, "in 0..1");
    require(high_probability >= low_probability && high_probability <= 1, "high_probability",
            high_probability, "between low_probability and 1");
    require_length("min_length", min_length);
    require_length("max_gap", max_gap);
}

VesselMask segment(const EnhancedFrame& frame, const Vesselness& vesselness, const SegmentOptions& options) {
    options.validate();
    require_same_size(frame, vesselness);
    const cv::Mat response = as_mat(vesselness.response);
    const cv::Mat probability = probability_of(frame, vesselness);

    cv::Mat smooth;
    cv::GaussianBlur(as_mat(frame.attenuation), smooth, {}, 1.5);
    const std::vector<RidgePoint> bridges =
        find_ridges(response, probability, smooth, vesselness, bridge_probability * options.low_probability);
    std::vector<RidgePoint> ridges;
    const auto counts = [low = evidence_of(float(options.low_probability))](const RidgePoint& r) {
        return r.strength >= low;
    };
    std::copy_if(bridges.begin(), bridges.end(), std::back_inserter(ridges), counts);
    drop_halos(ridges, response.size());
    drop_insignificant(ridges, response.size());
    const double gap_px = options.max_gap.in_px(frame.calibration);
    keep_vessels(ridges, label_vessels(ridges, bridges, response.size(), gap_px),
                 options.min_length.in_px(frame.calibration), options.high_probability);
    const std::vector<RidgePoint> narrows =
        find_narrows(ridges, bridges, response.size(), static_cast<int>(gap_px));
    ridges.insert(ridges.end(), narrows.begin(), narrows.end());

    VesselMask vessels;
    vessels.calibration = frame.calibration;
    vessels.mask = Image<std::uint8_t>(frame.attenuation.width(), frame.attenuation.height());
    vessels.catheter = vessels.mask.clone();
    if (!ridges.empty()) {
        const NearestSites territory = divide(ridges, response.size());
        vessels.mask = fill_lumen(frame, probability, ridges, territory);
        drop_islands(vessels.mask, ridges);
        vessels.catheter = find_catheter_mask(frame, ridges, territory, vessels.mask);
        if (!options.keep_catheter) as_mat(vessels.mask).setTo(0, as_mat(vessels.catheter));
    }
    vessels.probability = weigh_by_context(probability, vessels.mask);
    return vessels;
}

}  // namespace stenometry
