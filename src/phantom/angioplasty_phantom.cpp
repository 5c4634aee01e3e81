#include "stenometry/angioplasty_phantom.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/require.h"
#include "phantom/angioplasty_devices.h"
#include "phantom/angioplasty_lumen.h"
#include "phantom/beam.h"
#include "phantom/lumen.h"
#include "phantom/spatial_rays.h"

namespace stenometry::phantom {
namespace {

constexpr std::array all_visits{Visit::before, Visit::balloon, Visit::after, Visit::follow_up};
/// So near do the artery's points lie that its narrowest place is one of them.
constexpr double fine_step_mm = 0.1, coarse_step_mm = 0.4;
constexpr double edge_mm = 5.0;
/// Thinner lumens hold no medium that shows.
constexpr double thinnest_mm = 0.05;

/// The picture's plane bent over a heart.
Point3 on_heart(Point mm) {
    constexpr double heart_mm = 90.0;
    return {mm.x, mm.y, -0.5 * dot(mm, mm) / heart_mm};
}

Line3 on_heart(const Polyline& line) {
    Line3 lifted;
    for (const Point p : line) lifted.push_back(on_heart(p));
    return lifted;
}

/// What stays the same from visit to visit: the coronary tree at rest.
struct Anatomy {
    Course course;
    std::vector<SpatialTube> arteries;  ///< the treated one first
    std::vector<double> leaves_mm;      ///< where the blood of each leaves the treated one
    SpatialTube catheter;
};

/// The first part of a name such as D1.2, a twig of D1.
std::string parent_name(const std::string& name) { return name.substr(0, name.rfind('.')); }

int parent_of(const std::vector<SpatialTube>& arteries, const std::string& name) {
    const auto found = std::find_if(arteries.begin(), arteries.end(), [&](const SpatialTube& tube) {
        return tube.name == parent_name(name) && tube.name != name;
    });
    return found == arteries.end() ? 0 : static_cast<int>(found - arteries.begin());
}

SpatialTube lifted(const Tube& tube, double step_mm) {
    const SmoothCurve curve = smooth_curve(tube.centerline_mm, curve_step_mm);
    const int steps = static_cast<int>(std::ceil(curve.length_mm() / step_mm));
    SpatialTube result{.name = tube.name};
    for (int i = 0; i <= steps; ++i) {
        const double arc = curve.length_mm() * i / steps;
        result.centerline_mm.push_back(on_heart(curve.at(arc)));
        result.diameter_mm.push_back(reference_mm(tube, arc));
    }
    return result;
}

void add_branches(Anatomy& anatomy, const std::vector<Tube>& tubes) {
    const double flat_mm = smooth_curve(tubes.front().centerline_mm, curve_step_mm).length_mm();
    const Course& course = anatomy.course;
    for (std::size_t i = 1; i < tubes.size(); ++i) {
        SpatialTube branch = lifted(tubes[i], coarse_step_mm);
        branch.parent = parent_of(anatomy.arteries, branch.name);
        branch.generation = anatomy.arteries[static_cast<std::size_t>(branch.parent)].generation + 1;
        const double part = tubes[i].ostium_distance_mm / flat_mm * double(course.arc_mm.size() - 1);
        const auto point = std::min(course.arc_mm.size() - 1, static_cast<std::size_t>(part));
        const bool is_own = branch.parent == 0;
        anatomy.leaves_mm.push_back(is_own ? course.arc_mm[point]
                                           : anatomy.leaves_mm[static_cast<std::size_t>(branch.parent)]);
        if (is_own) anatomy.course.origins_mm.push_back(course.arc_mm[point]);
        anatomy.arteries.push_back(std::move(branch));
    }
}

SpatialTube lifted(const Catheter& catheter) {
    SpatialTube tube{.name = "catheter",
                     .label = PixelLabel::catheter,
                     .centerline_mm = on_heart(smooth_curve(catheter.centerline_mm, coarse_step_mm).points),
                     .bore = catheter.inner_diameter_mm / catheter.outer_diameter_mm,
                     .wall_attenuation_per_mm = catheter.wall_attenuation_per_mm};
    tube.diameter_mm.assign(tube.centerline_mm.size(), catheter.outer_diameter_mm);
    return tube;
}

Anatomy anatomy_of(std::uint64_t seed, const AngioplastyOptions& options) {
    const Scene flat = coronary_scene(
        seed,
        {.artery = options.artery, .lesions = 0, .size_px = options.size_px, .mm_per_px = options.mm_per_px});
    Anatomy anatomy;
    anatomy.arteries.push_back(lifted(flat.tubes.front(), fine_step_mm));
    const SpatialTube& main = anatomy.arteries.front();
    anatomy.course = {main.centerline_mm, arcs_of(main.centerline_mm), main.diameter_mm, {}};
    anatomy.leaves_mm.push_back(0.0);
    add_branches(anatomy, flat.tubes);
    anatomy.catheter = lifted(*flat.catheter);
    return anatomy;
}

/// How far medium has come in one visit.
struct Filling {
    double up_to_mm = 1e9,
           from_mm = 1e9;  ///< along the treated artery, from the ostium and from the other end
    double proximal = 1.0, distal = 0.0;

