#include "evaluation/zhang_suen.h"

#include <array>
#include <bit>
#include <cstddef>
#include <vector>

namespace stenometry {
namespace {

/// Whether the second half of a round may take a pixel with these eight neighbours, from the north on
/// clockwise, the north in the lowest bit; with `first`, the first half. P2 to P9 of the paper.
constexpr bool is_removable(unsigned around, bool first) {
    const auto p = [around](unsigned k) { return (around >> ((k - 2) & 7)) & 1U; };
    unsigned steps = 0;  // from background to line, going around
    for (unsigned k = 2; k <= 9; ++k) steps += p(k) == 0U && p(k + 1) == 1U ? 1 : 0;
    const int neighbours = std::popcount(around);
    const unsigned a = first ? p(2) & p(4) & p(6) : p(2) & p(4) & p(8);
    const unsigned b = first ? p(4) & p(6) & p(8) : p(2) & p(6) & p(8);
    return steps == 1 && neighbours >= 2 && neighbours <= 6 && a == 0U && b == 0U;
}

constexpr std::array<bool, 256> make_removable(bool first) {
    std::array<bool, 256> table{};
    for (unsigned around = 0; around < 256; ++around) table[around] = is_removable(around, first);
    return table;
}
constexpr std::array<std::array<bool, 256>, 2> removable{make_removable(true), make_removable(false)};

constexpr std::array<std::array<int, 2>, 8> neighbour{
    {{0, -1}, {1, -1}, {1, 0}, {1, 1}, {0, 1}, {-1, 1}, {-1, 0}, {-1, -1}}};

struct Pixel {
    int x, y;
};

unsigned around(const Image<std::uint8_t>& lines, Pixel at) {
    unsigned bits = 0;
    for (unsigned k = 0; k < 8; ++k)
        if (lines(at.x + neighbour[k][0], at.y + neighbour[k][1]) != 0) bits |= 1U << k;
    return bits;
}

/// Takes away what may go at once, and returns whether anything did.
bool peel(Image<std::uint8_t>& lines, std::vector<Pixel>& pixels, const std::array<bool, 256>& may_go) {
    std::vector<Pixel> stay, go;
    for (const Pixel at : pixels) (may_go[around(lines, at)] ? go : stay).push_back(at);
    for (const Pixel at : go) lines(at.x, at.y) = 0;
    pixels = std::move(stay);
    return !go.empty();
}

}  // namespace

Image<std::uint8_t> zhang_suen_skeleton(const Image<std::uint8_t>& mask) {
    Image<std::uint8_t> lines(mask.width(), mask.height());
    std::vector<Pixel> inner;
    for (int y = 0; y < mask.height(); ++y)
        for (int x = 0; x < mask.width(); ++x) {
            if (mask(x, y) == 0) continue;
            lines(x, y) = 255;
            if (x > 0 && y > 0 && x + 1 < mask.width() && y + 1 < mask.height()) inner.push_back({x, y});
        }
    for (bool any = true; any;) {
        any = false;
        for (const std::array<bool, 256>& half : removable) any = peel(lines, inner, half) || any;
    }
    return lines;
}

}  // namespace stenometry
