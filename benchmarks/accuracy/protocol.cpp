#include "protocol.h"

#include <array>
#include <cmath>
#include <numbers>

#include "text.h"

namespace stenometry::accuracy {
namespace {

using phantom::Display;
using phantom::LesionShape;
using phantom::Tube;

// The tables. Low, usual and high dose are 400, 1500 and 6000 quanta in a pixel of 0.2 mm: fluoroscopy, cine,
// and nearly no noise.
constexpr double low_dose = 1e4, usual_dose = 3.75e4, high_dose = 1.5e5;

/// Bores of Keane et al., Circulation 91 (1995) 2174, and Haase et al., Cathet. Cardiovasc. Diagn. 30 (1993)
/// 104.
constexpr std::array keane_bores_mm{0.5, 0.7, 1.0, 1.4, 1.9};
constexpr double keane_host_mm = 3.0, keane_length_mm = 8.4;

/// The range of bores with which core laboratories are compared, in 11 logarithmic steps.
constexpr double smallest_tube_mm = 0.68, largest_tube_mm = 5.06;
constexpr int tubes = 11;

constexpr std::array clinical_percent{25.0, 40.0, 55.0, 70.0, 85.0};
constexpr std::array clinical_length_mm{3.0, 6.0, 10.0, 15.0};
constexpr std::array clinical_reference_mm{2.0, 3.0, 4.0};
constexpr double clinical_taper = 0.015, clinical_bend_mm = 22.0;

const std::vector<Imaging>& keane_imagings() {
    static const std::vector<Imaging> table{
        {.name = "0.12 mm low dose", .mm_per_px = 0.12, .quanta_per_mm2 = low_dose},
        {.name = "0.12 mm", .mm_per_px = 0.12},
        {.name = "0.12 mm high dose", .mm_per_px = 0.12, .quanta_per_mm2 = high_dose},
        {.name = "0.20 mm low dose", .quanta_per_mm2 = low_dose},
        {.name = "0.20 mm"},
        {.name = "0.20 mm high dose", .quanta_per_mm2 = high_dose},
        {.name = "0.28 mm low dose", .mm_per_px = 0.28, .quanta_per_mm2 = low_dose},
        {.name = "0.28 mm", .mm_per_px = 0.28},
        {.name = "0.28 mm high dose", .mm_per_px = 0.28, .quanta_per_mm2 = high_dose},
        {.name = "0.20 mm twice the contrast", .attenuation_per_mm = 0.22},
        {.name = "0.20 mm chest", .background = 1.0},
    };
    return table;
}

const std::vector<Imaging>& imaging_at_pixel_sizes() {
    static const std::vector<Imaging> table{
        {.name = "0.12 mm", .mm_per_px = 0.12}, {.name = "0.20 mm"}, {.name = "0.28 mm", .mm_per_px = 0.28}};
    return table;
}

const std::vector<Imaging>& clinical_imagings() {
    static const std::vector<Imaging> table{
        {.name = "0.12 mm", .mm_per_px = 0.12},
        {.name = "0.28 mm", .mm_per_px = 0.28},
        {.name = "0.20 mm low dose", .quanta_per_mm2 = low_dose},
        {.name = "0.20 mm high dose", .quanta_per_mm2 = high_dose},
    };
    return table;
}

const std::vector<Imaging>& mismatches() {
    static const std::vector<Imaging> table{
        {.name = "as modelled"},
        {.name = "blur x 0.7", .blur_factor = 0.7},
        {.name = "blur x 1.3", .blur_factor = 1.3},
        {.name = "scatter 0", .scatter_fraction = 0.0},
        {.name = "scatter 0.5", .scatter_fraction = 0.5},
        {.name = "depth ratio 0.6", .depth_ratio = 0.6},
        {.name = "depth ratio 0.8", .depth_ratio = 0.8},
        {.name = "depth ratio 1.2", .depth_ratio = 1.2},
        {.name = "depth ratio 1.4", .depth_ratio = 1.4},
        {.name = "logarithmic display", .display = Display::logarithmic},
        {.name = "sigmoid display 8 bit", .display = Display::sigmoid},
        {.name = "unsharp mask 0.5", .unsharp = 0.5},
        {.name = "unsharp mask 1", .unsharp = 1.0},
        {.name = "motion 0.15 mm", .motion_mm = 0.15},
        {.name = "motion 0.3 mm", .motion_mm = 0.3},
        {.name = "vessel crosses at 9 mm", .crossing_mm = 9.0},
        {.name = "vessel crosses at 5 mm", .crossing_mm = 5.0},
        {.name = "chest", .background = 1.0},
        {.name = "chest, sigmoid, unsharp, motion",
         .motion_mm = 0.15,
         .background = 1.0,
         .unsharp = 0.5,
         .display = Display::sigmoid},
    };
    return table;
}

const std::vector<Imaging>& elliptical_channels() {
    static const std::vector<Imaging> table{
        {.name = "channel's depth ratio 0.6", .lesion_depth_ratio = 0.6},
        {.name = "channel's depth ratio 1.4", .lesion_depth_ratio = 1.4},
    };
    return table;
}

std::vector<Artery> keane_bores() {
    std::vector<Artery> arteries;
    for (const double bore : keane_bores_mm)
        arteries.push_back({.reference_mm = keane_host_mm,
                            .percent_diameter = 100.0 * (1.0 - bore / keane_host_mm),
                            .length_mm = keane_length_mm,
                            .shape = LesionShape::drilled});
    return arteries;
}

std::vector<Artery> plain_tubes() {
    std::vector<Artery> arteries;
    for (int i = 0; i < tubes; ++i)
        arteries.push_back({.reference_mm = smallest_tube_mm *
                                            std::pow(largest_tube_mm / smallest_tube_mm, i / (tubes - 1.0))});
    return arteries;
}

Artery clinical(double percent, double length_mm, double reference_mm) {
    return {.reference_mm = reference_mm,
            .percent_diameter = percent,
            .length_mm = length_mm,
            .taper_mm_per_mm = clinical_taper,
            .bend_radius_mm = clinical_bend_mm};
}

std::vector<Artery> clinical_grid() {
    std::vector<Artery> arteries;
    for (const double reference : clinical_reference_mm)
        for (const double length : clinical_length_mm)
            for (const double percent : clinical_percent)
                arteries.push_back(clinical(percent, length, reference));
    return arteries;
}

std::vector<Artery> clinical_row() {
    std::vector<Artery> arteries;
    for (const double percent : clinical_percent) arteries.push_back(clinical(percent, 8.0, 3.0));
    return arteries;
}

std::vector<Artery> mismatch_lesions() {
    return {clinical(40.0, 8.0, 3.0), clinical(60.0, 8.0, 3.0), clinical(80.0, 8.0, 3.0)};
}

// From a cell to a scene.

constexpr double field_mm = 32.0;
/// Beyond the measured part, and not into the corners of the field, which are not those of an angiogram.
constexpr double tube_length_mm = 36.0;

Point direction(double angle) { return {std::cos(angle), std::sin(angle)}; }

/// An arc, or a straight line, whose middle is `middle`, between two arc lengths from it.
Polyline arc_between(Point middle, double angle, double bend_radius_mm, double from_mm, double to_mm) {
    constexpr int points = 25;
    Polyline line;
    for (int i = 0; i < points; ++i) {
        const double s = std::lerp(from_mm, to_mm, i / (points - 1.0));
        const double turn = bend_radius_mm > 0.0 ? s / bend_radius_mm : 0.0;
        // The chord of an arc leads half of its turn away from the direction at its beginning.
        const double chord = turn != 0.0 ? 2.0 * bend_radius_mm * std::sin(0.5 * turn) : s;
        line.push_back(middle + chord * direction(angle + 0.5 * turn));
    }
    return line;
}

struct Pose {
    Point middle_mm;
    double angle = 0.0;
};

/// Orientations and positions go on with steps without a common divisor, so that 40 replicates see all pairs.
Pose pose_of(const Imaging& imaging, int replicate) {
    constexpr int orientations = 8, phases = 5;
    const int phase = replicate % phases;
    const Point between_px{phase / double(phases), 2 * phase % phases / double(phases)};
    return {.middle_mm = imaging.mm_per_px * between_px,
            .angle = replicate % orientations * std::numbers::pi / orientations};
}

Tube host(const Artery& artery, const Imaging& imaging, const Pose& pose) {
    const double half = 0.5 * tube_length_mm;
    Tube tube{.centerline_mm = arc_between(pose.middle_mm, pose.angle, artery.bend_radius_mm, -half, half),
              .proximal_diameter_mm = artery.reference_mm + half * artery.taper_mm_per_mm,
              .taper_mm_per_mm = artery.taper_mm_per_mm,
              .depth_ratio = imaging.depth_ratio};
    if (artery.percent_diameter != 0.0)
        tube.lesions = {{.at_mm = half,
                         .length_mm = artery.length_mm,
                         .percent_diameter = artery.percent_diameter,
                         .shape = artery.shape}};
    return tube;
}

Tube part(const Pose& pose, double from_mm, double to_mm, double diameter_mm, double depth_ratio) {
    return {.name = "part",
            .centerline_mm = arc_between(pose.middle_mm, pose.angle, 0.0, from_mm, to_mm),
            .proximal_diameter_mm = diameter_mm,
            .depth_ratio = depth_ratio,
            .ends = phantom::TubeEnds::flat};
}

/// A straight round vessel with a channel that is not: put together of three parts. The truth is that of a
/// tube without contrast.
std::vector<Tube> with_elliptical_channel(Tube truth, const Cell& cell, const Pose& pose) {
    const double half = 0.5 * tube_length_mm, channel = 0.5 * cell.artery.length_mm;
    truth.contrast = 0.0;
    truth.layer = 2;
    return {truth, part(pose, -half, -channel, cell.artery.reference_mm, 1.0),
            part(pose, -channel, channel, cell.artery.mld_mm(), cell.imaging.lesion_depth_ratio),
            part(pose, channel, half, cell.artery.reference_mm, 1.0)};
}

Tube crossing(const Pose& pose, double from_lesion_mm) {
    constexpr double steep = std::numbers::pi / 3.0, diameter_mm = 2.0;
    const Point at = pose.middle_mm + from_lesion_mm * direction(pose.angle);
    const double half = 0.5 * tube_length_mm;
    return {.name = "crossing",
            .centerline_mm = arc_between(at, pose.angle + steep, 0.0, -half, half),
            .proximal_diameter_mm = diameter_mm,
            .layer = 1};
}

std::vector<Tube> tubes_of(const Cell& cell, const Pose& pose) {
    const Tube vessel = host(cell.artery, cell.imaging, pose);
    if (cell.imaging.lesion_depth_ratio != 1.0) return with_elliptical_channel(vessel, cell, pose);
    if (cell.imaging.crossing_mm != 0.0) return {vessel, crossing(pose, cell.imaging.crossing_mm)};
    return {vessel};
}

/// A number that belongs to a name, the same on every machine: Fowler, Noll and Vo's hash 1a.
std::uint64_t number_of(const std::string& name) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
}

}  // namespace

