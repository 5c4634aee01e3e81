#include "stenometry/valid_region.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/mat.h"
#include "core/require.h"
#include "core/statistics.h"
#include "core/usable_pixels.h"
#include "stenometry/error.h"

namespace stenometry {
namespace {

constexpr std::uint8_t seen = 255;
constexpr int smallest_side_px = 16;  // below this a border and a picture cannot be told apart

/// The levels between which nearly all pixels lie.
struct Levels {
    float low = 0;
    float high = 0;
    float range() const { return high - low; }
};

Levels levels_of(const Image<float>& pixels, const Image<std::uint8_t>& valid) {
    const int step = std::max(1, static_cast<int>(std::sqrt(static_cast<double>(pixels.size()) / 16384)));
    std::vector<float> sample;
    for (int y = 0; y < pixels.height(); y += step)
        for (int x = 0; x < pixels.width(); x += step)
            if (valid(x, y)) sample.push_back(pixels(x, y));
    if (sample.empty()) return {};
    return {static_cast<float>(ranked(sample, 0.002)), static_cast<float>(ranked(sample, 0.998))};
}

double share_of(const Image<std::uint8_t>& mask) {
    return double(cv::countNonZero(as_mat(mask))) / double(mask.size());
}

void widen(cv::Mat& mask, double radius_px) {
    const int r = static_cast<int>(std::ceil(radius_px));
    if (r > 0) cv::dilate(mask, mask, cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * r + 1, 2 * r + 1}));
}

// ---------------------------------------------------------------------------------------------------------------
// What was blanked: flat, black or white, from a corner.

// As parts of the range of grey levels. Compression ripples a blanked region by two to four percent of black;
// the picture beside it, even behind a collimator's blade, differs by a tenth. White is held to be blank only
// where it is flat, because subtracted frames and saturated lungs are nearly white in large parts.
constexpr float black_tolerance = 0.05F;
constexpr float white_tolerance = 0.01F;
constexpr float blank_jump = 0.1F;
constexpr double black_jump_share = 0.65;  // of the border must jump; the rest may meet dark anatomy
constexpr double white_jump_share = 0.9;
constexpr int blank_reach_px = 2;  // a blanked border is this sharp
constexpr int corner_px = 5;  // side of the square that tells the level of a corner: single pixels are noisy

/// A region that may have been blanked, and how sure its border must be.
struct Blank {
    float level = 0;
    cv::Mat region;  // empty if the corner is neither black nor white
    double jump_share = 0;
};

/// The pixel of the corner's square whose grey level is the median of the square.
cv::Point typical_pixel(const cv::Mat& pixels, cv::Point corner) {
    std::vector<std::pair<float, cv::Point>> square;
    const cv::Point towards_middle(corner.x == 0 ? 1 : -1, corner.y == 0 ? 1 : -1);
    for (int y = 0; y < corner_px; ++y)
        for (int x = 0; x < corner_px; ++x) {
            const cv::Point p = corner + cv::Point(x * towards_middle.x, y * towards_middle.y);
            square.emplace_back(pixels.at<float>(p), p);
        }
    std::erase_if(square, [](const auto& s) { return !std::isfinite(s.first); });
    if (square.empty()) return corner;
    const auto middle = square.begin() + static_cast<std::ptrdiff_t>(square.size() / 2);
    std::nth_element(square.begin(), middle, square.end(),
                     [](auto& a, auto& b) { return a.first < b.first; });
    return middle->second;
}

/// The region of about one grey level around the corner, if that level is black or white.
Blank flat_region_at(cv::Point corner, const cv::Mat& pixels, const Levels& levels) {
    const cv::Point seed = typical_pixel(pixels, corner);
    const float level = pixels.at<float>(seed);
    const bool black = level <= levels.low + black_tolerance * levels.range();
    const bool white = level >= levels.high - white_tolerance * levels.range();
    if (!std::isfinite(level) || black == white) return {};
    const float unlimited = std::numeric_limits<float>::max() / 2;
    const float below = black ? unlimited : white_tolerance * levels.range();
    const float above = black ? black_tolerance * levels.range() : unlimited;
    cv::Mat padded = cv::Mat::zeros(pixels.rows + 2, pixels.cols + 2, CV_8U);
    // Only the mask is written with FLOODFILL_MASK_ONLY; the call takes the image as in-out all the same.
    cv::Mat image = pixels;
    cv::floodFill(image, padded, seed, {}, nullptr, double{below}, double{above},
                  8 | cv::FLOODFILL_FIXED_RANGE | cv::FLOODFILL_MASK_ONLY | (int{seen} << 8));
    return {level, padded(cv::Rect(1, 1, pixels.cols, pixels.rows)),
            black ? black_jump_share : white_jump_share};
}

