#include "stenometry/valid_region.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/mat.h"
#include "core/parallel.h"
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

/// \param sample whose memory is used again
Levels levels_of(const Image<float>& pixels, const Image<std::uint8_t>& valid, std::vector<float>& sample) {
    const int step = std::max(1, static_cast<int>(std::sqrt(static_cast<double>(pixels.size()) / 16384)));
    sample.clear();
    for (int y = 0; y < pixels.height(); y += step)
        for (int x = 0; x < pixels.width(); x += step)
            if (valid(x, y)) sample.push_back(pixels(x, y));
    if (sample.empty()) return {};
    return {static_cast<float>(ranked(sample, 0.002)), static_cast<float>(ranked(sample, 0.998))};
}

std::size_t count_of(const Image<std::uint8_t>& mask) {
    return static_cast<std::size_t>(cv::countNonZero(as_mat(mask)));
}

/// How far a disc reaches to either side in each of its rows: that of OpenCV's ellipse.
int half_width(int row, int radius) {
    const double square = static_cast<double>(radius) * radius;
    return radius == 0 ? 0 : cvRound(radius * std::sqrt((square - row * row) * (1.0 / square)));
}

/// Adds to `wide` what lies no farther than `radius` from a pixel of `mask`: along each run of them at once.
void widen(const Image<std::uint8_t>& mask, int radius, Image<std::uint8_t>& wide) {
    for (int y = 0; y < mask.height(); ++y) {
        const std::uint8_t* const row = mask.row(y);
        const std::uint8_t* const end = row + mask.width();
        const auto is_set = [](std::uint8_t m) { return m != 0; };
        for (const std::uint8_t *run = std::find_if(row, end, is_set), *run_end; run != end;
             run = std::find_if(run_end, end, is_set)) {
            run_end = std::find(run, end, std::uint8_t{0});
            const int top = std::max(0, y - radius), bottom = std::min(mask.height() - 1, y + radius);
            for (int at = top; at <= bottom; ++at) {
                const int aside = half_width(at - y, radius);
                const int from = std::max(0, static_cast<int>(run - row) - aside),
                          to = std::min(mask.width(), static_cast<int>(run_end - row) + aside);
                std::fill(wide.row(at) + from, wide.row(at) + to, seen);
            }
        }
    }
}

