#include "stenometry/phantom.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "phantom/background.h"
#include "phantom/detector.h"
#include "phantom/lumen.h"
#include "phantom/portable_math.h"
#include "phantom/rows.h"
#include "stenometry/error.h"

namespace stenometry::phantom {
namespace {

void require(bool holds, const std::string& field, double value, const char* rule) {
    if (holds) return;
    std::ostringstream message;
    message << field << " must be " << rule << ", but is " << value;
    throw InvalidInput(message.str());
}

void require_positive(const std::string& field, double value) {
    require(value > 0.0 && std::isfinite(value), field, value, "positive");
}

void require_not_negative(const std::string& field, double value) {
    require(value >= 0.0 && std::isfinite(value), field, value, "at least 0");
}

void validate_line(const std::string& field, const Polyline& line) {
    if (!std::all_of(line.begin(), line.end(), is_finite))
        throw InvalidInput(field + " has a point that is not finite");
    if (std::all_of(line.begin(), line.end(), [&](Point p) { return p == line.front(); }))
        throw InvalidInput(field + " needs two distinct points");
}

void validate_lesion(const std::string& tube, const Lesion& lesion) {
    require(std::isfinite(lesion.at_mm), tube + ".lesions.at_mm", lesion.at_mm, "finite");
    require_positive(tube + ".lesions.length_mm", lesion.length_mm);
    require(lesion.percent_diameter < 100.0 && lesion.percent_diameter > -1000.0,
            tube + ".lesions.percent_diameter", lesion.percent_diameter, "below 100 and above -1000");
}

/// Distance of the samples along a centerline: the chord between two of them leaves a curve of 3 mm radius by
/// 0.1 um.
constexpr double curve_step_mm = 0.05;

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

Lumen swept(const Tube& tube) { return {tube, smooth_curve(tube.centerline_mm, curve_step_mm)}; }

Lumen swept(const Catheter& catheter, double diameter_mm) {
    Tube tube{.name = "catheter",
              .centerline_mm = catheter.centerline_mm,
              .proximal_diameter_mm = diameter_mm,
              .ends = TubeEnds::flat};
    return swept(tube);
}

/// Everything in the beam that moves, as geometry.
struct Objects {
    std::vector<std::vector<Lumen>> layers;  ///< layer 0 first
    std::vector<Lumen> catheter;             ///< its outer and its inner surface, or empty
};

Objects objects_of(const Scene& scene) {
    std::set<int> numbers{0};
    for (const Tube& tube : scene.tubes) numbers.insert(tube.layer);
    numbers.erase(0);
    Objects objects;
    const auto add_layer = [&](int number) {
        objects.layers.emplace_back();
        for (const Tube& tube : scene.tubes)
            if (tube.layer == number) objects.layers.back().push_back(swept(tube));
    };
    add_layer(0);
    for (const int number : numbers) add_layer(number);
    if (scene.catheter)
        objects.catheter = {swept(*scene.catheter, scene.catheter->outer_diameter_mm),
                            swept(*scene.catheter, scene.catheter->inner_diameter_mm)};
    return objects;
}

using Chords = std::vector<double>;

Chords chords_of(const std::vector<Lumen>& lumens, const Grid& grid, double cell_mm) {
    Chords chords(static_cast<std::size_t>(grid.width) * static_cast<std::size_t>(grid.height), 0.0);
    for (const Lumen& lumen : lumens) raise_to_lumen(lumen, grid, cell_mm, chords);
    return chords;
}

/// Adds the exponents of Beer's law on a grid.
void add_attenuation(const Scene& scene, const Objects& objects, const Grid& grid, Chords& exponent) {
    const double cell = grid.step_mm;
    const double medium = scene.attenuation_per_mm;
    Chords lumen = chords_of(objects.layers.front(), grid, cell);
    if (!objects.catheter.empty()) {
        const Chords outer = chords_of({objects.catheter[0]}, grid, cell);
        const Chords inner = chords_of({objects.catheter[1]}, grid, cell);
        for (std::size_t i = 0; i < lumen.size(); ++i) {
            lumen[i] = std::max(0.0, lumen[i] - outer[i]) + (scene.catheter->filled ? inner[i] : 0.0);
            exponent[i] += scene.catheter->wall_attenuation_per_mm * (outer[i] - inner[i]);
        }
    }
    for (std::size_t i = 0; i < lumen.size(); ++i) exponent[i] += medium * lumen[i];
    for (std::size_t layer = 1; layer < objects.layers.size(); ++layer) {
        const Chords above = chords_of(objects.layers[layer], grid, cell);
        for (std::size_t i = 0; i < above.size(); ++i) exponent[i] += medium * above[i];
    }
}

/// What passes through the vessels, averaged over the exposure while they move.
Chords transmission(const Scene& scene, const Objects& objects, const Grid& grid) {
    const int instants = 1 + static_cast<int>(std::ceil(scene.motion_mm / grid.step_mm));
    const double angle = scene.motion_deg * portable::pi / 180.0;
    const Point way = scene.motion_mm * Point{portable::cos(angle), portable::sin(angle)};
    Chords sum(static_cast<std::size_t>(grid.width) * static_cast<std::size_t>(grid.height), 0.0);
    Chords exponent(sum.size());
    for (int k = 0; k < instants; ++k) {
        Grid moved = grid;
        moved.origin_mm = grid.origin_mm - ((k + 0.5) / instants - 0.5) * way;
        std::fill(exponent.begin(), exponent.end(), 0.0);
        add_attenuation(scene, objects, moved, exponent);
        for (std::size_t i = 0; i < sum.size(); ++i)
            sum[i] += exponent[i] == 0.0 ? 1.0 : portable::exp(-std::min(exponent[i], 600.0));
    }
    for (double& value : sum) value /= instants;
    return sum;
}

/// How the pixels are divided: `cells` by `cells` to a pixel, and `margin` more on each side of the image, as
/// many as blur reaches.
struct Cells {
    int per_px;
    double step_mm;
    Weights weights;
    int margin;

