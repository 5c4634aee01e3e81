#include <algorithm>
#include <cmath>

#include "core/interpolate.h"
#include "core/parallel.h"
#include "core/require.h"
#include "phantom/archive.h"
#include "phantom/beam.h"
#include "phantom/random.h"
#include "phantom/spatial_chest.h"
#include "phantom/spatial_rays.h"
#include "phantom/spatial_truth.h"
#include "stenometry/error.h"

namespace stenometry::phantom {
namespace {

/// What is measured to a hundredth of a millimetre needs finer cells than what is looked at.
int cells_per_px(const CathLabScene& scene) { return scene.archived ? 2 : 4; }
/// Organs are smooth: between places this far apart they are interpolated.
constexpr double organ_step_mm = 0.8;
/// How far around the picture what is there blurs into it.
constexpr int margin_px = 8;

/// The picture in the detector's own pixels, which the archive magnifies.
Scene native(const CathLabScene& scene) {
    Scene own = scene.taken;
    const auto size = [&](int px) {
        return scene.archived ? std::max(8, static_cast<int>(px / scene.archive.magnification + 0.5)) : px;
    };
    own.width_px = size(scene.taken.width_px);
    own.height_px = size(scene.taken.height_px);
    own.mm_per_px *= double(scene.taken.width_px) / own.width_px;
    return own;
}

std::vector<SeenTube> seen_tubes(const CathLabScene& scene) {
    std::vector<SeenTube> tubes;
    for (const SpatialTube& tube : scene.tubes) tubes.push_back(seen(tube, scene.view));
    return tubes;
}

double attenuation_of(const Rays& rays, const std::vector<SeenTube>& tubes, double medium_per_mm,
                      double cell_mm, int x, int y, std::vector<Stretch>& stretches) {
    double exponent = 0.0;
    stretches.clear();
    rays.for_each(x, y, [&](const Passage& passage) {
        const SpatialTube& tube = *tubes[static_cast<std::size_t>(passage.tube)].tube;
        const double inner = passage.path_mm(tube.bore, cell_mm);
        if (tube.wall_attenuation_per_mm > 0.0)
            exponent += tube.wall_attenuation_per_mm * (passage.path_mm(1.0, cell_mm) - inner);
        const double depth = static_cast<double>(passage.depth_mm);
        if (passage.medium > 0.0F && inner > 0.0)
            stretches.push_back({depth - 0.5 * inner, depth + 0.5 * inner,
                                 static_cast<double>(passage.medium), passage.tube});
    });
    return exponent + medium_per_mm * medium_path_mm(stretches);
}

/// What tubes let through, in pixels with a margin.
Beam transmission(const Scene& own, const std::vector<SeenTube>& tubes, int per_px) {
    const double step = own.mm_per_px / per_px;
    const double first = -margin_px - 0.5 + 0.5 / per_px;
    const Beam size(own.width_px + 2 * margin_px, own.height_px + 2 * margin_px);
    const Grid grid{mm_of(own, {first, first}), step, size.width() * per_px, size.height() * per_px};
    const Rays rays(tubes, grid, step);
    Beam passed = size.clone();
    parallel_for(0, size.height(), [&](int y) {
        std::vector<Stretch> stretches;
        for (int x = 0; x < size.width(); ++x)
            for (int cell = 0; cell < per_px * per_px; ++cell) {
                const double exponent =
                    attenuation_of(rays, tubes, own.attenuation_per_mm, step, x * per_px + cell % per_px,
                                   y * per_px + cell / per_px, stretches);
                const double part = exponent == 0.0 ? 1.0 : portable::exp(-std::min(exponent, 50.0));
                passed(x, y) += part / (per_px * per_px);
            }
    });
    return passed;
}

/// The mean over a straight way of `way_px`.
Beam moved(const Beam& image, Point way_px) {
    const int instants = static_cast<int>(std::ceil(2.0 * std::sqrt(dot(way_px, way_px))));
    if (instants < 1) return image;
    Beam result(image.width(), image.height());
    parallel_for(0, image.height(), [&](int y) {
        for (int x = 0; x < image.width(); ++x)
            for (int k = 0; k < instants; ++k) {
                const Point at = Point{double(x), double(y)} + ((k + 0.5) / instants - 0.5) * way_px;
                result(x, y) += sample_bilinear(image, at) / instants;
            }
    });
    return result;
}

/// Attenuation of the chest at pixels and their margin, from organs on a coarse grid.
Beam chest_of(const CathLabScene& scene, const Scene& own) {
    Beam beam(own.width_px + 2 * margin_px, own.height_px + 2 * margin_px, 1.0);
    if (own.background == 0.0) return beam;
    const double step = std::max(organ_step_mm, own.mm_per_px);
    const Point first = mm_of(own, {-1.0 * margin_px, -1.0 * margin_px});
    const Grid grid{first, step, static_cast<int>(beam.width() * own.mm_per_px / step) + 3,
                    static_cast<int>(beam.height() * own.mm_per_px / step) + 3};
    const Image<float> organs = chest_in_view(grid, scene.view, HeartSurface(own.seed), own.seed);
    parallel_for(0, beam.height(), [&](int y) {
        for (int x = 0; x < beam.width(); ++x) {
            const Point at = (own.mm_per_px / step) * Point{double(x), double(y)};
            beam(x, y) = portable::exp(-own.background * sample_bilinear(organs, at));
        }
    });
    return beam;
}

/// Normal to within what twelve bits hold: the sum of four even spreads.
double noise(Random& random) {
    constexpr double to_deviation = 1.7320508075688772 / 65536.0;
    const std::uint64_t bits = random.bits();
    const auto sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
    return to_deviation * (static_cast<double>(sum) - 2.0 * 65535.0);
}

/// Quantum noise of many quanta a pixel, spread by the detector.
void add_noise(Beam& beam, const Scene& own) {
    if (own.quanta_per_px == 0.0) return;
    Beam grain(beam.width(), beam.height());
    parallel_for(0, beam.height(), [&](int y) {
        Random random(own.seed, 0x677261696e + own.exposure, static_cast<std::uint64_t>(y));
        for (int x = 0; x < beam.width(); ++x)
            grain(x, y) = noise(random) * std::sqrt(std::max(0.0, beam(x, y)) / own.quanta_per_px);
    });
    const Beam spread = blurred(grain, gaussian_weights(own.noise_correlation_px));
    parallel_for(0, beam.height(), [&](int y) {
        for (int x = 0; x < beam.width(); ++x) beam(x, y) += spread(x, y);
    });
}

Beam without_margin(const Beam& beam) {
    Beam inner(beam.width() - 2 * margin_px, beam.height() - 2 * margin_px);
    for (int y = 0; y < inner.height(); ++y)
        std::copy_n(beam.row(y + margin_px) + margin_px, inner.width(), inner.row(y));
    return inner;
}

void stop_field(Beam& beam, const Scene& own) {
    if (own.field_stop == FieldStop::none) return;
    parallel_for(0, beam.height(), [&](int y) {
        for (int x = 0; x < beam.width(); ++x)
            beam(x, y) *=
                passed_by_field_stop(own, mm_of(own, {double(x) - margin_px, double(y) - margin_px}));
    });
}

/// Focal spot and detector blur as one Gaussian of the same variance.
Weights blur_of(const Scene& own) {
    const double variance =
        own.detector_blur_mm * own.detector_blur_mm + own.focal_spot_mm * own.focal_spot_mm / 12.0;
    return gaussian_weights(std::sqrt(variance) / own.mm_per_px);
}

/// Mean of the logarithm, on which the S-shaped curve is centred.
double mean_log(const Beam& chest) {
    double sum = 0.0;
    for (int y = 0; y < chest.height(); ++y)
        for (int x = 0; x < chest.width(); ++x) sum += portable::log(chest(x, y));
    return sum / (double(chest.width()) * chest.height());
}

Beam detected(const CathLabScene& scene, const Scene& own, const std::vector<SeenTube>& tubes,
              const Beam& chest) {
    const double angle = radians(own.motion_deg), way = own.motion_mm / own.mm_per_px;
    Beam beam = moved(transmission(own, tubes, cells_per_px(scene)),
                      way * Point{portable::cos(angle), portable::sin(angle)});
    parallel_for(0, beam.height(), [&](int y) {
        for (int x = 0; x < beam.width(); ++x) beam(x, y) *= chest(x, y);
    });
    stop_field(beam, own);
    beam = blurred(beam, blur_of(own));
    add_scatter(beam, own);
    add_noise(beam, own);
    return without_margin(beam);
}

Image<float> pixels_of(const CathLabScene& scene, const Scene& own, const Beam& beam, const Beam& chest) {
    if (!scene.archived) return displayed(beam, own, mean_log(chest));
    constexpr double slow_mm = 15.0;
    return archived(beam, open_field(own), scene.archive, slow_mm / own.mm_per_px, scene.taken.width_px,
                    scene.taken.height_px);
}

void validate_tube(const SpatialTube& tube, int index) {
    const std::string name = tube.name;
    require(tube.centerline_mm.size() >= 2, name + ".centerline_mm", double(tube.centerline_mm.size()),
            "at least two points");
    if (tube.diameter_mm.size() != tube.centerline_mm.size())
        throw InvalidInput(name + ".diameter_mm needs one value per point of centerline_mm");
    if (!tube.medium.empty() && tube.medium.size() != tube.centerline_mm.size())
        throw InvalidInput(name + ".medium needs one value per point of centerline_mm, or none");
    for (const Point3 p : tube.centerline_mm)
        require(dot(p, p) < 1e6, name + ".centerline_mm", size(p), "within 1 m of the isocentre");
    for (const double d : tube.diameter_mm) require_positive(name + ".diameter_mm", d);
    for (const double m : tube.medium) require_not_negative(name + ".medium", m);
    require(tube.parent >= -1 && tube.parent < index, name + ".parent", tube.parent,
            "the index of a tube before this one, or -1");
    require(tube.bore >= 0.0 && tube.bore <= 1.0, name + ".bore", tube.bore, "0 to 1");
    require_not_negative(name + ".wall_attenuation_per_mm", tube.wall_attenuation_per_mm);
}

}  // namespace

void Archive::validate() const {
    require(exponent >= -1.0 && exponent <= 1.0, "archive.exponent", exponent, "-1 to 1");
    require(harmonise >= 0.0 && harmonise <= 1.0, "archive.harmonise", harmonise, "0 to 1");
    require_positive("archive.window", window);
    require(level >= 0.0 && level <= 1.0, "archive.level", level, "0 to 1");
    require_positive("archive.gamma", gamma);
    require_not_negative("archive.unsharp", unsharp);
    require(unsharp_radius_px > 0.0 && unsharp_radius_px <= 100.0, "archive.unsharp_radius_px",
            unsharp_radius_px, "positive and at most 100");
    require(equalise >= 0.0 && equalise <= 1.0, "archive.equalise", equalise, "0 to 1");
    require(magnification >= 1.0 && magnification <= 4.0, "archive.magnification", magnification, "1 to 4");
    require(jpeg_quality >= 0 && jpeg_quality <= 100, "archive.jpeg_quality", jpeg_quality, "0 to 100");
}

void CathLabScene::validate() const {
    taken.validate();
    archive.validate();
    require(view.source_mm > 300.0, "view.source_mm", view.source_mm, "above 300");
    for (const double angle : {view.left_oblique_deg, view.cranial_deg, view.roll_deg})
        require(std::abs(angle) <= 360.0, "view", angle, "angles of -360 to 360 degrees");
    require(std::abs(view.centre_mm.x) < 1e4 && std::abs(view.centre_mm.y) < 1e4, "view.centre_mm",
            view.centre_mm.x, "within 10 m of the isocentre");
    for (std::size_t i = 0; i < tubes.size(); ++i) validate_tube(tubes[i], static_cast<int>(i));
}

CathLabPhantom render(const CathLabScene& scene) {
    scene.validate();
    const Scene own = native(scene);
    const std::vector<SeenTube> tubes = seen_tubes(scene);
    const Beam chest = chest_of(scene, own);
    const Beam beam = detected(scene, own, tubes, chest);

    CathLabPhantom result{.scene = scene};
    result.phantom.scene = scene.taken;
    result.phantom.scene.tubes.clear();
    result.phantom.scene.catheter.reset();
    if (scene.archived) result.phantom.scene.display = Display::sigmoid;  // eight bits of no known curve
    result.phantom.frame = {.pixels = pixels_of(scene, own, beam, chest),
                            .valid = open_field(scene.taken),
                            .intensity = scene.archived ? Intensity::display : displayed_intensity(own),
                            .calibration = Calibration::from_user(scene.taken.mm_per_px)};
    add_truth(result, tubes);
    return result;
}

}  // namespace stenometry::phantom
