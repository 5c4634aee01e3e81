#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stenometry/frame.h"

/// Angiograms whose diameters are known: X-ray images of vessels, rendered from the physics.
namespace stenometry::phantom {

/// How the lumen narrows over a lesion.
enum class LesionShape {
    cosine,   ///< one period of a cosine: smooth shoulders
    drilled,  ///< constant narrow channel with abrupt ends, as in the drilled phantoms of core laboratories
};

struct Lesion {
    double at_mm = 0.0;               ///< arc length of its middle along the vessel
    double length_mm = 10.0;          ///< whole extent of the narrowing, > 0
    double percent_diameter = 50.0;   ///< 100 (1 - minimal diameter / reference there); negative for ectasia; < 100
    LesionShape shape = LesionShape::cosine;
};

/// One tube of contrast. Places are in mm in the plane of the vessel, (0, 0) is the middle of the image.
struct Tube {
    std::string name = "main";
    std::vector<Point> centerline_mm;     ///< at least two points, proximal first
    double proximal_diameter_mm = 3.0;    ///< > 0
    double taper_mm_per_mm = 0.0;         ///< loss of diameter per mm of arc, >= 0
    double depth_ratio = 1.0;             ///< extent along the beam over extent across it: 1 is a circle, > 0
    std::vector<Lesion> lesions;
};

/// A guide catheter: a wall, and contrast in its lumen or none.
struct Catheter {
    std::vector<Point> centerline_mm;
    double outer_diameter_mm = 2.0;
    double inner_diameter_mm = 1.7;
    double wall_attenuation_per_mm = 0.08;
    bool filled = true;
};

enum class Display {
    linear,       ///< 12 bits proportional to the X-rays
    logarithmic,  ///< 12 bits, proportional to the logarithm
    sigmoid,      ///< 8 bits through an S-shaped viewing curve
};

/// The scene and how it is taken.
struct Scene {
    int width_px = 512;
    int height_px = 512;
    double mm_per_px = 0.2;                 ///< in the plane of the vessel
    std::vector<Tube> tubes;                ///< overlapping ones add up as a union where they are joined, see `joined`
    bool joined = true;                     ///< tubes that touch share one lumen (bifurcation); false: they cross
    std::optional<Catheter> catheter;
    double attenuation_per_mm = 0.11;       ///< of the contrast medium, effective
    double detector_blur_mm = 0.12;         ///< standard deviation in the plane of the vessel
    double focal_spot_mm = 0.15;            ///< width of the focal spot's shadow in the plane of the vessel
    double motion_mm = 0.0;                 ///< length of the smear along x
    double scatter_fraction = 0.3;          ///< of all detected quanta, 0..1
    double quanta_per_px = 1500.0;          ///< at an unattenuated pixel; 0 for no noise
    double noise_correlation_px = 0.5;      ///< standard deviation of the detector's spread of a quantum's signal
    double background = 1.0;                ///< strength of the chest: 0 for flat
    double unsharp = 0.0;                   ///< strength of edge enhancement
    Display display = Display::linear;
    std::uint64_t seed = 1;                 ///< of background and noise

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// What is true of one lesion as rendered, in mm; its length is between the points where the narrowing is 5 % of the
/// reference.
struct LesionTruth {
    double mld_mm = 0.0;
    double reference_mm = 0.0;
    double percent_diameter = 0.0;
    double length_mm = 0.0;
    Point at_px;
};

/// What is true of one vessel as rendered; arrays have one length.
struct VesselTruth {
    std::string name;
    Polyline centerline_px;
    std::vector<double> diameter_mm;
    std::vector<double> reference_mm;
    std::vector<LesionTruth> lesions;
};

struct Phantom {
    Frame frame;
    std::vector<VesselTruth> vessels;
    Image<std::uint8_t> mask;      ///< 255 where a pixel's centre lies in a lumen
    Image<std::uint8_t> catheter;  ///< 255 where a pixel's centre lies in the catheter
};

/// Renders the scene: chord lengths, Beer's law, blur and scatter in intensity, quantum noise spread by the detector,
/// then the display curve. The same scene gives the same pixels.
/// \throws InvalidInput if the scene is invalid.
Phantom render(const Scene& scene);

/// The truth as JSON, in the layout that the scoring of public data sets uses.
std::string truth_json(const Phantom& phantom, const std::string& name);

/// A straight tube through the middle of the image.
Tube straight_tube(double diameter_mm, double length_mm, double angle_deg = 0.0, Point offset_mm = {});

}  // namespace stenometry::phantom
