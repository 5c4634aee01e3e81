#include "phantom/truth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "phantom/beam.h"

namespace stenometry::phantom {
namespace {

constexpr double step_mm = 0.002;  // in which extremes and borders are looked for

double narrowing(const Tube& tube, double arc_mm) {
    return 1.0 - diameter_mm(tube, arc_mm) / reference_mm(tube, arc_mm);
}

double widening(const Tube& tube, double arc_mm) { return -narrowing(tube, arc_mm); }

/// From `start`, the first place in the direction of `step` where a change is that part of the reference.
double border(const Tube& tube, double (*change)(const Tube&, double), double part, double start, double step,
              double end) {
    double inside = start;
    while ((end - inside) * step > 0.0 && change(tube, inside + step) >= part) inside += step;
    double outside = inside + step;
    for (int i = 0; i < 40; ++i) {
        const double middle = 0.5 * (inside + outside);
        (change(tube, middle) >= part ? inside : outside) = middle;
    }
    return std::clamp(inside, std::min(start, end), std::max(start, end));
}

/// Length around a place over which a change is at least that part of the reference.
double extent(const Tube& tube, double (*change)(const Tube&, double), double part, double at,
              double length) {
    if (change(tube, at) < part) return 0.0;
    return border(tube, change, part, at, step_mm, length) - border(tube, change, part, at, -step_mm, 0.0);
}

/// Where within a lesion the diameter is farthest from the reference: least where it narrows.
double extreme_arc(const Tube& tube, const Lesion& lesion, double length) {
    const double from = std::clamp(lesion.at_mm - 0.5 * lesion.length_mm, 0.0, length);
    const double to = std::clamp(lesion.at_mm + 0.5 * lesion.length_mm, 0.0, length);
    double at = std::clamp(lesion.at_mm, from, to), most = diameter_mm(tube, at);
    if (lesion.shape != LesionShape::cosine) return at;
    const bool narrows = lesion.percent_diameter > 0.0;
    for (double arc = from; arc <= to; arc += step_mm)
        if (const double d = diameter_mm(tube, arc); narrows ? d < most : d > most) most = d, at = arc;
    return at;
}

LesionTruth lesion_truth(const Scene& scene, const Lumen& lumen, const Lesion& lesion) {
    const double length = lumen.curve.length_mm(), at = extreme_arc(lumen.tube, lesion, length);
    const double mld = diameter_mm(lumen.tube, at), reference = reference_mm(lumen.tube, at);
    constexpr double border_part = 0.05;
    return {.mld_mm = mld,
            .reference_mm = reference,
            .percent_diameter = 100.0 * (1.0 - mld / reference),
            .length_mm = extent(lumen.tube, narrowing, border_part, at, length),
            .at_px = px_of(scene, lumen.curve.at(at))};
}

EctasiaTruth ectasia_truth(const Scene& scene, const Lumen& lumen, const Lesion& lesion) {
    const double length = lumen.curve.length_mm(), at = extreme_arc(lumen.tube, lesion, length);
    constexpr double border_part = 0.1;
    return {.max_diameter_mm = diameter_mm(lumen.tube, at),
            .reference_mm = reference_mm(lumen.tube, at),
            .length_mm = extent(lumen.tube, widening, border_part, at, length),
            .side = lesion.side,
            .at_px = px_of(scene, lumen.curve.at(at))};
}

/// Rounded, so that the text is short and the same on every machine.
double rounded(double value, double per_unit = 1e4) { return std::floor(value * per_unit + 0.5) / per_unit; }

using Json = nlohmann::ordered_json;

Json json_of(Point px) { return {rounded(px.x, 1e3), rounded(px.y, 1e3)}; }

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

Json json_of(const EctasiaTruth& ectasia) {
    return {{"max_diameter_mm", rounded(ectasia.max_diameter_mm)},
            {"reference_mm", rounded(ectasia.reference_mm)},
            {"length_mm", rounded(ectasia.length_mm)},
            {"side", rounded(ectasia.side)},
            {"at_px", json_of(ectasia.at_px)}};
}

Json json_of(const VesselTruth& vessel) {
    Json line = Json::array(), lesions = Json::array();
    for (const Point p : vessel.centerline_px) line.push_back(json_of(p));
    for (const LesionTruth& lesion : vessel.lesions) lesions.push_back(json_of(lesion));
    Json object{{"name", vessel.name},
                {"centerline_px", line},
                {"diameter_mm", json_of(vessel.diameter_mm)},
                {"reference_mm", json_of(vessel.reference_mm)},
                {"lesions", lesions}};
    for (const EctasiaTruth& ectasia : vessel.ectasias) object["ectasias"].push_back(json_of(ectasia));
    return object;
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
        if (lesion.percent_diameter > 0.0)
            truth.lesions.push_back(lesion_truth(scene, lumen, lesion));
        else if (lesion.percent_diameter < 0.0)
            truth.ectasias.push_back(ectasia_truth(scene, lumen, lesion));
    return truth;
}

std::string truth_json(const Phantom& phantom, const std::string& name) {
    Json truth{{"name", name}, {"pixel_mm", phantom.scene.mm_per_px}, {"render", json_of(phantom.scene)}};
    if (phantom.frame.count > 1) truth["frame"] = phantom.frame.index;
    if (!phantom.vessels.empty()) {
        const auto [from, to] = ends_to_measure(phantom.frame, phantom.vessels.front().centerline_px);
        truth["from_px"] = json_of(from);
        truth["to_px"] = json_of(to);
    }
    truth["vessels"] = Json::array();
    for (const VesselTruth& vessel : phantom.vessels) truth["vessels"].push_back(json_of(vessel));
    return truth.dump() + "\n";
}

}  // namespace stenometry::phantom
