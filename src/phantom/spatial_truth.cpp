#include "phantom/spatial_truth.h"

#include <algorithm>
#include <cmath>

#include "phantom/beam.h"
#include "phantom/rows.h"

namespace stenometry::phantom {
namespace {

/// Arteries apart from one another by less along the beam are a fork.
constexpr double gap_of_crossing_mm = 1.0;
/// Less of the medium is none.
constexpr double least_medium = 0.03;

struct PixelTruth {
    bool lumen = false, catheter = false, device = false, filled = false, crossing = false;
    int nearest = -1;  ///< artery, of the scene's tubes
};

void add_passage(PixelTruth& truth, const Passage& passage, const SpatialTube& tube,
                 std::vector<Stretch>& arteries) {
    const double depth = static_cast<double>(passage.depth_mm);
    if (tube.label == PixelLabel::catheter) truth.catheter = true;
    if (tube.label == PixelLabel::device) truth.device = true;
    if (tube.label != PixelLabel::artery) return;
    const double half = 0.5 * passage.path_mm(1.0, 0.0);
    arteries.push_back({depth - half, depth + half, static_cast<double>(passage.medium), passage.tube});
}

PixelTruth truth_at(const Rays& rays, const std::vector<SeenTube>& tubes, int x, int y,
                    std::vector<Stretch>& arteries) {
    PixelTruth truth;
    arteries.clear();
    rays.for_each(x, y, [&](const Passage& passage) {
        add_passage(truth, passage, *tubes[static_cast<std::size_t>(passage.tube)].tube, arteries);
    });
    std::sort(arteries.begin(), arteries.end(),
              [](const Stretch& a, const Stretch& b) { return a.from_mm < b.from_mm; });
    double done = arteries.empty() ? 0.0 : arteries.front().to_mm;
    for (const Stretch& artery : arteries) {
        truth.lumen = true;
        truth.filled = truth.filled || artery.medium > least_medium;
        truth.crossing = truth.crossing || artery.from_mm > done + gap_of_crossing_mm;
        done = std::max(done, artery.to_mm);
        truth.nearest = artery.tube;
    }
    return truth;
}

PixelLabel label_of(const PixelTruth& truth) {
    if (truth.filled) return PixelLabel::artery;
    if (truth.catheter) return PixelLabel::catheter;
    return truth.device ? PixelLabel::device : PixelLabel::background;
}

std::uint8_t white(bool yes) { return yes ? 255 : 0; }

/// Of each tube, 1 + its index among the arteries; 0 for others.
std::vector<std::uint16_t> artery_numbers(const std::vector<SeenTube>& tubes) {
    std::vector<std::uint16_t> numbers;
    std::uint16_t count = 0;
    for (const SeenTube& tube : tubes)
        numbers.push_back(tube.tube->label == PixelLabel::artery ? ++count : std::uint16_t{0});
    return numbers;
}

void set_pixel(CathLabPhantom& result, int x, int y, const PixelTruth& truth, std::uint16_t vessel) {
    result.labels(x, y) = static_cast<std::uint8_t>(label_of(truth));
    result.crossing(x, y) = white(truth.crossing);
    result.vessel(x, y) = vessel;
    result.phantom.mask(x, y) = white(truth.lumen);
    result.phantom.catheter(x, y) = white(truth.catheter);
}

void add_pixel_truth(CathLabPhantom& result, const std::vector<SeenTube>& tubes,
                     const std::vector<std::uint16_t>& numbers) {
    const Scene& taken = result.scene.taken;
    const int width = taken.width_px, height = taken.height_px;
    const Rays rays(tubes, {mm_of(taken, {0.0, 0.0}), taken.mm_per_px, width, height}, 0.0);
    result.labels = Image<std::uint8_t>(width, height);
    result.crossing = Image<std::uint8_t>(width, height);
    result.vessel = Image<std::uint16_t>(width, height);
    result.phantom.mask = Image<std::uint8_t>(width, height);
    result.phantom.catheter = Image<std::uint8_t>(width, height);
    for_each_row(height, [&](int y) {
        std::vector<Stretch> arteries;
        for (int x = 0; x < width; ++x) {
            const PixelTruth truth = truth_at(rays, tubes, x, y, arteries);
            const bool artery = truth.nearest >= 0;
            set_pixel(result, x, y, truth,
                      artery ? numbers[static_cast<std::size_t>(truth.nearest)] : std::uint16_t{0});
        }
    });
}

/// The part of an artery around a lesion's middle that is narrowed by 5 % and more, in mm of arc in space.
double narrowed_mm(const SpatialTube& tube, const Lesion& lesion) {
    constexpr double step = 0.02;
    double narrowed = 0.0;
    for (double arc = lesion.at_mm - 0.5 * lesion.length_mm; arc <= lesion.at_mm + 0.5 * lesion.length_mm;
         arc += step) {
        double ratio = 1.0;
        for (const Lesion& other : tube.lesions) ratio *= lesion_ratio(other, arc);
        if (ratio <= 0.95) narrowed += step;
    }
    return narrowed;
}

LesionTruth lesion_truth(const Scene& taken, const SeenTube& seen, const Lesion& lesion) {
    std::size_t at = 0;
    double least = 1e9;
    for (std::size_t i = 0; i < seen.arc_mm.size(); ++i) {
        if (std::abs(seen.arc_mm[i] - lesion.at_mm) > 0.5 * lesion.length_mm) continue;
        const double ratio = seen.diameter_mm[i] / seen.reference_mm[i];
        if (ratio < least) {
            least = ratio;
            at = i;
        }
    }
    return {.mld_mm = seen.diameter_mm[at],
            .reference_mm = seen.reference_mm[at],
            .percent_diameter = 100.0 * (1.0 - seen.diameter_mm[at] / seen.reference_mm[at]),
            .length_mm = narrowed_mm(*seen.tube, lesion),
            .at_px = px_of(taken, seen.line_mm[at])};
}

VesselTruth vessel_truth(const Scene& taken, const SeenTube& seen) {
    VesselTruth truth{
        .name = seen.tube->name, .diameter_mm = seen.diameter_mm, .reference_mm = seen.reference_mm};
    for (const Point mm : seen.line_mm) truth.centerline_px.push_back(px_of(taken, mm));
    for (const Lesion& lesion : seen.tube->lesions)
        if (lesion.percent_diameter > 0.0) truth.lesions.push_back(lesion_truth(taken, seen, lesion));
    return truth;
}

ArteryTruth artery_truth(const Scene& taken, const SeenTube& seen, const std::vector<std::uint16_t>& numbers,
                         const std::vector<double>& starts, std::size_t index) {
    const SpatialTube& tube = *seen.tube;
    ArteryTruth truth{.stretch = seen.stretch, .generation = tube.generation};
    for (std::size_t i = 0; i < seen.arc_mm.size(); ++i) {
        const double medium = tube.medium.empty() ? 0.0 : tube.medium[i];
        truth.attenuation.push_back(taken.attenuation_per_mm * medium * seen.diameter_mm[i] *
                                    seen.stretch[i]);
        truth.ostium_distance_mm.push_back(starts[index] + seen.arc_mm[i]);
    }
    if (tube.parent >= 0) truth.parent = numbers[static_cast<std::size_t>(tube.parent)] - 1;
    return truth;
}

}  // namespace

std::vector<double> ostium_distances(const std::vector<SpatialTube>& tubes) {
    std::vector<double> starts(tubes.size(), 0.0);
    for (std::size_t i = 0; i < tubes.size(); ++i) {
        if (tubes[i].parent < 0) continue;
        const auto parent = static_cast<std::size_t>(tubes[i].parent);
        const Line3& line = tubes[parent].centerline_mm;
        const std::vector<double> arcs = arcs_of(line);
        std::size_t nearest = 0;
        const auto off = [&](std::size_t k) { return size(line[k] - tubes[i].centerline_mm.front()); };
        for (std::size_t k = 1; k < line.size(); ++k)
            if (off(k) < off(nearest)) nearest = k;
        starts[i] = starts[parent] + arcs[nearest];
    }
    return starts;
}

void add_truth(CathLabPhantom& result, const std::vector<SeenTube>& tubes) {
    const std::vector<std::uint16_t> numbers = artery_numbers(tubes);
    add_pixel_truth(result, tubes, numbers);
    const std::vector<double> starts = ostium_distances(result.scene.tubes);
    for (std::size_t i = 0; i < tubes.size(); ++i) {
        if (tubes[i].tube->label != PixelLabel::artery) continue;
        result.phantom.vessels.push_back(vessel_truth(result.scene.taken, tubes[i]));
        result.arteries.push_back(artery_truth(result.scene.taken, tubes[i], numbers, starts, i));
    }
}

}  // namespace stenometry::phantom
