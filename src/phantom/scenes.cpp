#include <algorithm>
#include <cmath>
#include <sstream>

#include "core/require.h"
#include "phantom/lumen.h"
#include "phantom/portable_math.h"
#include "phantom/random.h"
#include "stenometry/error.h"
#include "stenometry/phantom.h"

namespace stenometry::phantom {
namespace {

Point direction(double angle_deg) {
    const double angle = angle_deg * portable::pi / 180.0;
    return {portable::cos(angle), portable::sin(angle)};
}

Scene square_scene(int size_px, double mm_per_px) {
    return {.width_px = size_px, .height_px = size_px, .mm_per_px = mm_per_px};
}

std::vector<Lesion> lesion_or_none(double at_mm, double length_mm, double percent_diameter) {
    if (percent_diameter == 0.0) return {};
    return {{.at_mm = at_mm, .length_mm = length_mm, .percent_diameter = percent_diameter}};
}

/// A side branch as an anatomist would describe it.
struct Branch {
    std::string name;
    double from;      ///< where it leaves, as a fraction of the parent's length
    double turn_deg;  ///< angle between parent and branch, positive clockwise in the image
    double bend_deg;  ///< how far it turns from its first direction to its last
    double length;    ///< as a fraction of the field
    double ratio;     ///< diameter at the origin over the parent's there
    int twigs = 0;    ///< its own side branches
};

/// The first vessel, the catheter and the branches of a coronary tree; places are fractions of the field.
struct Anatomy {
    std::string name;
    Polyline main, catheter;
    double proximal_diameter_mm, distal_diameter_mm;
    std::vector<Branch> branches;
};

/// Anterior descending artery from the left main stem, seen from the right and below: it runs along the upper
/// border of the heart to its tip; the circumflex runs down in the groove.
Anatomy left_coronary() {
    return {.name = "LAD",
            .main = {{-0.33, -0.37},
                     {-0.23, -0.345},
                     {-0.10, -0.37},
                     {0.05, -0.355},
                     {0.18, -0.29},
                     {0.28, -0.18},
                     {0.345, -0.03},
                     {0.36, 0.12},
                     {0.33, 0.25}},
            .catheter = {{-0.50, -0.62}, {-0.435, -0.50}, {-0.375, -0.405}, {-0.315, -0.366}},
            .proximal_diameter_mm = 3.8,
            .distal_diameter_mm = 1.0,
            .branches = {{"LCx", 0.115, 72.0, 45.0, 0.80, 0.80, 4},
                         {"D1", 0.30, 48.0, 12.0, 0.44, 0.62, 3},
                         {"S1", 0.39, 75.0, -10.0, 0.22, 0.34, 1},
                         {"D2", 0.50, 40.0, 25.0, 0.34, 0.58, 2},
                         {"S2", 0.60, 62.0, 5.0, 0.17, 0.36, 0},
                         {"D3", 0.72, -28.0, 30.0, 0.16, 0.55, 1}}};
}

/// Right coronary artery seen from the left: a C around the right border of the heart, then along its lower
/// surface.
Anatomy right_coronary() {
    return {.name = "RCA",
            .main = {{-0.11, -0.29},
                     {-0.19, -0.315},
                     {-0.275, -0.26},
                     {-0.325, -0.13},
                     {-0.33, 0.03},
                     {-0.29, 0.17},
                     {-0.19, 0.245},
                     {-0.05, 0.26},
                     {0.09, 0.245},
                     {0.24, 0.26},
                     {0.36, 0.30}},
            .catheter = {{0.02, -0.62}, {-0.01, -0.50}, {-0.035, -0.38}, {-0.075, -0.30}, {-0.125, -0.296}},
            .proximal_diameter_mm = 3.7,
            .distal_diameter_mm = 1.0,
            .branches = {{"conus", 0.07, 95.0, -60.0, 0.20, 0.36, 1},
                         {"RV", 0.29, -78.0, 20.0, 0.34, 0.42, 2},
                         {"AM", 0.46, -62.0, 35.0, 0.38, 0.46, 2},
                         {"PLV", 0.70, -42.0, 25.0, 0.36, 0.72, 3},
                         {"septal", 0.84, -70.0, 10.0, 0.14, 0.32, 0},
                         {"atrial", 0.20, 70.0, 30.0, 0.15, 0.32, 0}}};
}

/// Grows a coronary tree with the variation of one seed.
class CoronaryTree {
  public:
    CoronaryTree(std::uint64_t seed, const CoronaryOptions& options)
        : random_(seed, 0x636f726f), options_(options), field_mm_(options.size_px * options.mm_per_px) {
        scene_ = square_scene(options.size_px, options.mm_per_px);
        scene_.seed = seed;
    }

