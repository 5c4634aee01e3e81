#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "stenometry/export.h"
#include "stenometry/phantom.h"

STENOMETRY_EXPORT_BEGIN

/// Frames as a catheterization laboratory takes and archives them: coronary trees in space seen by a C-arm,
/// catheters, wires, leads, clips and electrodes, a chest, and what consoles do with the picture. What each
/// pixel shows is known.
namespace stenometry::phantom {

/// A place in the patient in mm: x to the patient's left, y to the feet, z to the front. (0, 0, 0) is the
/// isocentre, about which the C-arm turns.
struct Point3 {
    double x = 0.0;
    double y = 0.0;
    double z = 0.0;
    friend bool operator==(const Point3&, const Point3&) = default;
};

inline Point3 operator+(Point3 a, Point3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
inline Point3 operator-(Point3 a, Point3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
inline Point3 operator*(double s, Point3 p) { return {s * p.x, s * p.y, s * p.z}; }
inline double dot(Point3 a, Point3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

/// What a pixel shows.
enum class PixelLabel : std::uint8_t {
    background = 0,
    artery = 1,    ///< an artery that holds contrast
    catheter = 2,  ///< a guide catheter, filled or not
    device = 3,    ///< a wire, lead, clip, electrode or cable
};

/// A round tube along a curve in the patient: a wall of one material around a bore that may hold contrast. A
/// wire is all wall, an artery all bore.
struct SpatialTube {
    std::string name;
    PixelLabel label = PixelLabel::artery;
    /// At least two distinct points, proximal first, joined straight: they lie as close as the curve bends.
    std::vector<Point3> centerline_mm;
    std::vector<double> diameter_mm;  ///< outer, without lesions, > 0; one per point
    /// Concentration of the medium in the bore relative to the scene's, >= 0; one per point, or empty for
    /// none.
    std::vector<double> medium;
    double bore = 1.0;                     ///< inner over outer diameter, 0..1
    double wall_attenuation_per_mm = 0.0;  ///< of the wall, beyond what it displaces, >= 0
    int parent = -1;     ///< index of the artery it leaves, before it in the scene's tubes; -1 for none
    int generation = 0;  ///< 0 for what leaves the aorta, 1 for its branches, and so on
    std::vector<Lesion> lesions;  ///< by arc length in space
};

/// From where the C-arm looks, and how far the picture's middle lies from the isocentre.
struct View {
    double left_oblique_deg = 0.0;  ///< detector to the patient's left; negative: right oblique (RAO)
    double cranial_deg = 0.0;       ///< detector to the head; negative: caudal
    double roll_deg = 0.0;          ///< of the picture about its middle, from x towards y
    Point centre_mm;                ///< place in the plane of the isocentre that the picture's middle shows
    double source_mm = 750.0;       ///< from the focal spot to the isocentre, > 300
};

/// A place of the patient as the detector sees it.
struct Projected {
    Point mm;                    ///< in the plane of the isocentre, (0, 0) in the middle of the picture
    double depth_mm = 0.0;       ///< along the beam, towards the detector, from the isocentre
    double magnification = 1.0;  ///< relative to the isocentre
};
Projected project(const View& view, Point3 place);

/// What a console and an archive do with the picture, in this order.
struct Archive {
    /// Grey values follow the beam to this power; 0 its logarithm. Between -1 and 1.
    double exponent = 0.0;
    double harmonise = 0.3;          ///< part of the slow changes (over 15 mm) that is taken out, 0..1
    double window = 1.5;             ///< attenuation that the grey scale spans, > 0
    double level = 0.5;              ///< grey value of the mean, as a part of the scale, 0..1
    bool sigmoid = false;            ///< an S-shaped curve instead of clipping at the scale's ends
    double gamma = 1.0;              ///< of the grey values, > 0
    double unsharp = 0.0;            ///< strength of edge enhancement, >= 0
    double unsharp_radius_px = 2.0;  ///< > 0, <= 100
    double equalise = 0.0;       ///< how far grey values become those of local histogram equalisation, 0..1
    bool shutter = false;        ///< what the field stop shades is black
    bool median = false;         ///< of 3 x 3 pixels
    double magnification = 1.0;  ///< by which the detector's pixels were interpolated, 1..4
    int jpeg_quality = 0;        ///< 1..100 as usual for JPEG's tables; 0 for no compression

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// A frame of the laboratory. Of `taken`, its tubes and its catheter are not used.
struct CathLabScene {
    Scene taken;  ///< size, detector, exposure, field stop, noise; its seed is that of the chest, too
    View view;
    std::vector<SpatialTube> tubes;
    Archive archive;
    /// Whether `archive` makes the pixel values; else `taken.display` does, as of a phantom to measure.
    bool archived = true;

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// What is true of one artery as rendered, beside what `VesselTruth` says; one value per point of its
/// centerline.
struct ArteryTruth {
    /// Of the ray through the middle, of this artery alone, before any blur.
    std::vector<double> attenuation;
    std::vector<double> stretch;  ///< path through the artery over its diameter, from foreshortening
    std::vector<double> ostium_distance_mm;  ///< way of the blood in space
    int parent = -1;                         ///< index of the artery it leaves; -1 for none
    int generation = 0;
};

struct CathLabPhantom {
    CathLabScene scene;
    /// Frame and truth as of every phantom. Diameters and pixel size are those of the plane of the isocentre,
    /// as the picture shows them; arc lengths too, except those of lesions, which are in space.
    Phantom phantom;
    Image<std::uint8_t> labels;    ///< a `PixelLabel` per pixel: where several lie over one another, the last
                                   ///< of background, device, catheter, artery
    Image<std::uint16_t> vessel;   ///< 1 + index of the artery nearest to the detector, 0 where there is none
    Image<std::uint8_t> crossing;  ///< 255 where a ray passes two arteries with a gap between them
    std::vector<ArteryTruth> arteries;  ///< as long as `phantom.vessels`
};

/// Renders a frame. Path lengths are chords of circles square to the centerline's projection, longer by 1 /
/// cos where the artery runs along the beam; what arteries have in common along a ray counts once. Cells of
/// half a pixel; of a quarter where the frame is not archived.
///
/// \throws InvalidInput if the scene is invalid.
CathLabPhantom render(const CathLabScene& scene);

/// How full the arteries are.
enum class Filling { random, full, partial, empty };

/// What may be in a random scene: probabilities, 0..1.
struct CathLabOptions {
    int size_px = 256;            ///< width and height, 16..4096
    double min_mm_per_px = 0.16;  ///< > 0
    double max_mm_per_px = 0.62;  ///< >= min_mm_per_px
    double left = 0.6;            ///< of the left rather than the right coronary artery
    Filling filling = Filling::random;
    double catheter = 0.85;
    double guide_wire = 0.2;
    double leads = 0.08;
    double sternal_wires = 0.12;
    double clips = 0.1;
    double electrodes = 0.15;
    int max_lesions = 3;  ///< 0..8
    bool archived =
        true;  ///< random processing as of consoles and archives; else 8 bits, linear in the logarithm

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// A frame drawn at random: one seed and options give one scene.
/// \throws InvalidInput naming the field and its value.
CathLabScene cath_lab_scene(std::uint64_t seed, const CathLabOptions& options = {});

/// The arteries of one coronary system in the patient, in order of their generation: diameters of mother and
/// daughters follow D^(7/3) = sum d^(7/3) (Huo and Kassab, Am. J. Physiol. Heart 2012; 303: H1). They hold no
/// medium. \param generations 1..4: 2 gives the vessels that leave the aorta and their branches.
std::vector<SpatialTube> coronary_tree(std::uint64_t seed, CoronaryArtery artery, int generations = 3);

}  // namespace stenometry::phantom

STENOMETRY_EXPORT_END