/// \param to written over where it has the size, else replaced
void copy(const Image<std::uint8_t>& from, Image<std::uint8_t>& to) {
    if (!same_size(from, to)) to = Image<std::uint8_t>::unfilled(from.width(), from.height());
    for (int y = 0; y < from.height(); ++y) std::copy_n(from.row(y), from.width(), to.row(y));
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

/// What may have been blanked, and how sure its border must be.
struct Blank {
    float level = 0;
    float below = 0, above = 0;  ///< how far from the level its pixels lie
    double jump_share = 0;
};

/// The pixel of the corner's square whose grey level is the median of the square.
cv::Point typical_pixel(const Image<float>& pixels, cv::Point corner) {
    std::array<std::pair<float, cv::Point>, corner_px * corner_px> square;
    auto end = square.begin();
    const cv::Point towards_middle(corner.x == 0 ? 1 : -1, corner.y == 0 ? 1 : -1);
    for (int y = 0; y < corner_px; ++y)
        for (int x = 0; x < corner_px; ++x) {
            const cv::Point p = corner + cv::Point(x * towards_middle.x, y * towards_middle.y);
            if (std::isfinite(pixels(p.x, p.y))) *end++ = {pixels(p.x, p.y), p};
        }
    if (end == square.begin()) return corner;
    const auto middle = square.begin() + (end - square.begin()) / 2;
    std::nth_element(square.begin(), middle, end, [](auto& a, auto& b) { return a.first < b.first; });
    return middle->second;
}

/// What is blanked at a pixel, if that is black or white.
std::optional<Blank> blank_at(float level, const Levels& levels) {
    const bool black = level <= levels.low + black_tolerance * levels.range();
    const bool white = level >= levels.high - white_tolerance * levels.range();
    if (!std::isfinite(level) || black == white) return std::nullopt;
    constexpr float unlimited = std::numeric_limits<float>::max() / 2;
    if (black) return Blank{level, unlimited, black_tolerance * levels.range(), black_jump_share};
    return Blank{level, white_tolerance * levels.range(), unlimited, white_jump_share};
}

/// Finds what was blanked, and keeps its memory.
class BlankFinder {
  public:
    /// Everything blanked; 255 where hidden.
    const Image<std::uint8_t>& find(const Image<float>& pixels, const Image<std::uint8_t>& valid,
                                    const Levels& levels) {
        copy(valid, hidden_);
        hidden_.fill(0);
        const int right = pixels.width() - 1, bottom = pixels.height() - 1;
        for (const cv::Point corner : {cv::Point(0, 0), {right, 0}, {0, bottom}, {right, bottom}}) {
            if (hidden_(corner.x, corner.y) || !valid(corner.x, corner.y)) continue;
            const cv::Point seed = typical_pixel(pixels, corner);
            const std::optional<Blank> blank = blank_at(pixels(seed.x, seed.y), levels);
            if (!blank) continue;
            spread_from(seed, *blank, pixels);
            if (ends_with_a_jump(*blank, pixels, valid, levels)) hide_region();
        }
        return hidden_;
    }

  private:
    /// The region of about one grey level that reaches from the seed, over corners of pixels too.
    void spread_from(cv::Point seed, const Blank& blank, const Image<float>& pixels) {
        copy(hidden_, region_);
        region_.fill(0);
        const auto joins = [&](int x, int y) {
            const float rise = pixels(x, y) - blank.level;
            return region_(x, y) == 0 && rise >= -blank.below && rise <= blank.above;
        };
        for (pending_.assign(1, seed); !pending_.empty();) {
            const auto [x, y] = pending_.back();
            pending_.pop_back();
            if (region_(x, y) != 0) continue;
            int from = x, to = x + 1;
            while (from > 0 && joins(from - 1, y)) --from;
            while (to < pixels.width() && joins(to, y)) ++to;
            std::fill(region_.row(y) + from, region_.row(y) + to, seen);
            for (const int beside : {y - 1, y + 1}) {
                if (beside < 0 || beside >= pixels.height()) continue;
                bool in_run = false;
                for (int k = std::max(0, from - 1); k < std::min(pixels.width(), to + 1); ++k) {
                    const bool joined = joins(k, beside);
                    if (joined && !in_run) pending_.emplace_back(k, beside);
                    in_run = joined;
                }
            }
        }
    }

    /// Whether the picture begins with a jump nearly all along the region's border. The edge of saturated
    /// lung or of a dark shadow goes over gradually.
    bool ends_with_a_jump(const Blank& blank, const Image<float>& pixels, const Image<std::uint8_t>& valid,
                          const Levels& levels) {
        copy(region_, near_);
        widen(region_, blank_reach_px - 1, near_);
        copy(near_, far_);
        widen(near_, 1, far_);
        std::size_t border = 0, jumps = 0;
        for (int y = 0; y < pixels.height(); ++y)
            for (int x = 0; x < pixels.width(); ++x) {
                if (far_(x, y) == 0 || near_(x, y) != 0 || valid(x, y) == 0) continue;
                ++border;
                jumps += std::abs(pixels(x, y) - blank.level) > blank_jump * levels.range();
            }
        return static_cast<double>(jumps) > blank.jump_share * static_cast<double>(border);
    }

    void hide_region() {
        for (int y = 0; y < region_.height(); ++y)
            std::transform(region_.row(y), region_.row(y) + region_.width(), hidden_.row(y), hidden_.row(y),
                           [](std::uint8_t r, std::uint8_t h) { return static_cast<std::uint8_t>(r | h); });
    }

    Image<std::uint8_t> hidden_, region_, near_, far_;
    std::vector<cv::Point> pending_;
};

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
/// \param sum becomes these means
/// \param count whose memory is used again
void mean_levels(const SideView& view, int from, int to, int depth, Profile& sum, std::vector<int>& count) {
    constexpr int enough = 32;
    const int stride = std::max(1, (to - from) / enough);
    const int lines = (to - from + stride - 1) / stride;
    sum.assign(static_cast<std::size_t>(depth), 0.0F);
    count.assign(sum.size(), 0);
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
}

/// The blocks of one side, which keep their memory.
struct Blocks {
    std::array<Block, block_count> block;
    std::vector<int> count;
};

void measure_profiles(const SideView& view, int depth, Blocks& blocks) {
    for (int b = 0; b < block_count; ++b) {
        const int from = view.length() * b / block_count;
        const int to = view.length() * (b + 1) / block_count;
        Block& block = blocks.block[static_cast<std::size_t>(b)];
        block.middle = 0.5 * (from + to - view.length());
        mean_levels(view, from, to, depth, block.level, blocks.count);
        block.rise.clear();
        for (int k = 0; k < depth; ++k)
            block.rise.push_back(value_at(block.level, k + rise_px) - value_at(block.level, k));
    }
}

/// A straight edge: its depth at the middle of the side, and its tilt.
struct Line {
    double depth = 0;
    double tilt = 0;
    int at(double along) const { return static_cast<int>(std::floor(depth + tilt * along + 0.5)); }
};

/// The value that `agreeing_blocks` of the blocks reach; empty if fewer than half of them see anything.
template <class F>
std::optional<float> agreed(std::span<const Block> blocks, F&& value_of) {
    std::array<float, block_count> values{};
    std::size_t n = 0;
    for (const Block& block : blocks)
        if (const float v = value_of(block); std::isfinite(v)) values[n++] = v;
    if (2 * n < blocks.size()) return std::nullopt;
    const auto reached = values.begin() + static_cast<std::ptrdiff_t>((1.0 - agreeing_blocks) * double(n));
    std::nth_element(values.begin(), reached, values.begin() + static_cast<std::ptrdiff_t>(n));
    return *reached;
}

std::optional<float> agreed_rise(std::span<const Block> blocks, const Line& line) {
    return agreed(blocks, [&](const Block& block) { return value_at(block.rise, line.at(block.middle)); });
}

struct Edge {
    Line line;
    float rise = 0;
};

/// Whether so few blocks rise by less than `least` that the agreed rise may be greater; cheaper than knowing
/// it.
bool may_rise_above(float least, std::span<const Block> blocks, const Line& line) {
    int fewer = 0;
    for (const Block& block : blocks)
        if (value_at(block.rise, line.at(block.middle)) <= least &&
            ++fewer > (1.0 - agreeing_blocks) * block_count)
            return false;
    return true;
}

/// The straight edge that rises most. Blades stand nearly upright, so a tilted edge must be clearly better.
Edge steepest_edge(std::span<const Block> blocks, int depth) {
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
Line end_of_penumbra(std::span<const Block> blocks, const Edge& edge, int depth) {
    Line end = edge.line;
    while (end.depth < depth && agreed_rise(blocks, end).value_or(0.0F) > penumbra_end * edge.rise)
        end.depth += 1;
    return end;
}

/// Grey level from outside the edge to behind the penumbra, as far as most blocks agree.
float contrast_across(std::span<const Block> blocks, const Line& from, const Line& to) {
    const auto across = [&](const Block& block) {
        return value_at(block.level, to.at(block.middle)) - value_at(block.level, from.at(block.middle));
    };
    return agreed(blocks, across).value_or(0.0F);
}

std::optional<Line> find_blade(const SideView& view, const Levels& levels, Blocks& buffers) {
    const int depth = static_cast<int>(blade_depth * view.depth());
    measure_profiles(view, depth + rise_px, buffers);
    const std::span<const Block> blocks = buffers.block;
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
                 double margin_px, std::array<Blocks, 4>& buffers) {
    constexpr std::array sides{Side::left, Side::right, Side::top, Side::bottom};
    const auto view_of = [&](Side side) { return SideView{pixels, valid, side}; };
    std::array<std::optional<Line>, sides.size()> blades;
    parallel_for(std::size_t{0}, sides.size(),
                 [&](std::size_t i) { blades[i] = find_blade(view_of(sides[i]), levels, buffers[i]); });
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

struct ValidRegionFinder::Impl {
    ValidRegionOptions options;
    Image<std::uint8_t> usable, margin;
    std::vector<float> sample;
    BlankFinder blanks;
    std::array<Blocks, 4> sides;

    void narrow(const Image<float>& pixels, const Levels& levels, Image<std::uint8_t>& valid);
};

/// Takes away from `valid` what was blanked and what lies behind blades.
void ValidRegionFinder::Impl::narrow(const Image<float>& pixels, const Levels& levels,
                                     Image<std::uint8_t>& valid) {
    const Image<std::uint8_t>& hidden = blanks.find(pixels, usable, levels);
    if (count_of(hidden) > 0) {
        copy(hidden, margin);
        widen(hidden, static_cast<int>(std::ceil(options.margin_px + 1)), margin);
        for (int y = 0; y < valid.height(); ++y)
            for (int x = 0; x < valid.width(); ++x)
                if (margin(x, y) != 0) valid(x, y) = 0;
    }
    hide_blades(pixels, valid, levels, options.margin_px, sides);
}

ValidRegionFinder::ValidRegionFinder(const ValidRegionOptions& options) : impl_(std::make_unique<Impl>()) {
    options.validate();
    impl_->options = options;
}
ValidRegionFinder::~ValidRegionFinder() = default;
ValidRegionFinder::ValidRegionFinder(ValidRegionFinder&&) noexcept = default;
ValidRegionFinder& ValidRegionFinder::operator=(ValidRegionFinder&&) noexcept = default;

bool ValidRegionFinder::operator()(const Frame& frame, Image<std::uint8_t>& valid) {
    frame.validate();
    usable_pixels(frame, impl_->usable);
    copy(impl_->usable, valid);
    const Levels levels = levels_of(frame.pixels, impl_->usable, impl_->sample);
    if (std::min(frame.width(), frame.height()) >= smallest_side_px && levels.range() > 0)
        impl_->narrow(frame.pixels, levels, valid);
    const double share = static_cast<double>(count_of(valid)) / static_cast<double>(valid.size());
    if (1.0 - share > impl_->options.max_hidden_fraction) copy(impl_->usable, valid);
    return count_of(valid) < valid.size();
}

Frame find_valid_region(const Frame& frame, const ValidRegionOptions& options) {
    Image<std::uint8_t> valid;
    const bool hides = ValidRegionFinder(options)(frame, valid);
    Frame narrowed = frame;
    if (!frame.valid.empty() || hides) narrowed.valid = valid;
    return narrowed;
}

}  // namespace stenometry