/// Whether the picture begins with a jump nearly all along the region's border. The edge of saturated lung or
/// of a dark shadow goes over gradually.
bool ends_with_a_jump(const Blank& blank, const cv::Mat& pixels, const cv::Mat& valid, const Levels& levels) {
    cv::Mat near = blank.region.clone();
    widen(near, blank_reach_px - 1);
    cv::Mat far = near.clone();
    widen(far, 1);
    std::vector<cv::Point> border;
    cv::findNonZero(far & ~near & valid, border);
    const auto jumps = std::count_if(border.begin(), border.end(), [&](const cv::Point& p) {
        return std::abs(pixels.at<float>(p) - blank.level) > blank_jump * levels.range();
    });
    return static_cast<double>(jumps) > blank.jump_share * static_cast<double>(border.size());
}

/// Everything blanked; 255 where hidden.
cv::Mat find_blanked(const cv::Mat& pixels, const cv::Mat& valid, const Levels& levels) {
    cv::Mat hidden = cv::Mat::zeros(pixels.size(), CV_8U);
    const int right = pixels.cols - 1;
    const int bottom = pixels.rows - 1;
    for (const cv::Point corner : {cv::Point(0, 0), {right, 0}, {0, bottom}, {right, bottom}}) {
        if (hidden.at<std::uint8_t>(corner) || !valid.at<std::uint8_t>(corner)) continue;
        const Blank blank = flat_region_at(corner, pixels, levels);
        if (!blank.region.empty() && ends_with_a_jump(blank, pixels, valid, levels)) hidden |= blank.region;
    }
    return hidden;
}

// ---------------------------------------------------------------------------------------------------------------
// Blades: a straight dark band along one side.

constexpr int block_count = 16;         // pieces of a side whose profiles are compared
constexpr double blade_depth = 0.3;     // of the image that one blade may cover
constexpr double steepest_tilt = 0.08;  // of a blade against the side of the image, rise over run
constexpr double tilt_step = 0.01;
constexpr double tilt_penalty = 3.0;  // share of the rise that a tilt must be better by, per tilt
constexpr int rise_px = 4;            // over which the steepness of a penumbra is measured
constexpr double agreeing_blocks =
    0.75;  // must show the edge; a vessel or a bright lung may hide it in others
constexpr float blade_contrast = 0.12F;  // of the range of grey levels
constexpr float penumbra_end = 0.2F;     // of its steepest rise: here the picture begins

enum class Side { left, right, top, bottom };

/// The image seen from one side: `deep` counts inwards, `along` runs along the side.
struct SideView {
    const Image<float>& pixels;
    const Image<std::uint8_t>& valid;
    Side side;

    bool upright() const { return side == Side::left || side == Side::right; }
    int length() const { return upright() ? pixels.height() : pixels.width(); }
    int depth() const { return upright() ? pixels.width() : pixels.height(); }
    cv::Point at(int deep, int along) const {
        switch (side) {
            case Side::left:
                return {deep, along};
            case Side::right:
                return {pixels.width() - 1 - deep, along};
            case Side::top:
                return {along, deep};
            case Side::bottom:
                return {along, pixels.height() - 1 - deep};
        }
        return {};
    }
};

/// A value against depth, for one block of a side; NaN where most of the block is hidden.
using Profile = std::vector<float>;

struct Block {
    double middle = 0;  ///< along the side, from its middle
    Profile level;      ///< mean grey level
    Profile rise;       ///< how much it grows over the next `rise_px`
};

float value_at(const Profile& profile, int k) {
    return k >= 0 && k < int(profile.size()) ? profile[std::size_t(k)]
                                             : std::numeric_limits<float>::quiet_NaN();
}