    double at(double arc) const { return arc < up_to_mm ? proximal : arc > from_mm ? distal : 0.0; }
};

Filling filling_of(const Treatment& treatment, Visit visit, const AngioplastyOptions& options) {
    if (visit == Visit::balloon)
        return {.up_to_mm = treatment.from_mm - 0.5 * cone_mm,
                .proximal = options.contrast_around_balloon ? 1.0 : 0.0};
    if (visit == Visit::follow_up && treatment.neointima == Neointima::occluded)
        return {.up_to_mm = treatment.occlusion.from_mm + treatment.occlusion.shoulder_mm,
                .from_mm = treatment.occlusion.to_mm,
                .distal = treatment.distal_medium};
    return {};
}

/// The tubes at rest: arteries, catheter, devices.
class Tubes {
  public:
    Tubes(const Anatomy& anatomy, const Treatment& treatment, Visit visit, const Filling& filling)
        : tubes(anatomy.arteries) {
        SpatialTube& main = tubes.front();
        main.diameter_mm = diameters(anatomy.course, treatment, visit);
        for (std::size_t i = 0; i < main.diameter_mm.size(); ++i) {
            const bool is_open = main.diameter_mm[i] > thinnest_mm;
            main.medium.push_back(is_open ? filling.at(anatomy.course.arc_mm[i]) : 0.0);
            main.diameter_mm[i] = std::max(main.diameter_mm[i], 0.5 * thinnest_mm);
        }
        for (std::size_t i = 1; i < tubes.size(); ++i)
            tubes[i].medium.assign(tubes[i].centerline_mm.size(), filling.at(anatomy.leaves_mm[i]));
        tubes.push_back(anatomy.catheter);
        if (filling.proximal > 0.0)
            tubes.back().medium.assign(tubes.back().centerline_mm.size(), filling.proximal);
    }
    void add(const std::vector<SpatialTube>& more) { tubes.insert(tubes.end(), more.begin(), more.end()); }

