#include "stenometry/polarity.h"

#include <algorithm>
#include <cmath>

#include "analysis/square_pixels.h"
#include "stenometry/learned_evidence.h"
#include "stenometry/segment.h"
#include "stenometry/valid_region.h"
#include "vesselness/working_grid.h"

namespace stenometry {
namespace {

/// Calls `visit` with every value.
template <class Visit>
void for_each(const Image<float>& pixels, Visit visit) {
    for (int y = 0; y < pixels.height(); ++y)
        for (int x = 0; x < pixels.width(); ++x) visit(pixels(x, y));
}

/// What the smallest and the largest value add up to where the grey scale is turned around.
float sum_of_ends(const Image<float>& pixels) {
    float low = pixels(0, 0), high = low;
    bool whole = true;
    for_each(pixels, [&](float value) {
        low = std::min(low, value);
        high = std::max(high, value);
        whole = whole && value == std::floor(value);
    });
    for (const float largest : {255.0F, 4095.0F, 65535.0F})
        if (whole && low >= 0.0F && high <= largest) return largest;
    return low + high;
}

/// The part of the valid pixels that learned evidence takes for artery.
double artery_part(const Frame& frame) {
    const SquarePixels square(frame);
    const Frame seen = find_valid_region(square.frame());
    const Image<float> artery = compute_learned_evidence(seen).artery;
    std::size_t valid = 0, found = 0;
    for (int y = 0; y < seen.height(); ++y)
        for (int x = 0; x < seen.width(); ++x) {
            if (!seen.is_valid(x, y)) continue;
            ++valid;
            if (artery(x, y) > 0.5F) ++found;
        }
    return valid == 0 ? 0.0 : static_cast<double>(found) / static_cast<double>(valid);
}

/// The part from which on a picture shows arteries.
constexpr double enough = 0.02;

/// Whether a frame shows arteries at a glance: a quarter of its pixels or fewer tells most frames that need
/// no second look.
bool shows_arteries(const Frame& frame) {
    constexpr int side_px = 256;
    const int reduction = std::max(frame.width(), frame.height()) / side_px;
    if (reduction < 2) return false;
    const Image<std::uint8_t> everywhere(frame.width(), frame.height(), 255);
    Frame small;
    reduce(frame.pixels, frame.valid.empty() ? everywhere : frame.valid, reduction, small.pixels,
           small.valid);
    return artery_part(small) >= enough;
}

}  // namespace

Frame inverted(const Frame& frame, Polarity polarity) {
    frame.validate();
    Frame turned = frame;
    turned.polarity = polarity;
    turned.pixels = frame.pixels.clone();
    const float sum = sum_of_ends(frame.pixels);
    for (int y = 0; y < turned.height(); ++y)
        std::transform(turned.pixels.row(y), turned.pixels.row(y) + turned.width(), turned.pixels.row(y),
                       [sum](float value) { return sum - value; });
    return turned;
}

bool has_bright_vessels(const Frame& frame) {
    constexpr double times = 10.0;
    frame.validate();
    if (evidence_for(frame, Evidence::learned) != Evidence::learned) return false;
    if (shows_arteries(frame)) return false;
    const double as_it_is = artery_part(frame);
    if (times * as_it_is >= 1.0) return false;  // turned around, there cannot be as many times more
    const double turned = artery_part(inverted(frame));
    return turned >= enough && turned > times * as_it_is;
}

}  // namespace stenometry
