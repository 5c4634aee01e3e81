#pragma once

#include <limits>

#include "stenometry/frame.h"

namespace stenometry {

/// What grey values of a frame mean, and where they end: the one truth for every stage that makes attenuation
/// of them.
struct GreyScale {
    explicit GreyScale(const Frame& frame);

    /// `linear`, `logarithmic` or `display`, never `unknown`; see `meaning_of`.
    Intensity meaning;
    /// A grey value says how much was detected if it lies between these, ends excluded. Beyond them the scale
    /// has been cut off, or there is no logarithm.
    float lowest = -std::numeric_limits<float>::infinity(), highest = std::numeric_limits<float>::infinity();

    /// Whether attenuation is the logarithm of a ratio of grey values. If not, it is a difference of grey
    /// values, in a unit that nothing tells: what is measured by it has to be compared within one frame.
    bool is_proportional() const { return meaning == Intensity::linear; }
    bool holds(float value) const { return value > lowest && value < highest; }
    /// What attenuates `from` to `to`: in parts of e if proportional, in grey values if not; NaN where there
    /// is no logarithm.
    double attenuation(double from, double to) const;
};

/// What the file says of its grey values. Where it says nothing, values that fit into 8 bits were made for
/// viewing, and larger ones are proportional to X-rays. A viewing curve is nearly linear in the logarithm
/// where vessels are, so that they look alike in front of lung and spine.
Intensity meaning_of(const Frame& frame);

/// The same for looking for vessels all over a picture: where the file says nothing, `display` whatever the
/// values. Intensities look nearly the same through a viewing curve's pedestal; without it, the noise of dark
/// parts would pass for vessels if they were not intensities after all.
Intensity cautious_meaning_of(const Frame& frame);

}  // namespace stenometry