    std::vector<SpatialTube> tubes;
};

/// Turns the heart about its length, more the further from the ostium: arteries move and keep their length.
void twist(std::vector<SpatialTube>& tubes, double degrees_at_end) {
    const Line3& main = tubes.front().centerline_mm;
    const Point3 ostium = main.front(), way = main.back() - ostium;
    const double length = size(way);
    const Point3 axis = unit(way);
    for (SpatialTube& tube : tubes)
        for (Point3& p : tube.centerline_mm) {
            const double part = std::clamp(dot(p - ostium, axis) / length, 0.0, 1.0);
            p = ostium + turned(p - ostium, axis, part * degrees_at_end);
        }
}

/// A view within half of `turn_deg` of the anatomy's own.
View draw_view(Random& random, double turn_deg) {
    const double angle = random.uniform(0.0, 360.0), turn = 0.5 * turn_deg * std::sqrt(random.uniform());
    constexpr double shift_mm = 5.0, far_mm = 1e6;
    View view{.left_oblique_deg = turn * degrees_cos(angle), .cranial_deg = turn * degrees_sin(angle)};
    view.roll_deg = random.uniform(-2.0, 2.0);
    view.centre_mm = {random.uniform(-shift_mm, shift_mm), random.uniform(-shift_mm, shift_mm)};
    view.source_mm = far_mm;
    return view;
}

double log_uniform(Random& random, double low, double high) {
    return low * portable::exp(random.uniform() * portable::log(high / low));
}

Scene draw_exposure(Random& random, std::uint64_t seed, Visit visit, const AngioplastyOptions& options) {
    Scene taken{.width_px = options.size_px, .height_px = options.size_px};
    taken.mm_per_px = options.mm_per_px * random.uniform(0.97, 1.03);
    taken.attenuation_per_mm = random.uniform(0.09, 0.13);
    taken.detector_blur_mm = random.uniform(0.09, 0.15);
    taken.focal_spot_mm = random.uniform(0.1, 0.2);
    taken.motion_mm = random.uniform(0.0, 0.25);
    taken.motion_deg = random.uniform(0.0, 180.0);
    taken.scatter_fraction = random.uniform(0.2, 0.4);
    taken.quanta_per_px = log_uniform(random, 800.0, 4000.0);
    taken.seed = seed;
    taken.exposure = static_cast<std::uint64_t>(visit);
    return taken;
}

/// The artery in its pose, as the picture shows it.
VesselTruth artery_truth(const CathLabScene& scene, const std::vector<double>& diameter_mm,
                         const std::vector<double>& healthy_mm) {
    const SeenTube seen = phantom::seen(scene.tubes.front(), scene.view);
    VesselTruth truth{
        .name = scene.tubes.front().name, .diameter_mm = diameter_mm, .reference_mm = healthy_mm};
    for (const Point mm : seen.line_mm) truth.centerline_px.push_back(px_of(scene.taken, mm));
    return truth;
}

std::vector<double> arcs_in_picture(const VesselTruth& artery, double mm_per_px) {
    Line3 flat;
    for (const Point p : artery.centerline_px) flat.push_back({mm_per_px * p.x, mm_per_px * p.y, 0.0});
    return arcs_of(flat);
}

double narrowing(const VesselTruth& artery, std::size_t i) {
    return 1.0 - artery.diameter_mm[i] / artery.reference_mm[i];
}

/// Where the artery is narrowed by 5 % and more, and by 15 % somewhere in between.
void find_lesions(VesselTruth& artery, const std::vector<double>& arc_mm) {
    constexpr double border = 0.05, least = 0.15;
    const std::size_t count = arc_mm.size();
    for (std::size_t from = 0, to = 0; from < count; from = to + 1) {
        std::size_t at = from;
        for (to = from; to < count && narrowing(artery, to) >= border; ++to)
            if (narrowing(artery, to) > narrowing(artery, at)) at = to;
        if (to == from || narrowing(artery, at) < least) continue;
        artery.lesions.push_back({.mld_mm = artery.diameter_mm[at],
                                  .reference_mm = artery.reference_mm[at],
                                  .percent_diameter = 100.0 * narrowing(artery, at),
                                  .length_mm = arc_mm[to - 1] - arc_mm[from],
                                  .at_px = artery.centerline_px[at]});
    }
}

/// Number of the point nearest to `arc_mm` on the artery at rest.
std::size_t point_at(const Course& course, double arc_mm) {
    const auto after = std::lower_bound(course.arc_mm.begin(), course.arc_mm.end() - 1, arc_mm);
    return static_cast<std::size_t>(after - course.arc_mm.begin());
}

SegmentTruth segment_truth(const VesselTruth& artery, const std::vector<double>& arc_mm, std::size_t from,
                           std::size_t to) {
    SegmentTruth truth{.from_mm = arc_mm[from], .to_mm = arc_mm[to]};
    const auto first = artery.diameter_mm.begin();
    const auto at = static_cast<std::size_t>(std::min_element(first + static_cast<std::ptrdiff_t>(from),
                                                              first + static_cast<std::ptrdiff_t>(to) + 1) -
                                             first);
    truth.mld_mm = artery.diameter_mm[at];
    truth.mld_at_mm = arc_mm[at];
    truth.mld_px = artery.centerline_px[at];
    truth.reference_mm = artery.reference_mm[at];
    truth.percent_diameter = 100.0 * narrowing(artery, at);
    double area = 0.0;
    for (std::size_t i = from; i < to; ++i)
        area += 0.5 * (artery.diameter_mm[i] + artery.diameter_mm[i + 1]) * (arc_mm[i + 1] - arc_mm[i]);
    truth.mean_diameter_mm = area / (arc_mm[to] - arc_mm[from]);
    return truth;
}

VisitTruth visit_truth(const VesselTruth& artery, double mm_per_px, const Course& course,
                       const Treatment& treatment) {
    VisitTruth truth{.arc_mm = arcs_in_picture(artery, mm_per_px),
                     .stent_from = point_at(course, treatment.from_mm),
                     .stent_to = point_at(course, treatment.to_mm)};
    const std::size_t first = point_at(course, treatment.from_mm - edge_mm);
    const std::size_t last = point_at(course, treatment.to_mm + edge_mm);
    truth.in_stent = segment_truth(artery, truth.arc_mm, truth.stent_from, truth.stent_to);
    truth.proximal_edge = segment_truth(artery, truth.arc_mm, first, truth.stent_from);
    truth.distal_edge = segment_truth(artery, truth.arc_mm, truth.stent_to, last);
    truth.in_segment = segment_truth(artery, truth.arc_mm, first, last);
    return truth;
}

GainTruth gain_truth(const SegmentTruth& before, const SegmentTruth& after, const SegmentTruth& follow_up) {
    GainTruth gain{.acute_gain_mm = after.mld_mm - before.mld_mm,
                   .late_loss_mm = after.mld_mm - follow_up.mld_mm,
                   .net_gain_mm = follow_up.mld_mm - before.mld_mm};
    gain.loss_index = gain.late_loss_mm / gain.acute_gain_mm;
    return gain;
}

/// Draws the visits of one artery.
class Patient {
  public:
    Patient(std::uint64_t seed, const AngioplastyOptions& options)
        : seed_(seed),
          options_(options),
          random_(seed, 0x7374656e74),
          anatomy_(anatomy_of(seed, options)),
          treatment_(draw_treatment(random_, anatomy_.course, options)),
          strut_mm_(random_.uniform(0.06, 0.09)),
          strut_attenuation_per_mm_(random_.uniform(0.35, 0.65)) {}