/// Mean level against depth between `from` and `to`, read row by row whatever the side. Some of the pixels of
/// a fine detector tell as much as all.
Profile mean_levels(const SideView& view, int from, int to, int depth) {
    constexpr int enough = 32;
    const int stride = std::max(1, (to - from) / enough);
    const int lines = (to - from + stride - 1) / stride;
    Profile sum(static_cast<std::size_t>(depth));
    std::vector<int> count(sum.size());
    const auto add = [&](const float* pixel, const std::uint8_t* valid, std::size_t k) {
        sum[k] += *valid ? *pixel : 0.0F;
        count[k] += *valid ? 1 : 0;
    };
    if (view.upright()) {
        const std::ptrdiff_t inwards = view.side == Side::right ? -1 : 1;
        for (int along = from; along < to; along += stride) {
            const cv::Point edge = view.at(0, along);
            const float* pixel = &view.pixels(edge.x, edge.y);
            const std::uint8_t* valid = &view.valid(edge.x, edge.y);
            for (int k = 0; k < depth; ++k)
                add(pixel + k * inwards, valid + k * inwards, static_cast<std::size_t>(k));
        }
    } else {
        for (int k = 0; k < depth; ++k) {
            const int y = view.at(k, 0).y;
            for (int along = from; along < to; along += stride)
                add(view.pixels.row(y) + along, view.valid.row(y) + along, static_cast<std::size_t>(k));
        }
    }
    for (std::size_t k = 0; k < sum.size(); ++k)
        sum[k] = 2 * count[k] > lines ? sum[k] / float(count[k]) : std::numeric_limits<float>::quiet_NaN();
    return sum;
}

std::vector<Block> block_profiles(const SideView& view, int depth) {
    std::vector<Block> blocks;
    for (int b = 0; b < block_count; ++b) {
        const int from = view.length() * b / block_count;
        const int to = view.length() * (b + 1) / block_count;
        Block block{0.5 * (from + to - view.length()), mean_levels(view, from, to, depth), {}};
        for (int k = 0; k < depth; ++k)
            block.rise.push_back(value_at(block.level, k + rise_px) - value_at(block.level, k));
        blocks.push_back(std::move(block));
    }
    return blocks;
}

/// A straight edge: its depth at the middle of the side, and its tilt.
struct Line {
    double depth = 0;
    double tilt = 0;
    int at(double along) const { return static_cast<int>(std::floor(depth + tilt * along + 0.5)); }
};

/// The value that `agreeing_blocks` of the blocks reach; empty if fewer than half of them see anything.
template <class F>
std::optional<float> agreed(const std::vector<Block>& blocks, F&& value_of) {
    std::array<float, block_count> values{};
    std::size_t n = 0;
    for (const Block& block : blocks)
        if (const float v = value_of(block); std::isfinite(v)) values[n++] = v;
    if (2 * n < blocks.size()) return std::nullopt;
    const auto reached = values.begin() + static_cast<std::ptrdiff_t>((1.0 - agreeing_blocks) * double(n));
    std::nth_element(values.begin(), reached, values.begin() + static_cast<std::ptrdiff_t>(n));
    return *reached;
}

std::optional<float> agreed_rise(const std::vector<Block>& blocks, const Line& line) {
    return agreed(blocks, [&](const Block& block) { return value_at(block.rise, line.at(block.middle)); });
}

struct Edge {
    Line line;
    float rise = 0;
};

/// Whether so few blocks rise by less than `least` that the agreed rise may be greater; cheaper than knowing
/// it.
bool may_rise_above(float least, const std::vector<Block>& blocks, const Line& line) {
    int fewer = 0;
    for (const Block& block : blocks)
        if (value_at(block.rise, line.at(block.middle)) <= least &&
            ++fewer > (1.0 - agreeing_blocks) * block_count)
            return false;
    return true;
}