    Scene grow(const Anatomy& anatomy) {
        const double turn = random_.uniform(-8.0, 8.0);
        const double size = random_.uniform(0.92, 1.06);
        const auto place = [&](Point p) {
            const Point x = direction(turn);
            return field_mm_ * size * Point{x.x * p.x - x.y * p.y, x.y * p.x + x.x * p.y};
        };
        add_main(anatomy, place);
        // The catheter is stiff: it varies with the view, and not by itself.
        Catheter catheter;
        for (const Point p : anatomy.catheter) catheter.centerline_mm.push_back(place(p));
        scene_.catheter = catheter;
        for (const Branch& branch : anatomy.branches) add_branch(branch, 0);
        add_lesions();
        return scene_;
    }

  private:
    /// Diameters follow the body, not the field: only where the field is small do they shrink with it.
    double calibre() const { return std::min(1.0, field_mm_ / 80.0); }

    template <class Place>
    void add_main(const Anatomy& anatomy, const Place& place) {
        Tube tube{.name = anatomy.name};
        for (std::size_t i = 0; i < anatomy.main.size(); ++i) {
            const double wander = i < 2 ? 0.0 : 0.014 * field_mm_;  // the ostium stays where the catheter is
            const double dx = random_.uniform(-wander, wander), dy = random_.uniform(-wander, wander);
            tube.centerline_mm.push_back(place(anatomy.main[i]) + Point{dx, dy});
        }
        const double scale = calibre() * random_.uniform(0.88, 1.12);
        taper(tube, scale * anatomy.proximal_diameter_mm, scale * anatomy.distal_diameter_mm);
        add(std::move(tube));
    }

    void taper(Tube& tube, double proximal_mm, double distal_mm) {
        const double length = smooth_curve(tube.centerline_mm, curve_step_mm).length_mm();
        tube.proximal_diameter_mm = proximal_mm;
        tube.taper_mm_per_mm = (proximal_mm - distal_mm) / length;
    }

    void add(Tube tube) {
        curves_.push_back(smooth_curve(tube.centerline_mm, curve_step_mm));
        scene_.tubes.push_back(std::move(tube));
    }

    void add_branch(const Branch& branch, std::size_t parent) {
        const Tube from = scene_.tubes[parent];
        const SmoothCurve curve = curves_[parent];
        const double arc =
            std::clamp(branch.from + random_.uniform(-0.025, 0.025), 0.03, 0.97) * curve.length_mm();
        const double turn = branch.turn_deg + random_.uniform(-8.0, 8.0);
        Tube tube{.name = branch.name, .ostium_distance_mm = from.ostium_distance_mm + arc};
        tube.centerline_mm = branch_line(branch, curve, arc, turn);
        const double proximal = branch.ratio * random_.uniform(0.9, 1.1) * reference_mm(from, arc);
        taper(tube, proximal, std::max(0.35 * proximal, std::min(0.4, 0.8 * proximal)));
        add(std::move(tube));
        origins_mm_.push_back(parent == 0 ? arc : -100.0);
        const std::size_t self = scene_.tubes.size() - 1;
        for (int i = 0; i < branch.twigs; ++i) add_twig(branch, self, i);
    }

    void add_twig(const Branch& branch, std::size_t parent, int i) {
        const double side = (i % 2 == 0) == (branch.turn_deg > 0.0) ? -1.0 : 1.0;
        add_branch({.name = branch.name + "." + std::to_string(i + 1),
                    .from = (i + 0.7 + random_.uniform(-0.2, 0.2)) / (branch.twigs + 0.6),
                    .turn_deg = side * random_.uniform(35.0, 60.0),
                    .bend_deg = -side * random_.uniform(5.0, 40.0),
                    .length = branch.length * random_.uniform(0.35, 0.6),
                    .ratio = random_.uniform(0.5, 0.7),
                    .twigs = branch.twigs >= 3 ? 1 : 0},
                   parent);
    }

    /// Thin vessels wind more than thick ones, as they follow a heart that shortens.
    Polyline branch_line(const Branch& branch, const SmoothCurve& parent, double arc, double turn_deg) {
        const Point before = parent.at(arc - 0.3), after = parent.at(arc + 0.3);
        const Point along = (1.0 / std::sqrt(dot(after - before, after - before))) * (after - before);
        const double length = branch.length * field_mm_ * random_.uniform(0.85, 1.1);
        const double step = 2.5;
        const int knots = std::max(3, static_cast<int>(length / step));
        const double wave_mm = random_.uniform(11.0, 19.0), phase = random_.uniform(0.0, 2.0 * portable::pi);
        const double winding_deg = random_.uniform(10.0, 24.0);
        Polyline line{parent.at(arc)};
        for (int k = 0; k < knots; ++k) {
            const double t = (k + 0.5) / knots;
            const double wind = winding_deg * std::min(1.0, 3.0 * t) *
                                portable::sin(2.0 * portable::pi * k * step / wave_mm + phase);
            const Point turned = direction(turn_deg + branch.bend_deg * t + wind);
            line.push_back(line.back() + step * Point{along.x * turned.x - along.y * turned.y,
                                                      along.y * turned.x + along.x * turned.y});
        }
        return line;
    }