    Angioplasty draw() {
        Angioplasty result{.neointima = treatment_.neointima, .balloon_nominal_mm = treatment_.nominal_mm};
        for (const Visit visit : all_visits)
            result.visits[static_cast<std::size_t>(visit)] = draw_visit(visit);
        const VisitTruth &before = result.at(Visit::before).truth, &after = result.at(Visit::after).truth,
                         &last = result.at(Visit::follow_up).truth;
        result.in_stent = gain_truth(before.in_stent, after.in_stent, last.in_stent);
        result.in_segment = gain_truth(before.in_segment, after.in_segment, last.in_segment);
        result.balloon_mld_mm = result.at(Visit::balloon).truth.in_stent.mld_mm;
        result.recoil_mm = result.balloon_mld_mm - after.in_stent.mld_mm;
        result.restenosis = last.in_segment.percent_diameter >= 50.0;
        return result;
    }

  private:
    std::vector<SpatialTube> tubes_at(Visit visit) const {
        Tubes tubes(anatomy_, treatment_, visit, filling_of(treatment_, visit, options_));
        if (visit == Visit::before) return tubes.tubes;
        tubes.add(stent(anatomy_.course, treatment_, strut_mm_, strut_attenuation_per_mm_));
        if (visit == Visit::balloon)
            tubes.add(balloon(anatomy_.course, treatment_, balloon_medium, anatomy_.catheter));
        else if (options_.stent_markers)
            tubes.add(markers(anatomy_.course, treatment_, 0.95 * treatment_.nominal_mm));
        return tubes.tubes;
    }

    VisitScene draw_visit(Visit visit) {
        VisitScene result{.visit = visit};
        CathLabScene& scene = result.scene;
        scene.archived = false;
        scene.taken = draw_exposure(random_, seed_, visit, options_);
        scene.view = draw_view(random_, options_.turn_deg);
        scene.tubes = tubes_at(visit);
        constexpr double most_twist_deg = 4.0;
        twist(scene.tubes, random_.uniform(-most_twist_deg, most_twist_deg));
        result.artery =
            artery_truth(scene, diameters(anatomy_.course, treatment_, visit), anatomy_.course.healthy_mm);
        result.truth = visit_truth(result.artery, scene.taken.mm_per_px, anatomy_.course, treatment_);
        find_lesions(result.artery, result.truth.arc_mm);
        return result;
    }

    static constexpr double balloon_medium = 0.5;  // as much saline as medium

