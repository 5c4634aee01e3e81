#pragma once

#include "phantom/detector.h"
#include "phantom/lumen.h"

/// From a scene to the rays that reach the detector.
namespace stenometry::phantom {

/// Everything in the beam that moves, as geometry.
struct Objects {
    std::vector<std::vector<Lumen>> layers;  ///< layer 0 first; lumens of one layer unite
    std::vector<Lumen> catheter;             ///< its outer and its inner surface, or empty
};

/// \param opacity where the medium has come to.
/// \param catheter_opacity concentration in the catheter as a fraction of the scene's.
Objects objects_of(const Scene& scene, const Opacity& opacity, double catheter_opacity);

/// How pixels are divided: `per_px` by `per_px` cells each, and `margin` more cells on each side of the
/// image, as many as blur reaches.
struct Cells {
    explicit Cells(const Scene& scene);

    int per_px;
    double step_mm;
    Weights weights;
    int margin;

    int across(int pixels) const { return pixels * per_px + 2 * margin; }
    double px(int cell) const { return (cell - margin + 0.5) / per_px - 0.5; }  ///< place of a cell's centre
};

/// The beam behind the chest, without vessels, at the centre of every pixel and of `margin` more on each
/// side.
struct Chest {
    Chest(const Scene& scene, const Cells& cells);

    int margin;
    Beam beam;
    double mean_log;  ///< mean of the beam's logarithm over the part of the image that the field stop leaves
};

/// 255 where the field stop leaves a pixel's centre; empty without one.
Image<std::uint8_t> open_field(const Scene& scene);

/// What the field stop lets through to a place.
double passed_by_field_stop(const Scene& scene, Point mm);

/// The primary beam in pixels, after focal spot, motion, detector blur and aperture.
Beam primary_beam(const Scene& scene, const Objects& objects, const Chest& chest, const Cells& cells);

/// 255 where a pixel's centre lies in one of the lumens.
Image<std::uint8_t> mask_of(const Scene& scene, const std::vector<Lumen>& lumens);

/// Between mm in the plane of the vessel and pixels.
Point mm_of(const Scene& scene, Point px);
Point px_of(const Scene& scene, Point mm);

}  // namespace stenometry::phantom