    /// Lesions on the first vessel, clear of one another and of the origins of branches.
    void add_lesions() {
        Tube& main = scene_.tubes.front();
        const double length = curves_.front().length_mm();
        for (int wanted = options_.lesions, tries = 0; wanted > 0 && tries < 400; ++tries) {
            const Lesion lesion{
                .at_mm = length * random_.uniform(0.14, 0.74),
                .length_mm = random_.uniform(6.0, 14.0) * calibre() * (tries < 200 ? 1.0 : 0.6),
                .percent_diameter =
                    random_.uniform(options_.min_percent_diameter, options_.max_percent_diameter)};
            if (!clear(main, lesion)) continue;
            main.lesions.push_back(lesion);
            --wanted;
        }
    }

    bool clear(const Tube& main, const Lesion& lesion) const {
        const auto origin_in = [&](double arc) {
            return std::abs(arc - lesion.at_mm) < 0.5 * lesion.length_mm;
        };
        const auto overlaps = [&](const Lesion& other) {
            return std::abs(other.at_mm - lesion.at_mm) <
                   0.5 * (other.length_mm + lesion.length_mm) + 4.0 * calibre();
        };
        return std::none_of(origins_mm_.begin(), origins_mm_.end(), origin_in) &&
               std::none_of(main.lesions.begin(), main.lesions.end(), overlaps);
    }