    std::uint64_t seed_;
    AngioplastyOptions options_;
    Random random_;
    Anatomy anatomy_;
    Treatment treatment_;
    double strut_mm_;
    /// As steel and cobalt-chromium, which at 60 keV attenuate 4 and 5 times as much as the medium.
    double strut_attenuation_per_mm_;
};

/// Rounded, so that the text is short and the same on every machine.
double rounded(double value) { return std::floor(value * 1e4 + 0.5) / 1e4; }

using Json = nlohmann::ordered_json;

Json json_of(const GainTruth& gain) {
    return {{"acute_gain_mm", rounded(gain.acute_gain_mm)},
            {"late_loss_mm", rounded(gain.late_loss_mm)},
            {"net_gain_mm", rounded(gain.net_gain_mm)},
            {"loss_index", rounded(gain.loss_index)}};
}

Json json_of(const SegmentTruth& segment) {
    return {{"from_mm", rounded(segment.from_mm)},
            {"to_mm", rounded(segment.to_mm)},
            {"mld_mm", rounded(segment.mld_mm)},
            {"mld_at_mm", rounded(segment.mld_at_mm)},
            {"mld_px", {rounded(segment.mld_px.x), rounded(segment.mld_px.y)}},
            {"reference_mm", rounded(segment.reference_mm)},
            {"percent_ds", rounded(segment.percent_diameter)},
            {"mean_diameter_mm", rounded(segment.mean_diameter_mm)}};
}

Json json_of(const VisitScene& visit, const CathLabPhantom& frame, const std::string& name) {
    const VisitTruth& truth = visit.truth;
    Json json = Json::parse(truth_json(frame.phantom, name));
    Json arcs = Json::array();
    for (const double arc : truth.arc_mm) arcs.push_back(rounded(arc));
    const auto px = [&](std::size_t i) {
        const Point p = visit.artery.centerline_px[i];
        return Json{rounded(p.x), rounded(p.y)};
    };
    json["visit"] = to_string(visit.visit);
    json["left_oblique_deg"] = rounded(visit.scene.view.left_oblique_deg);
    json["cranial_deg"] = rounded(visit.scene.view.cranial_deg);
    json["arc_mm"] = arcs;
    json["stent_from"] = truth.stent_from;
    json["stent_to"] = truth.stent_to;
    json["stent_from_px"] = px(truth.stent_from);
    json["stent_to_px"] = px(truth.stent_to);
    json["in_stent"] = json_of(truth.in_stent);
    json["proximal_edge"] = json_of(truth.proximal_edge);
    json["distal_edge"] = json_of(truth.distal_edge);
    json["in_segment"] = json_of(truth.in_segment);
    return json;
}

}  // namespace

std::string_view to_string(Visit visit) {
    constexpr std::array<std::string_view, 4> names{"before", "balloon", "after", "follow-up"};
    return names[static_cast<std::size_t>(visit)];
}

std::string_view mehran_class(Neointima neointima) {
    constexpr std::array<std::string_view, 8> names{"none", "IA", "IB", "IC", "ID", "II", "III", "IV"};
    return names[static_cast<std::size_t>(neointima)];
}

void AngioplastyOptions::validate() const {
    require(size_px >= 64 && size_px <= 4096, "size_px", size_px, "64 to 4096");
    require_positive("mm_per_px", mm_per_px);
    require(size_px * mm_per_px >= 80.0, "mm_per_px", mm_per_px, "so large that the field has 80 mm");
    require(min_percent_diameter > 0.0, "min_percent_diameter", min_percent_diameter, "positive");
    require(max_percent_diameter >= min_percent_diameter && max_percent_diameter < 100.0,
            "max_percent_diameter", max_percent_diameter, "at least the smallest one and below 100");
    require(turn_deg >= 0.0 && turn_deg <= 90.0, "turn_deg", turn_deg, "0 to 90");
}

Angioplasty angioplasty(std::uint64_t seed, const AngioplastyOptions& options) {
    options.validate();
    return Patient(seed, options).draw();
}

CathLabPhantom render(const VisitScene& visit) {
    CathLabPhantom frame = render(visit.scene);
    frame.phantom.vessels.front() = visit.artery;
    frame.phantom.frame.acquisition.primary_angle_deg = visit.scene.view.left_oblique_deg;
    frame.phantom.frame.acquisition.secondary_angle_deg = visit.scene.view.cranial_deg;
    return frame;
}

std::string truth_json(const Angioplasty& artery, const std::array<CathLabPhantom, 4>& frames,
                       const std::array<std::string, 4>& names, const std::string& name) {
    Json truth{{"name", name},
               {"mehran_class", mehran_class(artery.neointima)},
               {"restenosis", artery.restenosis},
               {"balloon",
                {{"nominal_mm", rounded(artery.balloon_nominal_mm)},
                 {"mld_mm", rounded(artery.balloon_mld_mm)},
                 {"recoil_mm", rounded(artery.recoil_mm)}}},
               {"in_stent", json_of(artery.in_stent)},
               {"in_segment", json_of(artery.in_segment)}};
    truth["visits"] = Json::array();
    for (std::size_t i = 0; i < frames.size(); ++i)
        truth["visits"].push_back(json_of(artery.visits[i], frames[i], names[i]));
    return truth.dump() + "\n";
}

}  // namespace stenometry::phantom