    explicit Cells(const Scene& scene)
        : per_px(std::max(4, static_cast<int>(std::ceil(scene.mm_per_px / 0.05 - 1e-9)))),
          step_mm(scene.mm_per_px / per_px),
          weights(pixel_weights(scene, step_mm, per_px)),
          margin((static_cast<int>(weights.size()) - per_px) / 2) {}

    int across(int pixels) const { return pixels * per_px + 2 * margin; }
    /// Place of a cell's centre in pixels.
    double px(int cell) const { return (cell - margin + 0.5) / per_px - 0.5; }
};

Point mm_of(const Scene& scene, Point px) {
    return scene.mm_per_px * (px - 0.5 * Point{scene.width_px - 1.0, scene.height_px - 1.0});
}

Point px_of(const Scene& scene, Point mm) {
    return (1.0 / scene.mm_per_px) * mm + 0.5 * Point{scene.width_px - 1.0, scene.height_px - 1.0};
}

/// The beam behind the chest at the centre of every pixel and of `margin` more on each side.
struct Chest {
    Beam beam;
    int margin;

    Chest(const Scene& scene, const Cells& cells) : margin(cells.margin / cells.per_px + 2) {
        const Grid grid{mm_of(scene, {-1.0 * margin, -1.0 * margin}), scene.mm_per_px,
                        scene.width_px + 2 * margin, scene.height_px + 2 * margin};
        beam = Beam(grid.width, grid.height, 1.0);
        if (scene.background == 0.0) return;
        const Point field{scene.width_px * scene.mm_per_px, scene.height_px * scene.mm_per_px};
        const Image<float> attenuation = chest_attenuation(grid, field, scene.seed);
        for_each_row(grid.height, [&](int y) {
            for (int x = 0; x < grid.width; ++x)
                beam(x, y) = portable::exp(-scene.background * static_cast<double>(attenuation(x, y)));
        });
    }

    /// Beam at a row of cells.
    void row(const Cells& cells, int cell_y, std::span<double> out) const {
        const double y = cells.px(cell_y) + margin;
        const int y0 = static_cast<int>(y);
        const double v = y - y0;
        const double *above = beam.row(y0), *below = beam.row(y0 + 1);
        for (std::size_t i = 0; i < out.size(); ++i) {
            const double x = cells.px(static_cast<int>(i)) + margin;
            const int x0 = static_cast<int>(x);
            const double u = x - x0;
            out[i] = (1.0 - v) * ((1.0 - u) * above[x0] + u * above[x0 + 1]) +
                     v * ((1.0 - u) * below[x0] + u * below[x0 + 1]);
        }
    }

