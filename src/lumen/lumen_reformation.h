#pragma once

#include <cstdint>

#include "lumen/planar_reformation.h"
#include "lumen/texture.h"

namespace stenometry {

/// A vessel laid straight, in grey values to which background and contrast add: logarithms of the intensity,
/// whatever the file holds. Rows and columns are about a pixel apart.
struct Strip {
    Straightened values;
    Image<std::uint8_t> known;  ///< 0 outside the field and where the grey scale has ended
    double row_px = 1.0;        ///< distance of the rows
    bool scaled = false;        ///< whether the unit of the grey values is unknown

    int rows() const { return values.rows(); }
    int columns() const { return values.columns(); }
};

/// Arc over which the strip's normals are averaged.
inline double normal_span(const Strip& strip) { return 2.0 * strip.values.offset_px(strip.columns() - 1); }

/// Intensities that are proportional to X-rays are divided by their median before the logarithm. Grey values
/// made for viewing, or already logarithms, are taken for linear in the logarithm: their unit stays unknown
/// (`scaled`).
Strip make_strip(const Frame& frame, const Polyline& line, double half_width_px);

/// Where the samples lie in the lumen's own coordinates.
struct LumenCourse {
    std::vector<double> radius_px, axis_px;  ///< one per row
};

/// The texture of what stands beside the lumen.
/// \param background the strip without the vessel
Texture texture_beside(const Strip& strip, const Image<float>& background, const Image<std::uint8_t>& counted,
                       const LumenCourse& lumen, double blur_px);

/// When something in a strip belongs neither to the lumen nor to the texture.
struct Strangers {
    double depth = 0.0;         ///< what the vessel takes from the grey values where it is wide
    double beside_px = 0.0;     ///< so far from its walls a sample is beside the lumen
    bool in_lumen_too = false;  ///< once the lumen is known; before, it would be taken for a stranger itself
};

/// By how much other things show in each sample; 0 where they do not. Beside the lumen, where `background`
/// strays from what stands along the vessel by more than the texture does, there is another vessel, calcium
/// or a marker. In the lumen only what takes about as much as a vessel does is one: the rest says that the
/// lumen is narrower or wider.
Image<float> find_strangers(const Strip& strip, const Image<float>& background, const LumenCourse& lumen,
                            const Texture& texture, const Strangers& strangers);

}  // namespace stenometry