std::vector<Study> studies() {
    return {{"keane", "Drilled channels in a 3 mm vessel", keane_bores(), keane_imagings()},
            {"tubes", "Plain tubes", plain_tubes(), imaging_at_pixel_sizes()},
            {"clinical", "Lesions in curved tapering arteries", clinical_grid(), {{.name = "0.20 mm"}}},
            {"detector", "Lesions under other pixels and doses", clinical_row(), clinical_imagings()},
            {"mismatch", "Lesions imaged otherwise than modelled", mismatch_lesions(), mismatches()},
            {"elliptical", "Elliptical drilled channels", keane_bores(), elliptical_channels()}};
}

Study stability_study() {
    std::vector<Artery> arteries = mismatch_lesions();
    arteries.push_back(keane_bores()[2]);
    return {"stability",
            "Lesions measured again",
            arteries,
            {{.name = "flat"}, {.name = "chest", .background = 1.0}}};
}

std::string Cell::artery_name() const {
    if (artery.percent_diameter == 0.0) return "tube " + number(artery.reference_mm, 2) + " mm";
    if (artery.shape == LesionShape::drilled) return "bore " + number(artery.mld_mm(), 1) + " mm";
    return number(artery.percent_diameter, 0) + " % of " + number(artery.reference_mm, 0) + " mm over " +
           number(artery.length_mm, 0) + " mm";
}

