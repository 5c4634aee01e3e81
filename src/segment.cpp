#include "stenometry/segment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "catheter.h"
#include "ridge_point.h"
#include "statistics.h"
#include "stenometry/error.h"
#include "stenometry/interop/opencv.h"

namespace stenometry {

bool continues(const RidgePoint& a, const RidgePoint& b) {
    constexpr float widest_turn = 0.77F;  // cosine of 40 degrees
    constexpr float widest_step =
        0.6F;  // cosine of the step against the direction; steps are rounded to pixels
    const float step_x = float(b.x - a.x);
    const float step_y = float(b.y - a.y);
    const float along = std::abs(step_x * (a.dx + b.dx) + step_y * (a.dy + b.dy)) / 2;
    const float along_reversed = std::abs(step_x * (a.dx - b.dx) + step_y * (a.dy - b.dy)) / 2;
    return std::abs(a.dx * b.dx + a.dy * b.dy) >= widest_turn &&
           std::max(along, along_reversed) >= widest_step * std::hypot(step_x, step_y);
}

namespace {

using interop::as_mat;

constexpr std::uint8_t on = 255;

/// Every n-th valid and positive value: enough for quantiles, and quick.
std::vector<float> positive_sample(const cv::Mat& image, const cv::Mat& valid) {
    const int step = std::max(1, static_cast<int>(std::sqrt(double(image.total()) / 16384)));
    std::vector<float> sample;
    for (int y = step / 2; y < image.rows; y += step)
        for (int x = step / 2; x < image.cols; x += step)
            if (const float v = image.at<float>(y, x); valid.at<std::uint8_t>(y, x) && v > 0)
                sample.push_back(v);
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

// ---------------------------------------------------------------------------------------------------------------
// Evidence: how far a pixel stands out of the clutter.

// Quantiles of the clutter: nine tenths of a frame are no vessel.
constexpr double clutter_middle = 0.6;
constexpr double clutter_top = 0.9;
// How far the two are apart for a response that is linear in contrast. Measures that are a power of it are
// brought back by comparing their spread with this, so that one threshold serves all.
constexpr double linear_spread = 2.5;

/// The response as a multiple of the clutter, linear in contrast.
cv::Mat relative_response(const cv::Mat& response, const cv::Mat& valid) {
    std::vector<float> sample = positive_sample(response, valid);
    const double middle = ranked(sample, clutter_middle, 0.0);
    const double top = ranked(sample, clutter_top, 0.0);
    cv::Mat relative = cv::Mat::zeros(response.size(), CV_32F);
    if (!(middle > 0) || !(top > middle)) return relative;
    const double power = std::clamp(std::log(linear_spread) / std::log(top / middle), 0.3, 1.5);
    cv::pow(response / middle, power, relative);
    return relative;
}

/// What is narrower than `width_px`, in attenuation: a white top-hat, whose opening is taken at half the
/// size.
cv::Mat top_hat(const cv::Mat& attenuation, double width_px) {
    cv::Mat smooth, half, ground;
    cv::GaussianBlur(attenuation, smooth, {}, 1.0);
    const cv::Size half_size((attenuation.cols + 1) / 2, (attenuation.rows + 1) / 2);
    cv::resize(smooth, half, half_size, 0, 0, cv::INTER_AREA);
    const int radius = std::max(1, static_cast<int>(std::lround(width_px / 4)));
    const cv::Mat disc = cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * radius + 1, 2 * radius + 1});
    cv::morphologyEx(half, half, cv::MORPH_OPEN, disc);
    cv::resize(half, ground, attenuation.size(), 0, 0, cv::INTER_LINEAR);
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
    const cv::Mat attenuation = as_mat(frame.attenuation);
    cv::Mat smooth, valid, amount, weight;
    cv::GaussianBlur(attenuation, smooth, {3, 3}, 0);
    as_mat(frame.valid).convertTo(valid, CV_32F, 1.0 / on);
    const cv::Size cells(std::max(1, attenuation.cols / cell_px), std::max(1, attenuation.rows / cell_px));
    cv::resize(cv::abs(attenuation - smooth).mul(valid), amount, cells, 0, 0, cv::INTER_AREA);
    cv::resize(valid, weight, cells, 0, 0, cv::INTER_AREA);
    cv::GaussianBlur(amount, amount, {}, reach_cells);
    cv::GaussianBlur(weight, weight, {}, reach_cells);
    cv::divide(amount, cv::max(weight, 1e-3), amount);
    std::vector<float> sample;
    for (int y = 0; y < amount.rows; ++y)
        for (int x = 0; x < amount.cols; ++x)
            if (weight.at<float>(y, x) > 0.5F) sample.push_back(amount.at<float>(y, x));
    const double usual = ranked(sample, 0.5, 0.0);
    cv::Mat excess = usual > 0 ? cv::Mat(cv::max(amount / (ordinary * usual), 1.0))
                               : cv::Mat(cells, CV_32F, cv::Scalar(1));
    cv::resize(excess, excess, attenuation.size(), 0, 0, cv::INTER_LINEAR);
    return excess;
}

/// Attenuation of narrow structures as a multiple of clutter and noise.
cv::Mat relative_top_hat(const EnhancedFrame& frame, double width_px) {
    const cv::Mat hat = top_hat(as_mat(frame.attenuation), width_px);
    std::vector<float> sample = positive_sample(hat, as_mat(frame.valid));
    const double clutter =
        std::max({ranked(sample, 0.7, 0.0), top_hat_of_noise * frame.attenuation_noise_sd, least_contrast});
    return hat / (clutter * excess_noise(frame));
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
cv::Mat probability_of(const cv::Mat& response, const cv::Mat& hat, const cv::Mat& valid) {
    cv::Mat probability(response.size(), CV_32F);
    for (int y = 0; y < response.rows; ++y) {
        const float* r = response.ptr<float>(y);
        const float* h = hat.ptr<float>(y);
        const std::uint8_t* v = valid.ptr<std::uint8_t>(y);
        float* p = probability.ptr<float>(y);
        for (int x = 0; x < response.cols; ++x) {
            const float evidence = std::cbrt(r[x] * r[x] * h[x]) / even_evidence;
            const float odds = evidence * evidence * evidence * evidence;
            p[x] = v[x] ? odds / (1 + odds) : 0.0F;
        }
    }
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
    std::vector<RidgePoint> ridges;
    for (int y = 0; y < response.rows; ++y)
        for (int x = 0; x < response.cols; ++x) {
            const float p = probability.at<float>(y, x);
            if (double{p} < low) continue;
            const float dx = std::cos(vesselness.direction_rad(x, y));
            const float dy = std::sin(vesselness.direction_rad(x, y));
            if (!is_ridge(response, x, y, dx, dy)) continue;
            ridges.push_back({x, y, dx, dy, vesselness.scale_px(x, y), evidence_of(p)});
            measure_drops(ridges.back(), attenuation);
        }
    return ridges;
}

// A ridge this much weaker than another within its width is the other's flank or halo.
constexpr float halo_strength = 0.6F;
constexpr double halo_scales = 2.0;  // from the stronger ridge: its flank and its ringing

/// Scales within a fifth of an octave of one another.
int scale_class(float scale_px) { return static_cast<int>(std::lround(5.0 * std::log2(double{scale_px}))); }

/// Leaves out ridges that a much stronger one beside them explains.
void drop_halos(std::vector<RidgePoint>& ridges, cv::Size size) {
    std::map<int, std::vector<RidgePoint>> classes;
    for (const RidgePoint& r : ridges) classes[scale_class(r.scale_px)].push_back(r);
    cv::Mat strongest = cv::Mat::zeros(size, CV_32F);
    for (const auto& [scale, members] : classes) {
        cv::Mat strength = cv::Mat::zeros(size, CV_32F);
        for (const RidgePoint& r : members) strength.at<float>(r.y, r.x) = r.strength;
        const int k = 2 * static_cast<int>(std::lround(halo_scales * double{members.front().scale_px})) + 1;
        cv::dilate(strength, strength, cv::getStructuringElement(cv::MORPH_RECT, {k, k}));
        strongest = cv::max(strongest, strength);
    }
    std::erase_if(ridges, [&](const RidgePoint& r) {
        return r.strength < halo_strength * strongest.at<float>(r.y, r.x);
    });
}

/// Sets of indices that grow together.
class DisjointSets {
  public:
    explicit DisjointSets(std::size_t count) : parent_(count) {
        std::iota(parent_.begin(), parent_.end(), 0);
    }
    int root(int i) {
        while (parent_[std::size_t(i)] != i)
            i = parent_[std::size_t(i)] = parent_[std::size_t(parent_[std::size_t(i)])];
        return i;
    }
    void join(int i, int j) { parent_[std::size_t(std::max(root(i), root(j)))] = std::min(root(i), root(j)); }

  private:
    std::vector<int> parent_;
};

/// For each ridge point the number of the unbranched segment that it belongs to.
std::vector<int> label_segments(const std::vector<RidgePoint>& ridges, cv::Size size) {
    constexpr int reach = 2;
    cv::Mat index(size, CV_32S, cv::Scalar(-1));
    for (std::size_t i = 0; i < ridges.size(); ++i) index.at<int>(ridges[i].y, ridges[i].x) = int(i);
    DisjointSets segments(ridges.size());
    for (std::size_t i = 0; i < ridges.size(); ++i)
        for (int dy = 0; dy <= reach; ++dy)
            for (int dx = dy == 0 ? 1 : -reach; dx <= reach; ++dx) {
                const cv::Point p(ridges[i].x + dx, ridges[i].y + dy);
                if (!cv::Rect({}, size).contains(p)) continue;
                const int other = index.at<int>(p);
                if (other >= 0 && continues(ridges[i], ridges[std::size_t(other)]))
                    segments.join(int(i), other);
            }
    std::vector<int> label;
    for (std::size_t i = 0; i < ridges.size(); ++i) label.push_back(segments.root(int(i)));
    return label;
}

struct Segment {
    int points = 0;
    double strength = 0;
    double drop = 0;
    double least_drop = 0;
};

// A line of n points is worth its mean evidence times sqrt(n); clutter makes short or faint lines.
constexpr double least_significance = 18.0;
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

// Of a lumen's radius: this far to its side a branch begins.
constexpr float origin_radii = 1.4F;

/// Labels of ridges that touch, point at each other over less than `gap_px`, or begin beside the lumen of
/// another; one per ridge point.
std::vector<int> label_vessels(const std::vector<RidgePoint>& ridges, cv::Size size, double gap_px) {
    cv::Mat joined = cv::Mat::zeros(size, CV_8U);
    const float reach = std::max(1.0F, float(gap_px) / 2);
    for (const RidgePoint& r : ridges)
        cv::line(joined, rounded(float(r.x) - reach * r.dx, float(r.y) - reach * r.dy),
                 rounded(float(r.x) + reach * r.dx, float(r.y) + reach * r.dy), cv::Scalar(on));
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

/// For every pixel the ridge point nearest to it, and how far that is.
struct Territory {
    cv::Mat distance_px;
    cv::Mat label;              // of the nearest ridge point
    std::vector<int> ridge;     // its index, by label
    float widest_scale_px = 0;  // of all ridge points: further away than that needs no look at the nearest
    const RidgePoint& nearest(const std::vector<RidgePoint>& ridges, int x, int y) const {
        return ridges[std::size_t(ridge[std::size_t(label.at<int>(y, x))])];
    }
};

Territory divide(const std::vector<RidgePoint>& ridges, cv::Size size) {
    Territory territory;
    cv::Mat elsewhere(size, CV_8U, cv::Scalar(on));
    for (const RidgePoint& r : ridges) elsewhere.at<std::uint8_t>(r.y, r.x) = 0;
    cv::distanceTransform(elsewhere, territory.distance_px, territory.label, cv::DIST_L2, cv::DIST_MASK_5,
                          cv::DIST_LABEL_PIXEL);
    for (const RidgePoint& r : ridges)
        territory.widest_scale_px = std::max(territory.widest_scale_px, r.scale_px);
    territory.ridge.resize(ridges.size() + 1);
    for (std::size_t i = 0; i < ridges.size(); ++i)
        territory.ridge[std::size_t(territory.label.at<int>(ridges[i].y, ridges[i].x))] = int(i);
    return territory;
}

constexpr int ground_cell_px = 4;
constexpr double near_ground_cells = 2.5;  // the ground beside a vessel ...
constexpr double far_ground_cells = 10.0;  // ... or, where vessels crowd, further away
constexpr float vessel_scales = 3.0F;      // from the ridge, beyond which a vessel adds nothing to the ground

/// Attenuation beside the vessels, carried on under them.
cv::Mat vessel_free_ground(const cv::Mat& attenuation, const cv::Mat& valid, const Territory& territory,
                           const std::vector<RidgePoint>& ridges) {
    cv::Mat weight = cv::Mat::zeros(attenuation.size(), CV_32F);
    for (int y = 0; y < weight.rows; ++y)
        for (int x = 0; x < weight.cols; ++x) {
            const float distance = territory.distance_px.at<float>(y, x);
            if (valid.at<std::uint8_t>(y, x) &&
                (distance > vessel_scales * territory.widest_scale_px ||
                 distance > vessel_scales * territory.nearest(ridges, x, y).scale_px))
                weight.at<float>(y, x) = 1.0F;
        }
    const cv::Size cells(std::max(1, attenuation.cols / ground_cell_px),
                         std::max(1, attenuation.rows / ground_cell_px));
    cv::Mat sum, mass;
    cv::resize(attenuation.mul(weight), sum, cells, 0, 0, cv::INTER_AREA);
    cv::resize(weight, mass, cells, 0, 0, cv::INTER_AREA);
    const auto spread = [](const cv::Mat& image, double sigma) {
        cv::Mat wide;
        cv::GaussianBlur(image, wide, {}, sigma, sigma, cv::BORDER_REPLICATE);
        return wide;
    };
    // The far ground counts little, but where there is no near one it is all there is.
    constexpr double far_share = 0.02;
    const cv::Mat sums = spread(sum, near_ground_cells) + far_share * spread(sum, far_ground_cells);
    const cv::Mat masses = spread(mass, near_ground_cells) + far_share * spread(mass, far_ground_cells);
    cv::Mat ground;
    cv::resize(sums / cv::max(masses, 1e-6), ground, attenuation.size(), 0, 0, cv::INTER_LINEAR);
    return ground;
}

// Taps along the vessel, in units of their distance, and their Gaussian weights.
constexpr std::array<float, 5> tap_at{-2, -1, 0, 1, 2};
constexpr std::array<float, 5> tap_weight{0.12F, 0.233F, 0.294F, 0.233F, 0.12F};
constexpr float lumen_tap_px = 1.0F;                     // short, so that bends keep their edges
constexpr float widest_reach = 1.5F * radius_per_scale;  // scales from the ridge to look for the edge
constexpr float peak_reach_px = 4.0F;                    // along the ridge, over which its height is averaged

/// Attenuation above the ground, averaged along the vessel, near the ridges; elsewhere 0.
cv::Mat lumen_height(const cv::Mat& attenuation, const cv::Mat& ground, const Territory& territory,
                     const std::vector<RidgePoint>& ridges) {
    cv::Mat smooth;
    cv::GaussianBlur(attenuation - ground, smooth, {}, 0.7);
    cv::Mat height = cv::Mat::zeros(smooth.size(), CV_32F);
    for (int y = 0; y < height.rows; ++y)
        for (int x = 0; x < height.cols; ++x) {
            const float distance = territory.distance_px.at<float>(y, x);
            if (distance > widest_reach * territory.widest_scale_px + 1) continue;
            const RidgePoint& ridge = territory.nearest(ridges, x, y);
            if (distance > widest_reach * ridge.scale_px + 1) continue;
            float sum = 0;
            for (std::size_t i = 0; i < tap_at.size(); ++i)
                sum += tap_weight[i] * interpolate(smooth, float(x) + tap_at[i] * lumen_tap_px * ridge.dx,
                                                   float(y) + tap_at[i] * lumen_tap_px * ridge.dy);
            height.at<float>(y, x) = sum;
        }
    return height;
}

/// Height of the lumen at each ridge point, averaged over the ridge around it.
std::vector<float> ridge_heights(const cv::Mat& height, const std::vector<RidgePoint>& ridges) {
    cv::Mat sum = cv::Mat::zeros(height.size(), CV_32F);
    cv::Mat count = cv::Mat::zeros(height.size(), CV_32F);
    for (const RidgePoint& r : ridges) {
        sum.at<float>(r.y, r.x) = height.at<float>(r.y, r.x);
        count.at<float>(r.y, r.x) = 1.0F;
    }
    const int k = 2 * int(peak_reach_px) + 1;
    cv::boxFilter(sum, sum, -1, {k, k}, {-1, -1}, false);
    cv::boxFilter(count, count, -1, {k, k}, {-1, -1}, false);
    std::vector<float> heights;
    for (const RidgePoint& r : ridges) heights.push_back(sum.at<float>(r.y, r.x) / count.at<float>(r.y, r.x));
    return heights;
}

// Blur of a usual picture together with the smoothing of `lumen_height`, standard deviation.
constexpr float usual_blur_px = 1.2F;

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
                               const std::vector<RidgePoint>& ridges, const Territory& territory) {
    Image<std::uint8_t> mask(frame.attenuation.width(), frame.attenuation.height());
    const cv::Mat attenuation = as_mat(frame.attenuation);
    const cv::Mat ground = vessel_free_ground(attenuation, as_mat(frame.valid), territory, ridges);
    const cv::Mat height = lumen_height(attenuation, ground, territory, ridges);
    const std::vector<float> ridge_height = ridge_heights(height, ridges);
    for (int y = 0; y < height.rows; ++y)
        for (int x = 0; x < height.cols; ++x) {
            if (!(height.at<float>(y, x) > 0) || !frame.valid(x, y) ||
                probability.at<float>(y, x) < least_probability)
                continue;
            const auto nearest = std::size_t(territory.ridge[std::size_t(territory.label.at<int>(y, x))]);
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
                                       const Territory& territory, const Image<std::uint8_t>& mask) {
    Image<std::uint8_t> catheter(mask.width(), mask.height());
    const CatheterSize size{.least_length_px = least_catheter_length.in_px(frame.calibration),
                            .least_diameter_px = least_catheter.in_px(frame.calibration),
                            .greatest_diameter_px = greatest_catheter.in_px(frame.calibration)};
    const std::vector<std::uint8_t> in_catheter = find_catheter(ridges, mask, frame.valid, size);
    if (std::find(in_catheter.begin(), in_catheter.end(), 1) == in_catheter.end()) return catheter;
    for (int y = 0; y < mask.height(); ++y)
        for (int x = 0; x < mask.width(); ++x)
            if (mask(x, y) &&
                in_catheter[std::size_t(territory.ridge[std::size_t(territory.label.at<int>(y, x))])])
                catheter(x, y) = on;
    return catheter;
}

/// What stands on a vessel as a whole is more likely to be one than its own pixel says, and what does not
/// less.
Image<float> weigh_by_context(const cv::Mat& probability, const Image<std::uint8_t>& mask) {
    Image<float> weighed(mask.width(), mask.height());
    for (int y = 0; y < mask.height(); ++y)
        for (int x = 0; x < mask.width(); ++x)
            weighed(x, y) = (mask(x, y) ? 0.5F : 0.0F) + 0.5F * probability.at<float>(y, x);
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
    const cv::Mat valid = as_mat(frame.valid);
    const double widest_px = widest_vessel_px(vesselness);
    const cv::Mat response = as_mat(vesselness.response);
    const cv::Mat probability =
        probability_of(relative_response(response, valid), relative_top_hat(frame, 1.3 * widest_px), valid);

    cv::Mat smooth;
    cv::GaussianBlur(as_mat(frame.attenuation), smooth, {}, 1.5);
    std::vector<RidgePoint> ridges =
        find_ridges(response, probability, smooth, vesselness, options.low_probability);
    drop_halos(ridges, response.size());
    drop_insignificant(ridges, response.size());
    keep_vessels(ridges, label_vessels(ridges, response.size(), options.max_gap.in_px(frame.calibration)),
                 options.min_length.in_px(frame.calibration), options.high_probability);

    VesselMask vessels;
    vessels.calibration = frame.calibration;
    vessels.mask = Image<std::uint8_t>(frame.attenuation.width(), frame.attenuation.height());
    vessels.catheter = vessels.mask.clone();
    if (!ridges.empty()) {
        const Territory territory = divide(ridges, response.size());
        vessels.mask = fill_lumen(frame, probability, ridges, territory);
        drop_islands(vessels.mask, ridges);
        vessels.catheter = find_catheter_mask(frame, ridges, territory, vessels.mask);
        if (!options.keep_catheter) as_mat(vessels.mask).setTo(0, as_mat(vessels.catheter));
    }
    vessels.probability = weigh_by_context(probability, vessels.mask);
    return vessels;
}

}  // namespace stenometry
