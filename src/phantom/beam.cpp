#include "phantom/beam.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "phantom/background.h"
#include "phantom/portable_math.h"
#include "phantom/rows.h"

namespace stenometry::phantom {
namespace {

Lumen swept(const Catheter& catheter, double diameter_mm, double opacity) {
    const Tube tube{.name = "catheter",
                    .centerline_mm = catheter.centerline_mm,
                    .proximal_diameter_mm = diameter_mm,
                    .contrast = opacity,
                    .ends = TubeEnds::flat};
    return swept(tube);
}

using Paths = std::vector<double>;

Paths paths_through(const std::vector<Lumen>& lumens, const Grid& grid, double cell_mm) {
    Paths paths(static_cast<std::size_t>(grid.width) * static_cast<std::size_t>(grid.height), 0.0);
    for (const Lumen& lumen : lumens) raise_to_lumen(lumen, grid, cell_mm, paths);
    return paths;
}

/// Puts the catheter into the lumen, where it displaces the medium, and adds its wall to the exponents.
void add_catheter(const Scene& scene, const Objects& objects, const Grid& grid, Paths& lumen,
                  Paths& exponent) {
    const Paths outer = paths_through({objects.catheter[0]}, grid, grid.step_mm);
    const Paths inner = paths_through({objects.catheter[1]}, grid, grid.step_mm);
    const double medium = objects.catheter[1].tube.contrast;
    for (std::size_t i = 0; i < lumen.size(); ++i) {
        lumen[i] = std::max(0.0, lumen[i] - outer[i]) + medium * inner[i];
        exponent[i] += scene.catheter->wall_attenuation_per_mm * (outer[i] - inner[i]);
    }
}

/// The exponents of Beer's law on a grid.
Paths attenuation(const Scene& scene, const Objects& objects, const Grid& grid) {
    Paths exponent(static_cast<std::size_t>(grid.width) * static_cast<std::size_t>(grid.height), 0.0);
    for (std::size_t layer = 0; layer < objects.layers.size(); ++layer) {
        Paths lumen = paths_through(objects.layers[layer], grid, grid.step_mm);
        if (layer == 0 && !objects.catheter.empty()) add_catheter(scene, objects, grid, lumen, exponent);
        for (std::size_t i = 0; i < lumen.size(); ++i) exponent[i] += scene.attenuation_per_mm * lumen[i];
    }
    return exponent;
}

/// What passes through the vessels, averaged over the exposure while they move.
Paths transmission(const Scene& scene, const Objects& objects, const Grid& grid) {
    const int instants = 1 + static_cast<int>(std::ceil(scene.motion_mm / grid.step_mm));
    const double angle = scene.motion_deg * portable::pi / 180.0;
    const Point way = scene.motion_mm * Point{portable::cos(angle), portable::sin(angle)};
    Paths sum(static_cast<std::size_t>(grid.width) * static_cast<std::size_t>(grid.height), 0.0);
    for (int k = 0; k < instants; ++k) {
        Grid moved = grid;
        moved.origin_mm = grid.origin_mm - ((k + 0.5) / instants - 0.5) * way;
        const Paths exponent = attenuation(scene, objects, moved);
        for (std::size_t i = 0; i < sum.size(); ++i)
            sum[i] += exponent[i] == 0.0 ? 1.0 : portable::exp(-std::min(exponent[i], 600.0));
    }
    for (double& value : sum) value /= instants;
    return sum;
}

/// The beam behind the chest at a row of cells.
void chest_row(const Chest& chest, const Cells& cells, int cell_y, std::span<double> out) {
    const double y = cells.px(cell_y) + chest.margin;
    const int y0 = static_cast<int>(y);
    const double v = y - y0;
    const double *above = chest.beam.row(y0), *below = chest.beam.row(y0 + 1);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const double x = cells.px(static_cast<int>(i)) + chest.margin;
        const int x0 = static_cast<int>(x);
        const double u = x - x0;
        out[i] = (1.0 - v) * ((1.0 - u) * above[x0] + u * above[x0 + 1]) +
                 v * ((1.0 - u) * below[x0] + u * below[x0 + 1]);
    }
}

/// How far inside the field stop's edge a place is, in mm; negative in its shadow.
double inside_field_mm(const Scene& scene, Point mm) {
    const Point half = 0.5 * scene.mm_per_px * Point{double(scene.width_px), double(scene.height_px)};
    const double margin = scene.field_margin_mm;
    switch (scene.field_stop) {
        case FieldStop::none:
            break;
        case FieldStop::blades:
            return std::min(half.x - std::abs(mm.x), half.y - std::abs(mm.y)) - margin;
        case FieldStop::circle:
            return std::min(half.x, half.y) - margin - std::sqrt(dot(mm, mm));
    }
    return std::numeric_limits<double>::infinity();
}

/// What the field stop lets through: 1 % in its shadow, and a penumbra, as it is close to the focal spot.
double field_transmission(double inside_mm) {
    constexpr double penumbra_mm = 1.2, shadow = 0.01;
    const double t = std::clamp(inside_mm / penumbra_mm + 0.5, 0.0, 1.0);
    return shadow + (1.0 - shadow) * t * t * (3.0 - 2.0 * t);
}

double mean_log(const Scene& scene, const Chest& chest) {
    double sum = 0.0, count = 0.0;
    for (int y = 0; y < scene.height_px; ++y)
        for (int x = 0; x < scene.width_px; ++x)
            if (inside_field_mm(scene, mm_of(scene, {double(x), double(y)})) > 0.0) {
                sum += portable::log(chest.beam(x + chest.margin, y + chest.margin));
                count += 1.0;
            }
    return count > 0.0 ? sum / count : 0.0;
}

/// Blurs one row of cells into pixels.
void blur_row(std::span<const double> cells, const Cells& division, std::span<double> pixels) {
    for (std::size_t x = 0; x < pixels.size(); ++x) {
        const double* from = cells.data() + x * static_cast<std::size_t>(division.per_px);
        double sum = 0.0;
        for (std::size_t i = 0; i < division.weights.size(); ++i) sum += division.weights[i] * from[i];
        pixels[x] = sum;
    }
}

}  // namespace

