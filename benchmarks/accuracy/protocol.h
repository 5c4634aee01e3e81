#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stenometry/phantom.h"

/// The accuracy laboratory: phantoms of known diameters are rendered, measured as a user would measure them,
/// and compared with what is true of them. Differences are measured minus true throughout.
namespace stenometry::accuracy {

/// A vessel with one lesion, or none.
struct Artery {
    double reference_mm = 3.0;      ///< diameter without the lesion, at the lesion
    double percent_diameter = 0.0;  ///< of the lesion; 0 for a plain tube
    double length_mm = 8.0;         ///< whole extent of the lesion
    phantom::LesionShape shape = phantom::LesionShape::cosine;
    double taper_mm_per_mm = 0.0;
    double bend_radius_mm = 0.0;  ///< of the arc that the vessel describes; 0 is straight

    double mld_mm() const { return reference_mm * (1.0 - 0.01 * percent_diameter); }
};

/// How an artery is imaged. The defaults are those of `phantom::Scene`, on a flat background.
struct Imaging {
    std::string name;
    double mm_per_px = 0.2;
    double quanta_per_mm2 = 37500.0;  ///< detected behind no vessel, per area in the plane of the vessel
    double attenuation_per_mm = 0.11;
    double blur_factor = 1.0;  ///< on detector blur and focal spot
    double scatter_fraction = 0.3;
    double motion_mm = 0.0;
    double background = 0.0;   ///< strength of the chest
    double depth_ratio = 1.0;  ///< of the whole lumen
    /// Of the narrow channel alone, in a round vessel; drilled lesions only.
    double lesion_depth_ratio = 1.0;
    double crossing_mm = 0.0;  ///< from the lesion's middle to a vessel that crosses over; 0 for none
    double unsharp = 0.0;
    phantom::Display display = phantom::Display::linear;
};

/// Every artery under every imaging.
struct Study {
    std::string name;
    std::string title;
    std::vector<Artery> arteries;
    std::vector<Imaging> imagings;
};

std::vector<Study> studies();

/// Lesions that are measured again and again: with other points to measure between, and in a cine.
Study stability_study();

/// One artery under one imaging: the smallest group of measurements that has figures of its own.
struct Cell {
    std::string study;
    Artery artery;
    Imaging imaging;

    std::string artery_name() const;
    std::string name() const;  ///< study/imaging/artery
};

std::vector<Cell> cells_of(const Study& study);

/// What is rendered for measurement `replicate` of a cell: one of 8 orientations, one of 5 positions between
/// the pixels, and noise (and chest) of its own.
phantom::Scene scene_of(const Cell& cell, int replicate);

/// Way along the vessel from its middle, where the lesion is, to either point between which it is measured.
inline constexpr double half_segment_mm = 13.0;

}  // namespace stenometry::accuracy