    double mean_log(const Scene& scene) const {
        double sum = 0.0;
        for (int y = 0; y < scene.height_px; ++y)
            for (int x = 0; x < scene.width_px; ++x) sum += portable::log(beam(x + margin, y + margin));
        return sum / (double(scene.width_px) * scene.height_px);
    }
};

/// Blurs one row of cells into pixels.
void blur_row(std::span<const double> cells, const Cells& division, std::span<double> pixels) {
    for (std::size_t x = 0; x < pixels.size(); ++x) {
        const double* from = cells.data() + x * static_cast<std::size_t>(division.per_px);
        double sum = 0.0;
        for (std::size_t i = 0; i < division.weights.size(); ++i) sum += division.weights[i] * from[i];
        pixels[x] = sum;
    }
}

/// The primary beam as the detector sees it, from cells to pixels: across in bands of rows, then down.
Beam primary_beam(const Scene& scene, const Objects& objects, const Chest& chest, const Cells& cells) {
    constexpr int band_rows = 32;
    const int cell_rows = cells.across(scene.height_px);
    const auto cell_columns = static_cast<std::size_t>(cells.across(scene.width_px));
    const auto width = static_cast<std::size_t>(scene.width_px);
    Beam across(scene.width_px, cell_rows);
    for_each_row((cell_rows + band_rows - 1) / band_rows, [&](int band) {
        const int first = band * band_rows;
        const Grid grid{mm_of(scene, {cells.px(0), cells.px(first)}), cells.step_mm,
                        static_cast<int>(cell_columns), std::min(band_rows, cell_rows - first)};
        const Chords passed = transmission(scene, objects, grid);
        Chords row(cell_columns);
        for (int y = 0; y < grid.height; ++y) {
            chest.row(cells, first + y, row);
            const double* vessels = passed.data() + static_cast<std::size_t>(y) * cell_columns;
            for (std::size_t x = 0; x < cell_columns; ++x) row[x] *= vessels[x];
            blur_row(row, cells, {across.row(first + y), width});
        }
    });
    Beam beam(scene.width_px, scene.height_px);
    for_each_row(scene.height_px, [&](int y) {
        for (std::size_t i = 0; i < cells.weights.size(); ++i) {
            const double* from = across.row(y * cells.per_px + static_cast<int>(i));
            for (int x = 0; x < scene.width_px; ++x) beam(x, y) += cells.weights[i] * from[x];
        }
    });
    return beam;
}

Image<std::uint8_t> mask_of(const Scene& scene, const std::vector<Lumen>& lumens) {
    const Grid grid{mm_of(scene, {0.0, 0.0}), scene.mm_per_px, scene.width_px, scene.height_px};
    const Chords chords = chords_of(lumens, grid, 0.0);
    Image<std::uint8_t> mask(scene.width_px, scene.height_px);
    for (int y = 0; y < grid.height; ++y)
        for (int x = 0; x < grid.width; ++x)
            mask(x, y) = chords[static_cast<std::size_t>(y) * static_cast<std::size_t>(grid.width) +
                                static_cast<std::size_t>(x)] > 0.0
                             ? 255
                             : 0;
    return mask;
}

std::vector<Lumen> opaque_lumens(const Scene& scene) {
    std::vector<Lumen> lumens;
    for (Tube tube : scene.tubes) {
        tube.contrast = 1.0;  // a lumen is a lumen before the bolus comes
        lumens.push_back(swept(tube));
    }
    return lumens;
}

double narrowing(const Tube& tube, double arc_mm) {
    return 1.0 - diameter_mm(tube, arc_mm) / reference_mm(tube, arc_mm);
}

/// From `start`, the first place in the direction of `step` where the narrowing is 5 % of the reference.
double border(const Tube& tube, double start, double step, double end) {
    double inside = start;
    while ((end - inside) * step > 0.0 && narrowing(tube, inside + step) >= 0.05) inside += step;
    double outside = inside + step;
    for (int i = 0; i < 40; ++i) {
        const double middle = 0.5 * (inside + outside);
        (narrowing(tube, middle) >= 0.05 ? inside : outside) = middle;
    }
    return std::clamp(inside, std::min(start, end), std::max(start, end));
}

LesionTruth lesion_truth(const Scene& scene, const Lumen& lumen, const Lesion& lesion) {
    constexpr double step_mm = 0.002;
    const double length = lumen.curve.length_mm();
    const double from = std::clamp(lesion.at_mm - 0.5 * lesion.length_mm, 0.0, length);
    const double to = std::clamp(lesion.at_mm + 0.5 * lesion.length_mm, 0.0, length);
    const double middle = std::clamp(lesion.at_mm, from, to);
    double at = middle;
    double mld = diameter_mm(lumen.tube, middle);
    if (lesion.shape == LesionShape::cosine)
        for (double arc = from; arc <= to; arc += step_mm)
            if (const double d = diameter_mm(lumen.tube, arc); d < mld) {
                mld = d;
                at = arc;
            }
    const double reference = reference_mm(lumen.tube, at);
    const double extent = narrowing(lumen.tube, at) < 0.05 ? 0.0
                                                           : border(lumen.tube, at, step_mm, length) -
                                                                 border(lumen.tube, at, -step_mm, 0.0);
    return {.mld_mm = mld,
            .reference_mm = reference,
            .percent_diameter = 100.0 * (1.0 - mld / reference),
            .length_mm = extent,
            .at_px = px_of(scene, lumen.curve.at(at))};
}

VesselTruth truth_of(const Scene& scene, const Lumen& lumen) {
    VesselTruth truth{.name = lumen.tube.name};
    const double length = lumen.curve.length_mm();
    const int steps = std::max(1, static_cast<int>(std::floor(length / scene.mm_per_px + 0.5)));
    for (int i = 0; i <= steps; ++i) {
        const double arc = length * i / steps;
        truth.centerline_px.push_back(px_of(scene, lumen.curve.at(arc)));
        truth.diameter_mm.push_back(diameter_mm(lumen.tube, arc));
        truth.reference_mm.push_back(reference_mm(lumen.tube, arc));
    }
    for (const Lesion& lesion : lumen.tube.lesions)
        if (lesion.percent_diameter > 0.0) truth.lesions.push_back(lesion_truth(scene, lumen, lesion));
    return truth;
}

Frame frame_of(const Scene& scene, Image<float> pixels) {
    Frame frame{.pixels = std::move(pixels), .calibration = Calibration::from_user(scene.mm_per_px)};
    frame.intensity = scene.display == Display::logarithmic                      ? Intensity::logarithmic
                      : scene.display == Display::sigmoid || scene.unsharp > 0.0 ? Intensity::display
                                                                                 : Intensity::linear;
    return frame;
}

/// Rounded, so that the text is short and the same on every machine.
double rounded(double value, double unit = 1e-4) { return std::floor(value / unit + 0.5) * unit; }

using Json = nlohmann::ordered_json;

Json json_of(Point px) { return {rounded(px.x, 1e-3), rounded(px.y, 1e-3)}; }

Json json_of(const std::vector<double>& values) {
    Json list = Json::array();
    for (const double value : values) list.push_back(rounded(value));
    return list;
}

Json json_of(const LesionTruth& lesion) {
    return {{"mld_mm", rounded(lesion.mld_mm)},
            {"reference_mm", rounded(lesion.reference_mm)},
            {"percent_ds", rounded(lesion.percent_diameter)},
            {"length_mm", rounded(lesion.length_mm)},
            {"at_px", json_of(lesion.at_px)}};
}

Json json_of(const VesselTruth& vessel) {
    Json line = Json::array(), lesions = Json::array();
    for (const Point p : vessel.centerline_px) line.push_back(json_of(p));
    for (const LesionTruth& lesion : vessel.lesions) lesions.push_back(json_of(lesion));
    return {{"name", vessel.name},
            {"centerline_px", line},
            {"diameter_mm", json_of(vessel.diameter_mm)},
            {"reference_mm", json_of(vessel.reference_mm)},
            {"lesions", lesions}};
}

Json json_of(const Scene& scene) {
    constexpr std::array names{"raw", "linear12", "logarithmic12", "display8"};
    return {{"width_px", scene.width_px},
            {"height_px", scene.height_px},
            {"attenuation_per_mm", scene.attenuation_per_mm},
            {"detector_blur_mm", scene.detector_blur_mm},
            {"focal_spot_mm", scene.focal_spot_mm},
            {"motion_mm", scene.motion_mm},
            {"scatter_fraction", scene.scatter_fraction},
            {"quanta_per_px", scene.quanta_per_px},
            {"noise_correlation_px", scene.noise_correlation_px},
            {"background", scene.background},
            {"unsharp", scene.unsharp},
            {"mapping", names[static_cast<std::size_t>(scene.display)]},
            {"seed", scene.seed}};
}

/// Two points to measure between: near the ends of the part of the vessel that the image shows, inside the
/// lumen.
std::pair<Point, Point> ends_to_measure(const Frame& frame, const Polyline& line) {
    const auto shown = [&](Point p) {
        constexpr double rim_px = 4.0;
        return p.x >= rim_px && p.y >= rim_px && p.x <= frame.width() - 1 - rim_px &&
               p.y <= frame.height() - 1 - rim_px;
    };
    auto first = std::find_if(line.begin(), line.end(), shown);
    auto last = std::find_if_not(first, line.end(), shown);
    if (first == last) return {line.front(), line.back()};
    const auto inset = (last - first) / 20;
    return {first[inset], last[-1 - inset]};
}

}  // namespace

void Scene::validate() const {
    require(width_px >= 1 && width_px <= 8192, "width_px", width_px, "1 to 8192");
    require(height_px >= 1 && height_px <= 8192, "height_px", height_px, "1 to 8192");
    require_positive("mm_per_px", mm_per_px);
    for (const Tube& tube : tubes) validate_tube(tube);
    if (catheter) validate_catheter(*catheter);
    require_not_negative("attenuation_per_mm", attenuation_per_mm);
    require_not_negative("detector_blur_mm", detector_blur_mm);
    require_not_negative("focal_spot_mm", focal_spot_mm);
    require_not_negative("motion_mm", motion_mm);
    require(std::isfinite(motion_deg), "motion_deg", motion_deg, "finite");
    require(scatter_fraction >= 0.0 && scatter_fraction < 1.0, "scatter_fraction", scatter_fraction,
            "at least 0 and below 1");
    require_positive("scatter_spread_mm", scatter_spread_mm);
    require_not_negative("quanta_per_px", quanta_per_px);
    require_not_negative("noise_correlation_px", noise_correlation_px);
    require_not_negative("background", background);
    require_not_negative("unsharp", unsharp);
    require_positive("unsharp_radius_px", unsharp_radius_px);
}

Phantom render(const Scene& scene) {
    scene.validate();
    const Cells cells(scene);
    const Chest chest(scene, cells);
    const Objects objects = objects_of(scene);

    Beam beam = primary_beam(scene, objects, chest, cells);
    add_scatter(beam, scene);
    add_quantum_noise(beam, scene);

    Phantom phantom{.scene = scene, .frame = frame_of(scene, displayed(beam, scene, chest.mean_log(scene)))};
    const std::vector<Lumen> lumens = opaque_lumens(scene);
    for (const Lumen& lumen : lumens) phantom.vessels.push_back(truth_of(scene, lumen));
    phantom.mask = mask_of(scene, lumens);
    phantom.catheter = mask_of(scene, objects.catheter);
    return phantom;
}

std::string truth_json(const Phantom& phantom, const std::string& name) {
    Json truth{{"name", name}, {"pixel_mm", phantom.scene.mm_per_px}, {"render", json_of(phantom.scene)}};
    if (!phantom.vessels.empty()) {
        const auto [from, to] = ends_to_measure(phantom.frame, phantom.vessels.front().centerline_px);
        truth["from_px"] = json_of(from);
        truth["to_px"] = json_of(to);
    }
    truth["vessels"] = Json::array();
    for (const VesselTruth& vessel : phantom.vessels) truth["vessels"].push_back(json_of(vessel));
    return truth.dump() + "\n";
}

Tube straight_tube(double diameter_mm, double length_mm, double angle_deg, Point offset_mm) {
    const double angle = angle_deg * portable::pi / 180.0;
    const Point half = 0.5 * length_mm * Point{portable::cos(angle), portable::sin(angle)};
    return {.centerline_mm = {offset_mm - half, offset_mm + half}, .proximal_diameter_mm = diameter_mm};
}

}  // namespace stenometry::phantom
