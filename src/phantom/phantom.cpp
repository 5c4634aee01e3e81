#include "stenometry/phantom.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "core/require.h"
#include "phantom/beam.h"
#include "phantom/portable_math.h"
#include "phantom/truth.h"
#include "stenometry/error.h"

namespace stenometry::phantom {
namespace {

/// Lengths that the picture is smeared over: longer ones would take hours to render and show nothing.
void require_smear(const std::string& field, double value, double unit) {
    require(value >= 0.0 && value <= 100.0 * unit, field, value, "0 to 100 pixels");
}

void validate_line(const std::string& field, const Polyline& line) {
    if (!std::all_of(line.begin(), line.end(), is_finite))
        throw InvalidInput(field + " has a point that is not finite");
    if (std::any_of(line.begin(), line.end(),
                    [](Point p) { return std::abs(p.x) > 1e4 || std::abs(p.y) > 1e4; }))
        throw InvalidInput(field + " has a point more than 10 m from the image");
    if (std::all_of(line.begin(), line.end(), [&](Point p) { return p == line.front(); }))
        throw InvalidInput(field + " needs two distinct points");
}

void validate_lesion(const std::string& tube, const Lesion& lesion) {
    require(std::isfinite(lesion.at_mm), tube + ".lesions.at_mm", lesion.at_mm, "finite");
    require_positive(tube + ".lesions.length_mm", lesion.length_mm);
    require(lesion.percent_diameter < 100.0 && lesion.percent_diameter > -1000.0,
            tube + ".lesions.percent_diameter", lesion.percent_diameter, "below 100 and above -1000");
    require_between(tube + ".lesions.side", lesion.side, -1.0, 1.0);
}

void validate_tube(const Tube& tube) {
    validate_line(tube.name + ".centerline_mm", tube.centerline_mm);
    require_positive(tube.name + ".proximal_diameter_mm", tube.proximal_diameter_mm);
    require(std::isfinite(tube.taper_mm_per_mm), tube.name + ".taper_mm_per_mm", tube.taper_mm_per_mm,
            "finite");
    require_positive(tube.name + ".depth_ratio", tube.depth_ratio);
    require_not_negative(tube.name + ".contrast", tube.contrast);
    require_not_negative(tube.name + ".ostium_distance_mm", tube.ostium_distance_mm);
    for (const Lesion& lesion : tube.lesions) validate_lesion(tube.name, lesion);
    const double end = reference_mm(tube, smooth_curve(tube.centerline_mm, curve_step_mm).length_mm());
    require(end > 0.0, tube.name + ".taper_mm_per_mm", tube.taper_mm_per_mm,
            "so small that the diameter stays positive to the end");
}

void validate_catheter(const Catheter& catheter) {
    validate_line("catheter.centerline_mm", catheter.centerline_mm);
    require_positive("catheter.inner_diameter_mm", catheter.inner_diameter_mm);
    require(catheter.outer_diameter_mm > catheter.inner_diameter_mm, "catheter.outer_diameter_mm",
            catheter.outer_diameter_mm, "larger than the inner diameter");
    require_not_negative("catheter.wall_attenuation_per_mm", catheter.wall_attenuation_per_mm);
}

Frame frame_of(const Scene& scene, Image<float> pixels) {
    return {.pixels = std::move(pixels),
            .valid = open_field(scene),
            .intensity = displayed_intensity(scene),
            .calibration = Calibration::from_user(scene.mm_per_px)};
}

/// One exposure. The chest is the caller's, so that a cine prepares it once.
Phantom expose(const Scene& scene, const Chest& chest, const Cells& cells, const Opacity& opacity,
               double catheter_opacity) {
    const Objects objects = objects_of(scene, opacity, catheter_opacity);
    Beam beam = primary_beam(scene, objects, chest, cells);
    add_scatter(beam, scene);
    add_quantum_noise(beam, scene);

    Phantom phantom{.scene = scene, .frame = frame_of(scene, displayed(beam, scene, chest.mean_log))};
    std::vector<Lumen> lumens;
    for (Tube tube : scene.tubes) {
        tube.contrast = 1.0;  // a lumen is a lumen before the medium comes
        lumens.push_back(swept(tube));
        phantom.vessels.push_back(truth_of(scene, lumens.back()));
    }
    phantom.mask = mask_of(scene, lumens);
    phantom.catheter = mask_of(scene, objects.catheter);
    return phantom;
}

/// Concentration of a bolus that has travelled for `distance_mm`, as a fraction of what is injected.
double bolus(const CineOptions& options, double time_s, double distance_mm) {
    const double since_start =
        time_s - options.injection_start_s - distance_mm / options.blood_speed_mm_per_s;
    const double rise = std::clamp(since_start / options.mixing_s, 0.0, 1.0);
    const double since_end = std::max(0.0, since_start - options.injection_s);
    return rise * rise * (3.0 - 2.0 * rise) * portable::exp(-std::min(600.0, since_end / options.washout_s));
}

/// How contracted the heart is, 0..1: a systole of a third of the beat, then rest.
double contraction(const CineOptions& options, double time_s) {
    const double beat = time_s * options.beats_per_s;
    const double phase = (beat - std::floor(beat)) / 0.45;
    return phase < 1.0 ? 0.5 - 0.5 * portable::cos(2.0 * portable::pi * phase) : 0.0;
}

/// The scene with its tubes shrunk towards the ostium and turned about it.
Scene beating(Scene scene, const CineOptions& options, double time_s) {
    if (scene.tubes.empty()) return scene;
    const double contracted = contraction(options, time_s);
    const double scale = 1.0 - options.contraction_percent / 100.0 * contracted;
    const double angle = options.rotation_deg * contracted * portable::pi / 180.0;
    const Point ostium = scene.tubes.front().centerline_mm.front();
    const Point x = scale * Point{portable::cos(angle), portable::sin(angle)}, y{-x.y, x.x};
    for (Tube& tube : scene.tubes) {
        for (Point& p : tube.centerline_mm) p = ostium + (p.x - ostium.x) * x + (p.y - ostium.y) * y;
        tube.taper_mm_per_mm /= scale;
        tube.ostium_distance_mm *= scale;
        for (Lesion& lesion : tube.lesions) {
            lesion.at_mm *= scale;
            lesion.length_mm *= scale;
        }
    }
    return scene;
}

Phantom expose_frame(const Scene& scene, const Chest& chest, const Cells& cells, const CineOptions& options,
                     int index) {
    const double time_s = index / options.frames_per_s;
    Scene now = beating(scene, options, time_s);
    now.exposure = scene.exposure + static_cast<std::uint64_t>(index);
    const Opacity opacity = [&](double distance_mm) { return bolus(options, time_s, distance_mm); };
    Phantom phantom = expose(now, chest, cells, opacity, bolus(options, time_s, 0.0));
    phantom.frame.index = index;
    phantom.frame.count = options.frames;
    phantom.frame.acquisition.time_ms = 1000.0 * time_s;
    return phantom;
}

}  // namespace

void Scene::validate() const {
    require(width_px >= 1 && width_px <= 4096, "width_px", width_px, "1 to 4096");
    require(height_px >= 1 && height_px <= 4096, "height_px", height_px, "1 to 4096");
    require_positive("mm_per_px", mm_per_px);
    for (const Tube& tube : tubes) validate_tube(tube);
    if (catheter) validate_catheter(*catheter);
    require_not_negative("attenuation_per_mm", attenuation_per_mm);
    require_smear("detector_blur_mm", detector_blur_mm, mm_per_px);
    require_smear("focal_spot_mm", focal_spot_mm, mm_per_px);
    require_smear("motion_mm", motion_mm, mm_per_px);
    require(std::isfinite(motion_deg), "motion_deg", motion_deg, "finite");
    require(scatter_fraction >= 0.0 && scatter_fraction < 1.0, "scatter_fraction", scatter_fraction,
            "at least 0 and below 1");
    require_positive("scatter_spread_mm", scatter_spread_mm);
    require_not_negative("quanta_per_px", quanta_per_px);
    require_smear("noise_correlation_px", noise_correlation_px, 1.0);
    require_not_negative("background", background);
    require_not_negative("unsharp", unsharp);
    require_positive("unsharp_radius_px", unsharp_radius_px);
    require_smear("unsharp_radius_px", unsharp_radius_px, 1.0);
    require(std::isfinite(field_margin_mm), "field_margin_mm", field_margin_mm, "finite");
}

Phantom render(const Scene& scene) {
    scene.validate();
    const Cells cells(scene);
    return expose(
        scene, Chest(scene, cells), cells, [](double) { return 1.0; }, 1.0);
}

void CineOptions::validate() const {
    require(frames > 0, "frames", frames, "positive");
    require_positive("frames_per_s", frames_per_s);
    require(std::isfinite(injection_start_s), "injection_start_s", injection_start_s, "finite");
    require_positive("injection_s", injection_s);
    require_positive("blood_speed_mm_per_s", blood_speed_mm_per_s);
    require_positive("mixing_s", mixing_s);
    require_positive("washout_s", washout_s);
    require_not_negative("beats_per_s", beats_per_s);
    require(contraction_percent >= 0.0 && contraction_percent < 50.0, "contraction_percent",
            contraction_percent, "at least 0 and below 50");
    require(std::isfinite(rotation_deg), "rotation_deg", rotation_deg, "finite");
}

Phantom render_frame(const Scene& scene, const CineOptions& options, int index) {
    scene.validate();
    options.validate();
    require(index >= 0 && index < options.frames, "index", index, "a frame of the cine");
    const Cells cells(scene);
    return expose_frame(scene, Chest(scene, cells), cells, options, index);
}

void render_cine(const Scene& scene, const CineOptions& options,
                 const std::function<void(const Phantom&)>& take) {
    scene.validate();
    options.validate();
    const Cells cells(scene);
    const Chest chest(scene, cells);
    for (int index = 0; index < options.frames; ++index)
        take(expose_frame(scene, chest, cells, options, index));
}

}  // namespace stenometry::phantom
