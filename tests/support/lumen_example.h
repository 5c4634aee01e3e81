#pragma once

#include <cmath>

#include "lumen/lumen_model.h"
#include "lumen/lumen_reformation.h"

namespace stenometry::testing {

inline constexpr ReformationGrid example_grid{.rows = 81, .columns = 41};
inline constexpr double example_blur_px = 1.2;

/// A straight lumen of one width, slightly off the line.
inline LumenParameters uniform_lumen(const LumenModel& model, double radius_px, double axis_px = 0.3) {
    LumenParameters p(model.basis().knots());
    for (std::size_t k = 0; k < p.knots(); ++k) {
        p.knot(LumenParameter::radius, k) = radius_px;
        p.knot(LumenParameter::axis, k) = axis_px;
    }
    p.global(LumenParameter::ln_attenuation) = std::log(0.02);
    p.global(LumenParameter::ln_blur) = std::log(example_blur_px);
    p.global(LumenParameter::curvature) = usual_curvature;
    return p;
}

inline RenderedLumen rendered(const LumenModel& model, const LumenParameters& parameters) {
    RenderedLumen lumen;
    model.render(parameters, lumen);
    return lumen;
}

/// A reformation that shows this lumen and nothing else.
inline LumenReformation reformation_of(const LumenModel& model, const LumenParameters& parameters) {
    const RenderedLumen lumen = rendered(model, parameters);
    const auto width = static_cast<int>(model.grid().columns), height = static_cast<int>(model.grid().rows);
    LumenReformation reformation{.image = {.profiles = Image<float>(width, height), .step_px = 1.0},
                                 .known = Image<std::uint8_t>(width, height, 1)};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) reformation.image.profiles(x, y) = -lumen.attenuation(x, y);
    return reformation;
}

}  // namespace stenometry::testing