Objects objects_of(const Scene& scene, const Opacity& opacity, double catheter_opacity) {
    std::set<int> layers{0};
    for (const Tube& tube : scene.tubes) layers.insert(tube.layer);
    layers.erase(0);
    Objects objects;
    const auto add_layer = [&](int number) {
        objects.layers.emplace_back();
        for (const Tube& tube : scene.tubes)
            if (tube.layer == number) objects.layers.back().push_back(swept(tube, opacity));
    };
    add_layer(0);  // the catheter's, even if it is empty
    for (const int number : layers) add_layer(number);
    if (scene.catheter)
        objects.catheter = {swept(*scene.catheter, scene.catheter->outer_diameter_mm, 1.0),
                            swept(*scene.catheter, scene.catheter->inner_diameter_mm, 1.0)};
    if (scene.catheter) objects.catheter[1].tube.contrast = scene.catheter->filled ? catheter_opacity : 0.0;
    return objects;
}

Cells::Cells(const Scene& scene)
    : per_px(static_cast<int>(std::clamp(std::ceil(scene.mm_per_px / 0.05 - 1e-9), 4.0, 16.0))),
      step_mm(scene.mm_per_px / per_px),
      weights(pixel_weights(scene, step_mm, per_px)),
      margin((static_cast<int>(weights.size()) - per_px) / 2) {}

Chest::Chest(const Scene& scene, const Cells& cells) : margin(cells.margin / cells.per_px + 2) {
    const double first = -1.0 * margin;
    const Grid grid{mm_of(scene, {first, first}), scene.mm_per_px, scene.width_px + 2 * margin,
                    scene.height_px + 2 * margin};
    beam = Beam(grid.width, grid.height, 1.0);
    if (scene.background > 0.0) {
        const Point field{scene.width_px * scene.mm_per_px, scene.height_px * scene.mm_per_px};
        const Image<float> attenuation = chest_attenuation(grid, field, scene.seed);
        for_each_row(grid.height, [&](int y) {
            for (int x = 0; x < grid.width; ++x)
                beam(x, y) = portable::exp(-scene.background * static_cast<double>(attenuation(x, y)));
        });
    }
    if (scene.field_stop != FieldStop::none)
        for_each_row(grid.height, [&](int y) {
            for (int x = 0; x < grid.width; ++x) {
                const Point mm = grid.origin_mm + grid.step_mm * Point{double(x), double(y)};
                beam(x, y) *= passed_by_field_stop(scene, mm);
            }
        });
    mean_log = phantom::mean_log(scene, *this);
}

double passed_by_field_stop(const Scene& scene, Point mm) {
    return field_transmission(inside_field_mm(scene, mm));
}

Image<std::uint8_t> open_field(const Scene& scene) {
    if (scene.field_stop == FieldStop::none) return {};
    Image<std::uint8_t> open(scene.width_px, scene.height_px);
    for (int y = 0; y < scene.height_px; ++y)
        for (int x = 0; x < scene.width_px; ++x)
            open(x, y) = inside_field_mm(scene, mm_of(scene, {double(x), double(y)})) > 0.0 ? 255 : 0;
    return open;
}

Beam primary_beam(const Scene& scene, const Objects& objects, const Chest& chest, const Cells& cells) {
    constexpr int band_rows = 32;
    const int cell_rows = cells.across(scene.height_px);
    const auto cell_columns = static_cast<std::size_t>(cells.across(scene.width_px));
    const auto width = static_cast<std::size_t>(scene.width_px);
    Beam across(scene.width_px, cell_rows);  // cells downwards, pixels across
    for_each_row((cell_rows + band_rows - 1) / band_rows, [&](int band) {
        const int first = band * band_rows;
        const Grid grid{mm_of(scene, {cells.px(0), cells.px(first)}), cells.step_mm,
                        static_cast<int>(cell_columns), std::min(band_rows, cell_rows - first)};
        const Paths passed = transmission(scene, objects, grid);
        Paths row(cell_columns);
        for (int y = 0; y < grid.height; ++y) {
            chest_row(chest, cells, first + y, row);
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
    const Paths paths = paths_through(lumens, grid, 0.0);
    Image<std::uint8_t> mask(scene.width_px, scene.height_px);
    for (int y = 0; y < grid.height; ++y)
        for (int x = 0; x < grid.width; ++x)
            mask(x, y) = paths[static_cast<std::size_t>(y) * static_cast<std::size_t>(grid.width) +
                               static_cast<std::size_t>(x)] > 0.0
                             ? 255
                             : 0;
    return mask;
}

Point mm_of(const Scene& scene, Point px) {
    return scene.mm_per_px * (px - 0.5 * Point{scene.width_px - 1.0, scene.height_px - 1.0});
}

Point px_of(const Scene& scene, Point mm) {
    return (1.0 / scene.mm_per_px) * mm + 0.5 * Point{scene.width_px - 1.0, scene.height_px - 1.0};
}

}  // namespace stenometry::phantom
