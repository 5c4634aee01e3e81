#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "stenometry/export.h"
#include "stenometry/frame.h"

STENOMETRY_EXPORT_BEGIN

/// Angiograms whose diameters are known: X-ray images of vessels, rendered from the physics, to measure how
/// exact an algorithm is. The same scene gives the same pixels on every machine, with any number of threads.
namespace stenometry::phantom {

/// How the lumen narrows over a lesion.
enum class LesionShape {
    cosine,   ///< one period of a cosine: smooth shoulders
    drilled,  ///< constant narrow channel with abrupt ends, as in the drilled phantoms of core laboratories
};

/// One change of diameter. Where several overlap, their ratios of diameter to reference multiply.
struct Lesion {
    double at_mm = 0.0;       ///< arc length of its middle along the vessel
    double length_mm = 10.0;  ///< whole extent of the narrowing, > 0
    /// 100 (1 - minimal diameter / reference there), < 100; negative: an ectasia.
    double percent_diameter = 50.0;
    LesionShape shape = LesionShape::cosine;
    /// How much of the change one wall makes alone: 0 both alike, 1 only the wall to the right when looking
    /// distally, -1 only the left one; -1..1. A short ectasia of one wall is saccular. Of the tubes of a
    /// `Scene` alone; those of `cath_lab_phantom.h` stay round about their centerline.
    double side = 0.0;
};

/// How a tube ends.
enum class TubeEnds {
    rounded,  ///< with half a ball, so that branches join without a gap
    flat,     ///< cut off square to the centerline
};

/// One tube of contrast: ellipses square to a curve that lies in the plane of the vessel. Places are in mm in
/// that plane; (0, 0) is the middle of the image, x to the right, y down.
struct Tube {
    std::string name = "main";
    /// At least two distinct points, proximal first; a natural cubic spline joins them.
    std::vector<Point> centerline_mm;
    double proximal_diameter_mm = 3.0;  ///< across the beam, > 0
    double taper_mm_per_mm = 0.0;       ///< loss of diameter per mm of arc; the diameter stays > 0 to the end
    double depth_ratio = 1.0;           ///< extent along the beam over extent across it: 1 is a circle, > 0
    double contrast = 1.0;              ///< concentration of the medium relative to the scene's, >= 0
    int layer = 0;  ///< tubes of one layer are one lumen where they meet; those of different layers cross
    /// Way of the blood from the ostium to the first point; used by cines, >= 0.
    double ostium_distance_mm = 0.0;
    TubeEnds ends = TubeEnds::rounded;
    std::vector<Lesion> lesions;
};

/// A guide catheter: a wall, and contrast in its lumen or none. Where it lies in the lumen of layer 0 it
/// displaces the contrast there.
struct Catheter {
    std::vector<Point> centerline_mm;       ///< tip last; a natural cubic spline joins the points
    double outer_diameter_mm = 2.0;         ///< > inner_diameter_mm; 6 French is 2.0 mm
    double inner_diameter_mm = 1.7;         ///< > 0
    double wall_attenuation_per_mm = 0.08;  ///< >= 0
    bool filled = true;                     ///< contrast in its lumen
};

/// How detected X-rays become pixel values. 1 stands for what an unattenuated pixel detects.
enum class Display {
    raw,          ///< the detected X-rays as a fraction of the unattenuated ones, not rounded
    linear,       ///< 12 bits: 3500 times that fraction
    logarithmic,  ///< 12 bits: 3800 + 1000 times its natural logarithm
    sigmoid,      ///< 8 bits: an S-shaped curve of the logarithm, centred on the mean of the background
};

/// What the collimator leaves of the image.
enum class FieldStop {
    none,    ///< everything
    blades,  ///< a rectangle, `field_margin_mm` inside the image's borders
    circle,  ///< a circle whose radius is half the shorter side less `field_margin_mm`
};

/// The scene and how it is taken.
struct Scene {
    int width_px = 512;      ///< 1..4096
    int height_px = 512;     ///< 1..4096
    double mm_per_px = 0.2;  ///< in the plane of the vessel, > 0
    std::vector<Tube> tubes;
    std::optional<Catheter> catheter;
    double attenuation_per_mm = 0.11;  ///< of the contrast medium, effective, >= 0
    double detector_blur_mm = 0.12;    ///< standard deviation in the plane of the vessel, 0..100 px
    double focal_spot_mm = 0.15;  ///< width of the focal spot's shadow in the plane of the vessel, 0..100 px
    double motion_mm = 0.0;       ///< way that the vessels move during the exposure, 0..100 px
    double motion_deg = 0.0;      ///< direction of that motion, from x towards y
    double scatter_fraction = 0.3;    ///< of the quanta detected at an unattenuated pixel, 0 <= f < 1
    double scatter_spread_mm = 15.0;  ///< standard deviation of how far scatter strays, > 0
    double quanta_per_px = 1500.0;    ///< detected at an unattenuated pixel; 0 for no noise
    /// Standard deviation of the detector's spread of one quantum's signal, 0..100.
    double noise_correlation_px = 0.5;
    double background = 1.0;         ///< strength of the chest: 0 for flat
    double unsharp = 0.0;            ///< strength of edge enhancement, >= 0
    double unsharp_radius_px = 2.0;  ///< standard deviation of what it subtracts, > 0, <= 100
    FieldStop field_stop = FieldStop::none;
    double field_margin_mm = 3.0;  ///< may be negative
    Display display = Display::linear;
    std::uint64_t seed = 1;      ///< of background and noise
    std::uint64_t exposure = 0;  ///< another number: the same background, other noise

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// What is true of one lesion as rendered, which narrows the vessel.
struct LesionTruth {
    double mld_mm = 0.0;            ///< minimal lumen diameter
    double reference_mm = 0.0;      ///< diameter without lesions at that place
    double percent_diameter = 0.0;  ///< 100 (1 - mld_mm / reference_mm)
    /// Along the centerline, between the points where the narrowing is 5 % of the reference.
    double length_mm = 0.0;
    Point at_px;  ///< place of the minimum on the centerline
};

/// What is true of one widening as rendered.
struct EctasiaTruth {
    double max_diameter_mm = 0.0;
    double reference_mm = 0.0;  ///< diameter without the change at that place
    /// Along the centerline, between the points where the lumen is wider by 10 % of the reference.
    double length_mm = 0.0;
    double side = 0.0;  ///< `Lesion::side`
    Point at_px;        ///< place of the maximum on the centerline
};

/// What is true of one vessel as rendered; arrays have one length.
struct VesselTruth {
    std::string name;
    /// One point per pixel of arc, within 0.001 px of the curve; may leave the image.
    Polyline centerline_px;
    std::vector<double> diameter_mm;
    std::vector<double> reference_mm;
    std::vector<LesionTruth> lesions;
    std::vector<EctasiaTruth> ectasias;  ///< of any ratio above 1
};

struct Phantom {
    Scene scene;  ///< what was rendered
    Frame frame;  ///< calibrated by the scene's pixel size; `valid` is what the field stop leaves
    std::vector<VesselTruth> vessels;
    Image<std::uint8_t> mask;      ///< 255 where a pixel's centre lies in a lumen
    Image<std::uint8_t> catheter;  ///< 255 where a pixel's centre lies in the catheter
};

/// Renders the scene: path lengths through the lumens, Beer's law, blur and scatter in intensity, quantum
/// noise spread by the detector, then the display curve.
///
/// Path lengths are the closed form of the chord of an ellipse, averaged across the wall over cells of a
/// quarter of a pixel, or of 0.05 mm where that is less (down to a sixteenth of a pixel): the attenuation
/// integrated across a tube is right within 0.1 %, and abrupt ends lie within half a cell of their place. A
/// 512 x 512 pixel angiogram takes a fraction of a second.
///
/// \throws InvalidInput if the scene is invalid.
Phantom render(const Scene& scene);

/// A cine: a bolus of contrast runs from the ostium to the end of the vessels and is washed out, while the
/// heart beats. The heart moves by shrinking towards the first point of the first tube and turning about it;
/// diameters stay.
struct CineOptions {
    int frames = 24;                      ///< > 0
    double frames_per_s = 7.5;            ///< > 0
    double injection_start_s = 0.3;       ///< after the first frame
    double injection_s = 1.3;             ///< how long contrast is injected, > 0
    double blood_speed_mm_per_s = 180.0;  ///< > 0
    double mixing_s = 0.3;                ///< time in which the concentration rises at one place, > 0
    double washout_s = 0.35;              ///< time in which it falls to 1 / e, > 0
    double beats_per_s = 1.2;             ///< >= 0
    double contraction_percent = 3.0;     ///< loss of length at the end of systole, 0 <= c < 50
    double rotation_deg = 2.0;            ///< at the end of systole

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// Frame `index` of a cine, with the truth as it is at that time.
/// \throws InvalidInput if the scene or an option is invalid, or there is no such frame.
Phantom render_frame(const Scene& scene, const CineOptions& options, int index);

/// Renders one frame after the other; only one stands in memory.
/// \throws InvalidInput if the scene or an option is invalid.
void render_cine(const Scene& scene, const CineOptions& options,
                 const std::function<void(const Phantom&)>& take);

/// The truth as JSON: name, pixel_mm, frame (of a cine, from 0), render (how it was taken), from_px and to_px
/// (two points on the first vessel to measure between), and vessels with centerline_px, diameter_mm,
/// reference_mm, lesions (mld_mm, reference_mm, percent_ds, length_mm, at_px), and ectasias where there are
/// some (max_diameter_mm, reference_mm, length_mm, side, at_px).
std::string truth_json(const Phantom& phantom, const std::string& name);

/// A straight tube whose middle is at `offset_mm`.
/// \param angle_deg direction of the flow, from x towards y.
Tube straight_tube(double diameter_mm, double length_mm, double angle_deg = 0.0, Point offset_mm = {});

/// A narrow channel drilled in a wider one, as the phantoms in which core laboratories compare their systems:
/// bores of 0.5, 0.7, 1.0, 1.4 and 1.9 mm. Source: Keane et al., Circulation 91 (1995) 2174.
struct DrilledOptions {
    double lumen_mm = 3.0;        ///< diameter of the wide channel, > the bore
    double bore_length_mm = 8.4;  ///< > 0
    double length_mm = 34.0;      ///< of the whole, > bore_length_mm
    double angle_deg = 25.0;      ///< direction, from x towards y
    int size_px = 256;            ///< width and height of the image
    double mm_per_px = 0.2;       ///< > 0
};
Scene drilled_phantom(double bore_mm, const DrilledOptions& options = {});

/// A main vessel with a side branch and a lesion just behind the branch.
struct BifurcationOptions {
    double main_diameter_mm = 3.5;   ///< proximal, > 0
    double side_diameter_mm = 2.2;   ///< at its origin, > 0 and not above the main vessel's
    double angle_deg = 50.0;         ///< between the two, 10..120
    double percent_diameter = 50.0;  ///< of the lesion; 0 for none
    double length_mm = 9.0;          ///< of the lesion, > 0
    int size_px = 512;               ///< width and height of the image
    double mm_per_px = 0.15;         ///< > 0
};
Scene bifurcation_scene(const BifurcationOptions& options = {});

/// A main vessel with a lesion, and another vessel that crosses over it without joining.
struct CrossingOptions {
    double main_diameter_mm = 3.0;   ///< > 0
    double other_diameter_mm = 2.0;  ///< > 0
    double angle_deg = 60.0;         ///< between the two
    double from_lesion_mm = 9.0;     ///< way along the main vessel from the lesion's middle to the crossing
    double percent_diameter = 60.0;  ///< of the lesion; 0 for none
    double length_mm = 10.0;         ///< of the lesion, > 0
    int size_px = 512;               ///< width and height of the image
    double mm_per_px = 0.15;         ///< > 0
};
Scene crossing_scene(const CrossingOptions& options = {});

enum class CoronaryArtery { left, right };

/// A coronary artery as it might come from a catheterization laboratory.
struct CoronaryOptions {
    CoronaryArtery artery = CoronaryArtery::left;
    int lesions = 1;                     ///< on the first vessel, 0..4
    double min_percent_diameter = 30.0;  ///< of the lesions, > 0
    double max_percent_diameter = 80.0;  ///< >= min_percent_diameter, < 100
    int size_px = 512;                   ///< width and height of the image
    double mm_per_px = 0.2;              ///< > 0
};

/// Curved tapering arteries with side branches, a filled guide catheter and a chest. The first vessel is the
/// anterior descending or the right coronary artery; one seed gives one scene.
///
/// \throws InvalidInput naming the field and its value.
Scene coronary_scene(std::uint64_t seed, const CoronaryOptions& options = {});

/// A scene with the name of its file.
struct NamedScene {
    std::string name;
    Scene scene;
};

/// The scenes of `sample_images/`, and the scene and options of its cine.
std::vector<NamedScene> sample_scenes();
NamedScene sample_cine_scene();
CineOptions sample_cine_options();

}  // namespace stenometry::phantom

STENOMETRY_EXPORT_END
