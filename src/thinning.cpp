#include "thinning.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "stenometry/interop/opencv.h"

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

/// A mask with a border of background, so that no neighbour lies outside.
class PaddedMask {
  public:
    explicit PaddedMask(const Image<std::uint8_t>& mask)
        : stride_(mask.width() + 2),
          pixels_(static_cast<std::size_t>(stride_) * static_cast<std::size_t>(mask.height() + 2), 0) {
        for (int y = 0; y < mask.height(); ++y)
            for (int x = 0; x < mask.width(); ++x) pixels_[at(x, y)] = mask(x, y) != 0 ? 1 : 0;
        for (std::size_t k = 0; k < 8; ++k) offset_[k] = neighbour[k][1] * stride_ + neighbour[k][0];
    }

    std::size_t at(int x, int y) const { return static_cast<std::size_t>((y + 1) * stride_ + x + 1); }
    bool set(std::size_t i) const { return pixels_[i] != 0; }
    bool set(std::size_t i, std::size_t k) const { return pixels_[beside(i, k)] != 0; }
    void clear(std::size_t i) { pixels_[i] = 0; }
    unsigned around(std::size_t i) const {
        unsigned bits = 0;
        for (unsigned k = 0; k < 8; ++k) bits |= static_cast<unsigned>(pixels_[beside(i, k)]) << k;
        return bits;
    }

  private:
    std::size_t beside(std::size_t i, std::size_t k) const {
        return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(i) + offset_[k]);
    }

    int stride_;
    std::vector<std::uint8_t> pixels_;
    std::array<std::ptrdiff_t, 8> offset_{};
};

/// Half pixels of distance: what is closer than that to each other is peeled from its sides in turn.
int level_of(float distance) { return static_cast<int>(2.0F * distance); }

/// Pixels of the mask by their level.
std::vector<std::vector<std::size_t>> levels(const PaddedMask& mask, const Image<float>& distance) {
    std::vector<std::vector<std::size_t>> result;
    for (int y = 0; y < distance.height(); ++y) {
        for (int x = 0; x < distance.width(); ++x) {
            if (!mask.set(mask.at(x, y))) continue;
            const auto level = static_cast<std::size_t>(level_of(distance(x, y)));
            if (level >= result.size()) result.resize(level + 1);
            result[level].push_back(mask.at(x, y));
        }
    }
    return result;
}

/// Peels one side: of the pixels whose neighbour there is background now, those go that can. Returns whether
/// any went.
bool peel_side(PaddedMask& mask, std::vector<std::size_t>& pixels, std::size_t side) {
    std::vector<std::size_t> exposed;
    for (const std::size_t i : pixels)
        if (!mask.set(i, side)) exposed.push_back(i);
    bool any = false;
    for (const std::size_t i : exposed) {
        if (!removable[mask.around(i)]) continue;
        mask.clear(i);
        any = true;
    }
    if (any) std::erase_if(pixels, [&](std::size_t i) { return !mask.set(i); });
    return any;
}

/// Peels opposite sides in turn until nothing more can go.
void peel(PaddedMask& mask, std::vector<std::size_t>& pixels) {
    for (bool any = true; any;) {
        any = false;
        for (const std::size_t side : {6U, 2U, 4U, 0U}) any = peel_side(mask, pixels, side) || any;
    }
}

}  // namespace

Image<float> distance_to_background(const Image<std::uint8_t>& mask) {
    Image<float> distance(mask.width(), mask.height());
    if (mask.empty()) return distance;
    cv::Mat result = interop::as_mat(distance);
    cv::distanceTransform(interop::as_mat(mask), result, cv::DIST_L2, cv::DIST_MASK_5, CV_32F);
    const auto farthest = static_cast<float>(mask.width() + mask.height());
    for (int y = 0; y < mask.height(); ++y)
        for (int x = 0; x < mask.width(); ++x) distance(x, y) = std::min(distance(x, y), farthest);
    return distance;
}

Image<std::uint8_t> thin(const Image<std::uint8_t>& mask, const Image<float>& distance) {
    assert(same_size(mask, distance));
    PaddedMask padded(mask);
    std::vector<std::size_t> left;
    for (const std::vector<std::size_t>& level : levels(padded, distance)) {
        left.insert(left.end(), level.begin(), level.end());
        peel(padded, left);
    }
    Image<std::uint8_t> lines(mask.width(), mask.height());
    for (int y = 0; y < mask.height(); ++y)
        for (int x = 0; x < mask.width(); ++x) lines(x, y) = padded.set(padded.at(x, y)) ? 255 : 0;
    return lines;
}

}  // namespace stenometry
