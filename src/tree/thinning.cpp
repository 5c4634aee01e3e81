#include "tree/thinning.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <compare>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace stenometry {

namespace {

/// Bits of the eight neighbours, from the east on, turning from +x towards +y.
constexpr std::array<std::array<int, 2>, 8> neighbour{
    {{1, 0}, {1, 1}, {0, 1}, {-1, 1}, {-1, 0}, {-1, -1}, {0, -1}, {1, -1}}};

/// Yokoi's number of an eight-connected pattern: the parts that the neighbourhood falls into when its middle
/// goes.
constexpr int connectivity(unsigned around) {
    const auto background = [around](int k) { return ((around >> (k & 7)) & 1U) == 0U ? 1 : 0; };
    int parts = 0;
    for (int k = 0; k < 8; k += 2)
        parts += background(k) - background(k) * background(k + 1) * background(k + 2);
    return parts;
}

/// Whether a pixel with these neighbours may go: nothing is torn, joined or shortened. The tip of a line has
/// one neighbour and stays.
constexpr std::array<bool, 256> make_removable() {
    std::array<bool, 256> table{};
    for (unsigned around = 0; around < 256; ++around)
        table[around] = std::popcount(around) >= 2 && connectivity(around) == 1;
    return table;
}
constexpr std::array<bool, 256> removable = make_removable();

/// The four sides from which pixels are peeled, opposite ones in turn, as numbers of neighbours.
constexpr std::array<unsigned, 4> sides{6, 2, 4, 0};
constexpr std::uint8_t is_set = 1, its_turn_has_come = 2, every_side = 0xF0;

constexpr std::uint8_t flag_of(std::size_t side) { return static_cast<std::uint8_t>(0x10U << side); }

/// A mask with a border of background, so that no neighbour lies outside, and for every pixel the sides from
/// which it must be looked at: those since whose last look something beside it has gone.
class PeeledMask {
  public:
    explicit PeeledMask(const Image<std::uint8_t>& mask)
        : stride_(mask.width() + 2),
          pixels_(static_cast<std::size_t>(stride_) * static_cast<std::size_t>(mask.height() + 2), 0) {
        for (int y = 0; y < mask.height(); ++y)
            std::transform(mask.row(y), mask.row(y) + mask.width(), pixels_.begin() + at(0, y),
                           [](std::uint8_t m) { return m != 0 ? is_set : std::uint8_t{0}; });
        for (std::size_t k = 0; k < 8; ++k) offset_[k] = neighbour[k][1] * stride_ + neighbour[k][0];
    }

    std::int32_t at(int x, int y) const { return (y + 1) * stride_ + x + 1; }
    std::uint8_t& operator[](std::int32_t i) { return pixels_[static_cast<std::size_t>(i)]; }
    std::int32_t beside(std::int32_t i, std::size_t k) const { return i + offset_[k]; }
    int stride() const { return stride_; }

    /// The first set pixel from `i` to before `end`, or `end`.
    std::int32_t next_set(std::int32_t i, std::int32_t end) const {
        const std::uint8_t* from = pixels_.data() + i;
        const void* found = std::memchr(from, is_set, static_cast<std::size_t>(end - i));
        return found ? i + static_cast<std::int32_t>(static_cast<const std::uint8_t*>(found) - from) : end;
    }
    bool set(std::int32_t i) const { return (pixels_[static_cast<std::size_t>(i)] & is_set) != 0; }

    /// Whether nothing is lost but the pixel.
    bool may_go(std::int32_t i) const {
        unsigned around = 0;
        for (unsigned k = 0; k < 8; ++k)
            around |= static_cast<unsigned>(pixels_[static_cast<std::size_t>(beside(i, k))] & is_set) << k;
        return removable[around];
    }

  private:
    int stride_;
    std::vector<std::uint8_t> pixels_;
    std::array<std::int32_t, 8> offset_{};
};

/// A pixel by its turn: level by level, and row by row within one.
struct Turn {
    std::int32_t level, pixel;
    auto operator<=>(const Turn&) const = default;
};

/// Half pixels of distance: what is closer than that to each other is peeled from its sides in turn.
class Levels {
  public:
    Levels(const PeeledMask& mask, const Image<float>& distance)
        : distance_(distance), stride_(mask.stride()) {
        for (int y = 0; y < distance.height(); ++y) {
            const std::int32_t end = mask.at(distance.width(), y);
            for (std::int32_t i = mask.next_set(mask.at(0, y), end); i < end; i = mask.next_set(i, end))
                for (; mask.set(i); ++i) add(i, distance(i - mask.at(0, y), y));
        }
    }