    Random random_;
    CoronaryOptions options_;
    double field_mm_;
    Scene scene_;
    std::vector<SmoothCurve> curves_;  ///< of the scene's tubes
    std::vector<double> origins_mm_;   ///< of the branches of the first vessel
};

}  // namespace

Tube straight_tube(double diameter_mm, double length_mm, double angle_deg, Point offset_mm) {
    const Point half = 0.5 * length_mm * direction(angle_deg);
    return {.centerline_mm = {offset_mm - half, offset_mm + half}, .proximal_diameter_mm = diameter_mm};
}

Scene drilled_phantom(double bore_mm, const DrilledOptions& options) {
    require(bore_mm > 0.0 && bore_mm < options.lumen_mm, "bore_mm", bore_mm, "positive and below lumen_mm");
    require(options.length_mm > options.bore_length_mm, "length_mm", options.length_mm,
            "larger than bore_length_mm");
    Scene scene = square_scene(options.size_px, options.mm_per_px);
    scene.background = 0.3;
    Tube tube = straight_tube(options.lumen_mm, options.length_mm, options.angle_deg);
    tube.ends = TubeEnds::flat;
    tube.lesions = {{.at_mm = 0.5 * options.length_mm,
                     .length_mm = options.bore_length_mm,
                     .percent_diameter = 100.0 * (1.0 - bore_mm / options.lumen_mm),
                     .shape = LesionShape::drilled}};
    scene.tubes = {tube};
    return scene;
}

Scene bifurcation_scene(const BifurcationOptions& options) {
    require(options.angle_deg >= 10.0 && options.angle_deg <= 120.0, "angle_deg", options.angle_deg,
            "10 to 120");
    require(options.side_diameter_mm <= options.main_diameter_mm, "side_diameter_mm",
            options.side_diameter_mm, "at most main_diameter_mm");
    Scene scene = square_scene(options.size_px, options.mm_per_px);
    const double field = options.size_px * options.mm_per_px;
    Tube main{.name = "main", .proximal_diameter_mm = options.main_diameter_mm};
    main.centerline_mm = {{-0.38 * field, -0.26 * field},
                          {-0.18 * field, -0.14 * field},
                          {0.0, -0.02 * field},
                          {0.18 * field, 0.07 * field},
                          {0.38 * field, 0.12 * field}};
    const SmoothCurve line = smooth_curve(main.centerline_mm, curve_step_mm);
    const double length = line.length_mm(), origin = 0.42 * length;
    main.taper_mm_per_mm = 0.3 * options.main_diameter_mm / length;
    main.lesions = lesion_or_none(origin + 0.5 * options.length_mm + 0.3 * options.main_diameter_mm,
                                  options.length_mm, options.percent_diameter);
    Tube side{.name = "side", .proximal_diameter_mm = options.side_diameter_mm, .ostium_distance_mm = origin};
    const Point at = line.at(origin), along = line.at(origin + 0.5) - line.at(origin - 0.5);
    const Point turned = direction(options.angle_deg), bent = direction(0.75 * options.angle_deg);
    const auto turn = [&](Point by) {
        return Point{along.x * by.x - along.y * by.y, along.y * by.x + along.x * by.y};
    };
    side.centerline_mm = {at, at + 0.13 * field * turn(turned), at + 0.26 * field * turn(turned),
                          at + 0.26 * field * turn(turned) + 0.14 * field * turn(bent)};
    side.taper_mm_per_mm = 0.35 * options.side_diameter_mm / (0.42 * field);
    scene.tubes = {main, side};
    return scene;
}

Scene crossing_scene(const CrossingOptions& options) {
    Scene scene = square_scene(options.size_px, options.mm_per_px);
    const double field = options.size_px * options.mm_per_px;
    Tube main{.name = "main", .proximal_diameter_mm = options.main_diameter_mm};
    main.centerline_mm = {{-0.40 * field, 0.16 * field},
                          {-0.20 * field, 0.03 * field},
                          {0.0, 0.0},
                          {0.20 * field, -0.05 * field},
                          {0.40 * field, -0.18 * field}};
    const SmoothCurve line = smooth_curve(main.centerline_mm, curve_step_mm);
    const double length = line.length_mm(), at = 0.45 * length;
    main.taper_mm_per_mm = 0.25 * options.main_diameter_mm / length;
    main.lesions = lesion_or_none(at, options.length_mm, options.percent_diameter);
    const Point cross = line.at(at + options.from_lesion_mm), along = line.at(at + 1.0) - line.at(at);
    const Point by = direction(options.angle_deg);
    const Point across{along.x * by.x - along.y * by.y, along.y * by.x + along.x * by.y};
    const Point bulge = 0.03 * field * Point{-across.y, across.x};
    Tube other{.name = "crossing", .proximal_diameter_mm = options.other_diameter_mm, .layer = 1};
    other.centerline_mm = {cross - 0.40 * field * across + bulge, cross - 0.15 * field * across, cross,
                           cross + 0.15 * field * across, cross + 0.38 * field * across + bulge};
    other.taper_mm_per_mm = 0.3 * options.other_diameter_mm / (0.9 * field);
    scene.tubes = {main, other};
    return scene;
}

Scene coronary_scene(std::uint64_t seed, const CoronaryOptions& options) {
    require(options.lesions >= 0 && options.lesions <= 4, "lesions", options.lesions, "0 to 4");
    require(options.min_percent_diameter > 0.0, "min_percent_diameter", options.min_percent_diameter,
            "positive");
    require(
        options.max_percent_diameter >= options.min_percent_diameter && options.max_percent_diameter < 100.0,
        "max_percent_diameter", options.max_percent_diameter, "at least the smallest one and below 100");
    require(options.size_px > 0, "size_px", options.size_px, "positive");
    require(options.mm_per_px > 0.0, "mm_per_px", options.mm_per_px, "positive");
    return CoronaryTree(seed, options)
        .grow(options.artery == CoronaryArtery::left ? left_coronary() : right_coronary());
}

std::vector<NamedScene> sample_scenes() {
    Scene drilled = drilled_phantom(1.0);
    drilled.seed = 10;

    Scene left = coronary_scene(16, {.artery = CoronaryArtery::left, .lesions = 2});
    left.display = Display::sigmoid;
    left.unsharp = 0.5;

    Scene right = coronary_scene(22, {.artery = CoronaryArtery::right, .lesions = 1});

    Scene low_dose = coronary_scene(28, {.artery = CoronaryArtery::right, .lesions = 1});
    low_dose.display = Display::sigmoid;
    low_dose.quanta_per_px = 400.0;
    low_dose.motion_mm = 0.3;
    low_dose.motion_deg = 70.0;
    low_dose.field_stop = FieldStop::blades;

    Scene bifurcation = bifurcation_scene();
    bifurcation.display = Display::logarithmic;
    bifurcation.seed = 4;

    Scene crossing = crossing_scene();
    crossing.seed = 5;

    return {{"drilled_1mm", drilled},     {"left_coronary", left},
            {"right_coronary", right},    {"right_coronary_low_dose", low_dose},
            {"bifurcation", bifurcation}, {"crossing", crossing}};
}

NamedScene sample_cine_scene() {
    return {"right_coronary_cine",
            coronary_scene(16, {.artery = CoronaryArtery::right, .size_px = 256, .mm_per_px = 0.3})};
}

CineOptions sample_cine_options() { return {}; }

}  // namespace stenometry::phantom