std::string Cell::name() const { return study + '/' + imaging.name + '/' + artery_name(); }

std::vector<Cell> cells_of(const Study& study) {
    std::vector<Cell> cells;
    for (const Imaging& imaging : study.imagings)
        for (const Artery& artery : study.arteries) cells.push_back({study.name, artery, imaging});
    return cells;
}

phantom::Scene scene_of(const Cell& cell, int replicate) {
    const Imaging& imaging = cell.imaging;
    const Pose pose = pose_of(imaging, replicate);
    phantom::Scene scene;
    scene.width_px = scene.height_px = static_cast<int>(std::lround(field_mm / imaging.mm_per_px));
    scene.mm_per_px = imaging.mm_per_px;
    scene.tubes = tubes_of(cell, pose);
    scene.attenuation_per_mm = imaging.attenuation_per_mm;
    scene.detector_blur_mm *= imaging.blur_factor;
    scene.focal_spot_mm *= imaging.blur_factor;
    scene.motion_mm = imaging.motion_mm;
    scene.motion_deg = pose.angle * 180.0 / std::numbers::pi + 90.0;  // across the vessel, where it hurts
    scene.scatter_fraction = imaging.scatter_fraction;
    scene.quanta_per_px = imaging.quanta_per_mm2 * imaging.mm_per_px * imaging.mm_per_px;
    scene.background = imaging.background;
    scene.unsharp = imaging.unsharp;
    scene.display = imaging.display;
    scene.seed = number_of(cell.name()) + static_cast<std::uint64_t>(replicate);
    scene.exposure = static_cast<std::uint64_t>(replicate);
    return scene;
}

}  // namespace stenometry::accuracy
