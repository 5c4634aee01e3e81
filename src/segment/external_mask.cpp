#include "stenometry/external_mask.h"

#include <algorithm>
#include <string>

#include "core/same_size.h"
#include "stenometry/error.h"

namespace stenometry {
namespace {

constexpr std::uint8_t on = 255;

void require_probabilities(const Image<float>& probability) {
    for (int y = 0; y < probability.height(); ++y)
        for (int x = 0; x < probability.width(); ++x)
            if (!(probability(x, y) >= 0.0F && probability(x, y) <= 1.0F))
                throw InvalidInput("the probability must be in 0..1, but is " +
                                   std::to_string(probability(x, y)) + " at " + std::to_string(x) + ',' +
                                   std::to_string(y));
}

/// What `of` makes of every pixel of `image`.
template <class To, class From, class Function>
Image<To> mapped(const Image<From>& image, Function of) {
    Image<To> result(image.width(), image.height());
    for (int y = 0; y < image.height(); ++y)
        std::transform(image.row(y), image.row(y) + image.width(), result.row(y), of);
    return result;
}

Image<float> weighed(const Image<float>& probability, const Image<std::uint8_t>& mask) {
    Image<float> result = probability.clone();
    for (int y = 0; y < mask.height(); ++y)
        for (int x = 0; x < mask.width(); ++x)
            result(x, y) = 0.5F * probability(x, y) + (mask(x, y) != 0 ? 0.5F : 0.0F);
    return result;
}

}  // namespace

VesselMask external_mask(const Frame& frame, const Image<std::uint8_t>& mask,
                         const Image<float>& probability) {
    frame.validate();
    if (mask.empty() && probability.empty()) throw InvalidInput("neither a mask nor a probability is given");
    if (!mask.empty()) require_same_size(mask, "the mask", frame.pixels, "the frame");
    if (!probability.empty()) require_same_size(probability, "the probability", frame.pixels, "the frame");
    require_probabilities(probability);

    VesselMask vessels;
    vessels.calibration = frame.sized_calibration();
    vessels.catheter = Image<std::uint8_t>(frame.width(), frame.height());
    vessels.mask = mask.empty() ? mapped<std::uint8_t>(probability, [](float p) { return p > 0.5F ? on : 0; })
                                : mapped<std::uint8_t>(mask, [](std::uint8_t m) { return m != 0 ? on : 0; });
    if (probability.empty())
        vessels.probability = mapped<float>(mask, [](std::uint8_t m) { return m != 0 ? 1.0F : 0.0F; });
    else
        vessels.probability = mask.empty() ? probability.clone() : weighed(probability, mask);
    return vessels;
}

Vesselness compute_vesselness(const VesselMask& mask, const Image<std::uint8_t>& valid,
                              const VesselnessOptions& options) {
    const Image<float>& probability = mask.probability;
    if (probability.empty()) throw InvalidInput("the vessel mask has no pixels");
    if (!valid.empty()) require_same_size(valid, "the valid region", probability, "the probability");
    EnhancedFrame bright{.attenuation = probability.clone(),
                         .valid = Image<std::uint8_t>(probability.width(), probability.height(), on),
                         .calibration = mask.calibration};
    if (!valid.empty()) bright.valid = valid;
    for (int y = 0; y < probability.height(); ++y)
        for (int x = 0; x < probability.width(); ++x)
            if (bright.valid(x, y) == 0) bright.attenuation(x, y) = 0.0F;
    // The bank counts in clutter, of which a probability has none: beside a vessel there is nothing.
    VesselnessOptions plain = options;
    if (plain.measure == RidgeMeasure::oriented) plain.measure = RidgeMeasure::sato;
    return compute_vesselness(bright, plain);
}

}  // namespace stenometry
