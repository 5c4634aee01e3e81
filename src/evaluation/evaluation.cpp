#include "stenometry/evaluation.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string>

#include "core/distance.h"
#include "core/mat.h"
#include "core/require.h"
#include "core/same_size.h"
#include "core/statistics.h"
#include "evaluation/zhang_suen.h"
#include "stenometry/error.h"

namespace stenometry {
namespace {

template <class T, class U>
void require_size_of(const Image<T>& truth, const Image<U>& result) {
    require_same_size(result, "the result", truth, "the truth");
}

/// Calls `visit(x, y)` for every pixel that is not 0.
template <class Visit>
void for_set(const Image<std::uint8_t>& mask, Visit visit) {
    for (int y = 0; y < mask.height(); ++y)
        for (int x = 0; x < mask.width(); ++x)
            if (mask(x, y) != 0) visit(x, y);
}

std::size_t count(const Image<std::uint8_t>& mask) {
    std::size_t set = 0;
    for_set(mask, [&](int, int) { ++set; });
    return set;
}

/// Pixels of `a` that `b` has, too.
std::size_t shared(const Image<std::uint8_t>& a, const Image<std::uint8_t>& b) {
    std::size_t both = 0;
    for_set(a, [&](int x, int y) { both += b(x, y) != 0 ? 1 : 0; });
    return both;
}

double part(std::size_t some, std::size_t all) {
    return all == 0 ? 0.0 : static_cast<double>(some) / static_cast<double>(all);
}

/// Distance of every pixel to the nearest one that is set. \pre one is
Image<float> distance_to(const Image<std::uint8_t>& set) {
    Image<std::uint8_t> beside(set.width(), set.height());
    as_mat(beside).setTo(255, as_mat(set) == 0);
    return distance_to_background(beside);
}

Image<std::uint8_t> border_of(const Image<std::uint8_t>& mask) {
    Image<std::uint8_t> border(mask.width(), mask.height());
    const auto is_set = [&](int x, int y) { return mask.contains(x, y) && mask(x, y) != 0; };
    for_set(mask, [&](int x, int y) {
        const bool inner = is_set(x - 1, y) && is_set(x + 1, y) && is_set(x, y - 1) && is_set(x, y + 1);
        if (!inner) border(x, y) = 255;
    });
    return border;
}

double directed_distance(const Image<std::uint8_t>& from, const Image<std::uint8_t>& to, double of) {
    const Image<float> distance = distance_to(to);
    std::vector<double> distances;
    for_set(from, [&](int x, int y) { distances.push_back(static_cast<double>(distance(x, y))); });
    return quantile(std::move(distances), of);
}

/// Part of `lines` that is as near as the tolerance to `others`; empty without lines.
std::optional<double> part_near(const Image<std::uint8_t>& lines, const Image<std::uint8_t>& others,
                                double tolerance_px) {
    const std::size_t all = count(lines);
    if (all == 0) return {};
    if (count(others) == 0) return 0.0;
    const Image<float> distance = distance_to(others);
    std::size_t near = 0;
    for_set(lines,
            [&](int x, int y) { near += static_cast<double>(distance(x, y)) <= tolerance_px ? 1 : 0; });
    return part(near, all);
}

/// The pixel of the image next to `p`.
cv::Point pixel_at(Point p, const Image<std::uint8_t>& image) {
    const auto clamped = [](double value, int length) {
        return static_cast<int>(std::nearbyint(std::clamp(value, 0.0, length - 1.0)));
    };
    return {clamped(p.x, image.width()), clamped(p.y, image.height())};
}

cv::Mat dilated(const cv::Mat& image, cv::MorphShapes shape, int radius) {
    cv::Mat wide;
    cv::dilate(image, wide, cv::getStructuringElement(shape, {2 * radius + 1, 2 * radius + 1}));
    return wide;
}

}  // namespace

std::optional<double> dice(const Image<std::uint8_t>& mask, const Image<std::uint8_t>& truth) {
    require_size_of(truth, mask);
    const std::size_t all = count(mask) + count(truth);
    if (all == 0) return {};
    return 2.0 * part(shared(mask, truth), all);
}

Image<std::uint8_t> skeleton(const Image<std::uint8_t>& mask) { return zhang_suen_skeleton(mask); }

std::optional<double> centerline_dice(const Image<std::uint8_t>& mask, const Image<std::uint8_t>& truth) {
    require_size_of(truth, mask);
    const Image<std::uint8_t> lines = skeleton(mask), true_lines = skeleton(truth);
    const std::size_t length = count(lines), true_length = count(true_lines);
    if (length + true_length == 0) return {};
    const double precision = part(shared(lines, truth), length);
    const double sensitivity = part(shared(true_lines, mask), true_length);
    return precision + sensitivity > 0.0 ? 2.0 * precision * sensitivity / (precision + sensitivity) : 0.0;
}

std::optional<double> area_under_curve(const Image<float>& probability, const Image<std::uint8_t>& truth) {
    require_size_of(truth, probability);
    std::vector<std::pair<float, bool>> pixels;
    pixels.reserve(probability.size());
    for (int y = 0; y < truth.height(); ++y)
        for (int x = 0; x < truth.width(); ++x) {
            if (std::isnan(probability(x, y))) return {};
            pixels.emplace_back(probability(x, y), truth(x, y) != 0);
        }
    std::sort(pixels.begin(), pixels.end());
    // Of pairs of one vessel and one background pixel: those in the right order, ties by half.
    double right = 0.0, background = 0.0, vessels = 0.0;
    for (auto first = pixels.begin(); first != pixels.end();) {
        const auto last =
            std::find_if(first, pixels.end(), [&](const auto& p) { return p.first != first->first; });
        const auto here =
            static_cast<double>(std::count_if(first, last, [](const auto& p) { return p.second; }));
        const double not_here = static_cast<double>(last - first) - here;
        right += here * (background + 0.5 * not_here);
        background += not_here;
        vessels += here;
        first = last;
    }
    if (vessels == 0.0 || background == 0.0) return {};
    return right / (vessels * background);
}

std::optional<double> hausdorff_px(const Image<std::uint8_t>& mask, const Image<std::uint8_t>& truth,
                                   double part_of_border) {
    require_size_of(truth, mask);
    require_fraction("part", part_of_border);
    const Image<std::uint8_t> border = border_of(mask), true_border = border_of(truth);
    if (count(border) == 0 || count(true_border) == 0) return {};
    return std::max(directed_distance(border, true_border, part_of_border),
                    directed_distance(true_border, border, part_of_border));
}

LineAgreement compare_lines(const Image<std::uint8_t>& lines, const Image<std::uint8_t>& truth,
                            double tolerance_px) {
    require_size_of(truth, lines);
    require_not_negative("tolerance_px", tolerance_px);
    return {.recall = part_near(truth, lines, tolerance_px),
            .precision = part_near(lines, truth, tolerance_px)};
}

Image<std::uint8_t> draw_lines(std::span<const Polyline> lines_px, int width, int height) {
    Image<std::uint8_t> drawn(width, height);
    for (const Polyline& line : lines_px)
        for (const Polyline& part : finite_parts(line))
            for (const Point p : resample(part, 0.25)) {
                const int x = static_cast<int>(std::lround(p.x)), y = static_cast<int>(std::lround(p.y));
                if (drawn.contains(x, y)) drawn(x, y) = 255;
            }
    return drawn;
}

void LesionMatchOptions::validate() const {
    require_positive("radius_mm", radius_mm);
    require_not_negative("length_part", length_part);
}

LesionMatches match_lesions(std::span<const FoundLesion> found, std::span<const TrueLesion> truth,
                            double mm_per_px, const LesionMatchOptions& options) {
    options.validate();
    require_positive("mm_per_px", mm_per_px);
    LesionMatches matches;
    matches.found_of_truth.resize(truth.size());
    std::vector<bool> near_a_truth(found.size());
    for (std::size_t t = 0; t < truth.size(); ++t) {
        const double reach = std::max(options.radius_mm, options.length_part * truth[t].length_mm);
        std::optional<std::size_t>& best = matches.found_of_truth[t];
        for (std::size_t f = 0; f < found.size(); ++f) {
            if (!found[f].percent_diameter_stenosis ||
                !(mm_per_px * distance(found[f].at_px, truth[t].at_px) < reach))
                continue;
            near_a_truth[f] = true;
            if (!best || *found[f].percent_diameter_stenosis > *found[*best].percent_diameter_stenosis)
                best = f;
        }
    }
    for (std::size_t f = 0; f < found.size(); ++f)
        if (!near_a_truth[f] && found[f].percent_diameter_stenosis) matches.false_positives.push_back(f);
    return matches;
}

RegionMatches match_regions(std::span<const Point> at_px, const Image<std::uint8_t>& regions,
                            int tolerance_px) {
    require_not_negative("tolerance_px", tolerance_px);
    if (!std::all_of(at_px.begin(), at_px.end(), is_finite))
        throw InvalidInput("a lesion that was found has no place");
    RegionMatches matches{.lesions = at_px.size()};
    if (regions.empty()) return matches;
    const cv::Mat set = as_mat(regions) != 0;
    cv::Mat labels;
    matches.regions = static_cast<std::size_t>(cv::connectedComponents(set, labels, 8, CV_32S) - 1);
    const cv::Mat near = dilated(set, cv::MORPH_ELLIPSE, tolerance_px);
    for (const Point p : at_px)
        matches.lesions_in_regions += near.at<std::uint8_t>(pixel_at(p, regions)) ? 1 : 0;
    for (int region = 1; region <= static_cast<int>(matches.regions); ++region) {
        const cv::Mat wide = dilated(labels == region, cv::MORPH_RECT, tolerance_px);
        matches.regions_found += std::any_of(at_px.begin(), at_px.end(), [&](Point p) {
            return wide.at<std::uint8_t>(pixel_at(p, regions)) != 0;
        });
    }
    return matches;
}

ErrorStatistics error_statistics(std::span<const double> errors) {
    ErrorStatistics result{.count = errors.size()};
    if (errors.empty()) return result;
    const auto n = static_cast<double>(errors.size());
    double sum = 0.0, sizes = 0.0, worst = 0.0, squares = 0.0;
    for (const double error : errors) {
        sum += error;
        sizes += std::abs(error);
        worst = std::max(worst, std::abs(error));
    }
    for (const double error : errors) squares += (error - sum / n) * (error - sum / n);
    result.bias = sum / n;
    result.mean_absolute = sizes / n;
    result.worst = worst;
    if (errors.size() > 1) result.sd = std::sqrt(squares / (n - 1.0));
    return result;
}

}  // namespace stenometry