    std::int32_t of(std::int32_t pixel) const {
        const int row = pixel / stride_;
        return level_at(distance_(pixel - row * stride_ - 1, row - 1));
    }

    /// Pixels of the mask by their level, row by row.
    const std::vector<std::vector<Turn>>& pixels() const { return pixels_; }

  private:
    static std::int32_t level_at(float distance) { return static_cast<std::int32_t>(2.0F * distance); }

    void add(std::int32_t pixel, float distance) {
        const std::int32_t level = level_at(distance);
        if (std::cmp_greater_equal(level, pixels_.size()))
            pixels_.resize(static_cast<std::size_t>(level) + 1);
        pixels_[static_cast<std::size_t>(level)].push_back({level, pixel});
    }

    const Image<float>& distance_;
    int stride_;
    std::vector<std::vector<Turn>> pixels_;
};

/// Peels a mask level by level. A pixel that could not go is looked at again only when one beside it has
/// gone.
class Peeler {
  public:
    Peeler(PeeledMask& mask, const Levels& levels) : mask_(mask), levels_(levels) {}

    /// Lets the pixels of one more level go, and those before them that can go now.
    void peel(std::span<const Turn> level) {
        for (const Turn& turn : level) mask_[turn.pixel] |= its_turn_has_come | every_side;
        waiting_.insert(waiting_.end(), level.begin(), level.end());
        while (!waiting_.empty()) {
            for (std::size_t side = 0; side < sides.size(); ++side) peel_side(side);
            std::erase_if(waiting_, [&](const Turn& turn) {
                return !mask_.set(turn.pixel) || (mask_[turn.pixel] & every_side) == 0;
            });
        }
    }

  private:
    /// Of the waiting pixels whose neighbour on this side is background now, those go that can.
    void peel_side(std::size_t side) {
        exposed_.clear();
        for (const Turn& turn : waiting_) {
            std::uint8_t& state = mask_[turn.pixel];
            if ((state & flag_of(side)) == 0 || (state & is_set) == 0) continue;
            state = static_cast<std::uint8_t>(state & ~flag_of(side));
            if (!mask_.set(mask_.beside(turn.pixel, sides[side]))) exposed_.push_back(turn.pixel);
        }
        const std::size_t before = waiting_.size();
        for (const std::int32_t pixel : exposed_)
            if (mask_.may_go(pixel)) remove(pixel);
        if (waiting_.size() == before) return;
        const auto middle = waiting_.begin() + static_cast<std::ptrdiff_t>(before);
        std::sort(middle, waiting_.end());
        std::inplace_merge(waiting_.begin(), middle, waiting_.end());
    }

    void remove(std::int32_t pixel) {
        mask_[pixel] = 0;
        for (std::size_t k = 0; k < neighbour.size(); ++k) {
            const std::int32_t other = mask_.beside(pixel, k);
            std::uint8_t& state = mask_[other];
            if ((state & its_turn_has_come) == 0) continue;
            // With no side to be looked at from, it does not wait any more.
            if ((state & every_side) == 0) waiting_.push_back({levels_.of(other), other});
            state |= every_side;
        }
    }

    PeeledMask& mask_;
    const Levels& levels_;
    std::vector<Turn> waiting_;  ///< in their turn
    std::vector<std::int32_t> exposed_;
};

}  // namespace

Image<std::uint8_t> thin(const Image<std::uint8_t>& mask, const Image<float>& distance) {
    assert(same_size(mask, distance));
    PeeledMask peeled(mask);
    const Levels levels(peeled, distance);
    Peeler peeler(peeled, levels);
    for (const std::vector<Turn>& level : levels.pixels()) peeler.peel(level);
    Image<std::uint8_t> lines(mask.width(), mask.height());
    for (const std::vector<Turn>& level : levels.pixels())
        for (const Turn& turn : level)
            if (peeled.set(turn.pixel)) {
                const int row = turn.pixel / peeled.stride();
                lines(turn.pixel - row * peeled.stride() - 1, row - 1) = 255;
            }
    return lines;
}

}  // namespace stenometry