/// The straight edge that rises most. Blades stand nearly upright, so a tilted edge must be clearly better.
Edge steepest_edge(const std::vector<Block>& blocks, int depth) {
    Edge best;
    float best_score = 0;
    const int tilts = static_cast<int>(std::lround(steepest_tilt / tilt_step));
    for (int i = -tilts; i <= tilts; ++i)
        for (int k = 0; k < depth; ++k) {
            const Line line{double(k), i * tilt_step};
            const float worth = float(1.0 - tilt_penalty * std::abs(line.tilt));
            if (!may_rise_above(best_score / worth, blocks, line)) continue;
            const float rise = agreed_rise(blocks, line).value_or(0.0F);
            if (worth * rise <= best_score) continue;
            best = {line, rise};
            best_score = worth * rise;
        }
    return best;
}

/// Follows the penumbra from its steepest place inwards until the grey level no longer rises.
Line end_of_penumbra(const std::vector<Block>& blocks, const Edge& edge, int depth) {
    Line end = edge.line;
    while (end.depth < depth && agreed_rise(blocks, end).value_or(0.0F) > penumbra_end * edge.rise)
        end.depth += 1;
    return end;
}

/// Grey level from outside the edge to behind the penumbra, as far as most blocks agree.
float contrast_across(const std::vector<Block>& blocks, const Line& from, const Line& to) {
    const auto across = [&](const Block& block) {
        return value_at(block.level, to.at(block.middle)) - value_at(block.level, from.at(block.middle));
    };
    return agreed(blocks, across).value_or(0.0F);
}

std::optional<Line> find_blade(const SideView& view, const Levels& levels) {
    const int depth = static_cast<int>(blade_depth * view.depth());
    const std::vector<Block> blocks = block_profiles(view, depth + rise_px);
    const Edge edge = steepest_edge(blocks, depth);
    if (edge.rise <= 0) return std::nullopt;
    const Line end = end_of_penumbra(blocks, edge, depth);
    if (contrast_across(blocks, edge.line, end) < blade_contrast * levels.range()) return std::nullopt;
    return end;
}

void hide_outside(const Line& line, const SideView& view, Image<std::uint8_t>& valid) {
    for (int t = 0; t < view.length(); ++t) {
        const int end = std::clamp(line.at(t - 0.5 * (view.length() - 1)), 0, view.depth());
        for (int k = 0; k < end; ++k) {
            const cv::Point p = view.at(k, t);
            valid(p.x, p.y) = 0;
        }
    }
}

/// Narrows `valid` to the inside of the four blades, as far as there are any.
void hide_blades(const Image<float>& pixels, Image<std::uint8_t>& valid, const Levels& levels,
                 double margin_px) {
    constexpr std::array sides{Side::left, Side::right, Side::top, Side::bottom};
    const auto view_of = [&](Side side) { return SideView{pixels, valid, side}; };
    std::array<std::optional<Line>, sides.size()> blades;
    tbb::parallel_for(std::size_t{0}, sides.size(),
                      [&](std::size_t i) { blades[i] = find_blade(view_of(sides[i]), levels); });
    for (std::size_t i = 0; i < sides.size(); ++i) {
        if (!blades[i]) continue;
        blades[i]->depth += margin_px;
        hide_outside(*blades[i], view_of(sides[i]), valid);
    }
}

}  // namespace

void ValidRegionOptions::validate() const {
    require_not_negative("valid_region.margin_px", margin_px);
    require_fraction("valid_region.max_hidden_fraction", max_hidden_fraction);
}

Frame find_valid_region(const Frame& frame, const ValidRegionOptions& options) {
    frame.validate();
    options.validate();
    const Image<std::uint8_t> usable = usable_pixels(frame);
    Image<std::uint8_t> valid = usable.clone();
    const Levels levels = levels_of(frame.pixels, usable);
    if (std::min(frame.width(), frame.height()) >= smallest_side_px && levels.range() > 0) {
        cv::Mat hidden = find_blanked(as_mat(frame.pixels), as_mat(usable), levels);
        if (cv::countNonZero(hidden) > 0) widen(hidden, options.margin_px + 1);
        as_mat(valid).setTo(0, hidden);
        hide_blades(frame.pixels, valid, levels, options.margin_px);
    }
    if (1.0 - share_of(valid) > options.max_hidden_fraction) valid = usable;
    Frame narrowed = frame;
    if (!frame.valid.empty() || share_of(valid) < 1.0) narrowed.valid = valid;
    return narrowed;
}

}  // namespace stenometry
