#include "phantom/coronary_tree.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/require.h"
#include "phantom/random.h"

namespace stenometry::phantom {
namespace {

constexpr double step_mm = 0.6;
/// Thinner arteries show in no angiogram.
constexpr double thinnest_mm = 0.35;
/// Huo and Kassab 2012.
constexpr double flow_exponent = 7.0 / 3.0;

double daughter_left(double mother_mm, double side_mm) {
    return power(power(mother_mm, flow_exponent) - power(side_mm, flow_exponent), 1.0 / flow_exponent);
}

/// A main vessel by the places it passes on the heart, in degrees down and around, and its branches.
struct Course {
    std::string name;
    std::vector<Point> places;  ///< x: down, y: around
    double diameter_mm;
    std::vector<double> branches;  ///< where they leave, as a part of its length
    std::vector<double> ratios;    ///< diameter of each over the mother's
    double turn;                   ///< side of the first branch, 1 or -1
};

Course left_anterior_descending() {
    return {
        "LAD",
        {{36, 22}, {44, 20}, {54, 12}, {66, 2}, {84, -2}, {104, 1}, {124, -1}, {146, 2}, {166, 0}, {178, 0}},
        4.3,
        {0.09, 0.22, 0.30, 0.40, 0.48, 0.58, 0.70, 0.82},
        {0.80, 0.56, 0.36, 0.55, 0.34, 0.50, 0.42, 0.45},
        1.0};
}

/// It leaves the anterior descending artery, which has been the left main stem until there.
Course circumflex() {
    return {"LCx",
            {{47, 19}, {56, 32}, {66, 52}, {72, 78}, {75, 104}, {76, 128}, {80, 150}, {92, 164}},
            3.2,
            {0.14, 0.24, 0.42, 0.58, 0.74, 0.88},
            {0.38, 0.66, 0.50, 0.60, 0.52, 0.50},
            -1.0};
}

Course right_coronary() {
    return {"RCA",
            {{36, -50},
             {46, -58},
             {60, -66},
             {70, -84},
             {74, -106},
             {75, -130},
             {75, -154},
             {76, -176},
             {84, -196},
             {100, -206},
             {122, -212}},
            3.6,
            {0.07, 0.13, 0.26, 0.36, 0.46, 0.58, 0.68, 0.78, 0.88},
            {0.40, 0.34, 0.45, 0.40, 0.52, 0.36, 0.74, 0.48, 0.55},
            1.0};
}

/// Grows a tree, one vessel after the other; branches wander over the heart's surface.
class Tree {
  public:
    Tree(const HeartSurface& heart, std::uint64_t seed, int generations)
        : heart_(heart), random_(seed, 0x74726565), generations_(generations) {
        tortuosity_ = 0.4 + 1.6 * random_.uniform() * random_.uniform();
        size_ = random_.uniform(0.8, 1.2);
    }

    std::vector<SpatialTube> left() {
        Course lad = left_anterior_descending();
        const Course lcx = circumflex();
        if (random_.uniform() < 0.15) lad.diameter_mm *= 0.8;
        const int main = add_course(lad, -1, size_ * lad.diameter_mm, 0);
        branch_off(lad, main, 1);
        if (generations_ < 2) return tubes_;
        const int side = add_course(lcx, main, circumflex_mm_, 1);
        branch_off(lcx, side, 0);
        return grown();
    }

    std::vector<SpatialTube> right() {
        const Course course = right_coronary();
        const int main = add_course(course, -1, size_ * course.diameter_mm, 0);
        branch_off(course, main, 0);
        return grown();
    }

  private:
    struct Bud {
        int parent;
        double arc_mm;
        double diameter_mm;
        double side;
    };

    std::vector<SpatialTube> grown() {
        for (std::size_t next = 0; next < buds_.size(); ++next) sprout(buds_[next]);
        return tubes_;
    }

    int add_course(const Course& course, int parent, double diameter_mm, int generation) {
        Line3 knots;
        for (std::size_t i = 0; i < course.places.size(); ++i) {
            const double wander = i < 3 ? 1.0 : 3.5;
            const double down = course.places[i].x + random_.uniform(-wander, wander);
            const double around = course.places[i].y + random_.uniform(-wander, wander);
            knots.push_back(heart_.at(down, around, lift_of_course(i)));
        }
        if (parent >= 0) join(knots, parent);
        Line3 line = curve_through(knots, step_mm);
        line.resize(std::max<std::size_t>(
            8, static_cast<std::size_t>(double(line.size()) * random_.uniform(0.8, 1.0))));
        return add(course.name, std::move(line), parent, diameter_mm, generation);
    }

    /// The origin lies off the heart, between aorta and lung artery.
    static double lift_of_course(std::size_t knot) { return knot == 0 ? 1.06 : knot == 1 ? 1.03 : 1.0; }

    /// The first place of a course moves to where it leaves its mother.
    void join(Line3& knots, int parent) const {
        const SpatialTube& mother = tubes_[static_cast<std::size_t>(parent)];
        knots.front() = point_at(arcs_of(mother.centerline_mm), mother.centerline_mm, fork_mm_);
    }

    int add(std::string name, Line3 line, int parent, double diameter_mm, int generation) {
        wind(line, generation);
        SpatialTube tube{.name = std::move(name),
                         .centerline_mm = std::move(line),
                         .parent = parent,
                         .generation = generation};
        tube.diameter_mm.assign(tube.centerline_mm.size(), diameter_mm);
        tubes_.push_back(std::move(tube));
        return static_cast<int>(tubes_.size()) - 1;
    }

    /// Waves square to the vessel in the heart's surface, larger towards its end.
    void wind(Line3& line, int generation) {
        const double height = tortuosity_ * random_.uniform(0.3, 1.0) * (generation == 0 ? 0.8 : 0.6);
        const double length = random_.uniform(9.0, 22.0), other = length * random_.uniform(0.45, 0.7);
        const double phase = random_.uniform(0.0, 6.28), other_phase = random_.uniform(0.0, 6.28);
        const std::vector<double> arcs = arcs_of(line);
        const Line3 straight = line;
        for (std::size_t i = 1; i + 1 < line.size(); ++i) {
            const Point3 along = unit(straight[i + 1] - straight[i - 1]);
            const Point3 normal = heart_.normal(straight[i]);
            const double rise = std::min(1.0, arcs[i] / 15.0);
            const double turns = 2.0 * portable::pi * arcs[i];
            const double wave =
                portable::sin(turns / length + phase) + 0.5 * portable::sin(turns / other + other_phase);
            line[i] = line[i] + (height * rise * wave) * cross(along, normal);
        }
    }

    /// Diameters of a course from fork to fork, and buds where they are.
    /// \param forks how many of its branches are courses of their own.
    void branch_off(const Course& course, int index, int forks) {
        SpatialTube& tube = tubes_[static_cast<std::size_t>(index)];
        const std::vector<double> arcs = arcs_of(tube.centerline_mm);
        double side = course.turn;
        std::vector<double> at, ratios;
        for (std::size_t i = 0; i < course.branches.size(); ++i) {
            const double where = course.branches[i] + random_.uniform(-0.025, 0.025);
            const double ratio = std::min(0.85, course.ratios[i] * random_.uniform(0.8, 1.2));
            if (static_cast<int>(i) >= forks && random_.uniform() < 0.12) continue;
            at.push_back(where * arcs.back());
            ratios.push_back(ratio);
        }
        const std::vector<double> sides = divide(tube, arcs, at, ratios);
        for (std::size_t i = 0; i < at.size(); ++i) {
            if (static_cast<int>(i) < forks) {
                fork_mm_ = at[i];
                circumflex_mm_ = sides[i];
                continue;
            }
            buds_.push_back({index, at[i], sides[i], side});
            side = random_.uniform() < 0.75 ? -side : side;
        }
    }

    /// Sets a vessel's diameters: constant but for a slight taper between its branches, and smaller behind
    /// each by what flows into it. Gives the branches' diameters.
    std::vector<double> divide(SpatialTube& tube, const std::vector<double>& arcs,
                               const std::vector<double>& at, const std::vector<double>& ratios) {
        const double taper = random_.uniform(0.0005, 0.003);  // part of the diameter lost per mm
        std::vector<double> sides;
        double scale = 1.0;
        std::size_t next = 0;
        const double first = tube.diameter_mm.front();
        for (std::size_t i = 0; i < arcs.size(); ++i) {
            const double tapered = first * std::max(0.2, 1.0 - taper * arcs[i]);
            while (next < at.size() && arcs[i] >= at[next]) {
                sides.push_back(ratios[next] * scale * tapered);
                scale = daughter_left(scale, ratios[next] * scale);
                ++next;
            }
            tube.diameter_mm[i] = scale * tapered;
        }
        sides.resize(at.size(), 0.0);
        return sides;
    }

    /// One branch with buds of its own.
    void sprout(Bud bud) {
        const SpatialTube& mother = tubes_[static_cast<std::size_t>(bud.parent)];
        const int generation = mother.generation + 1;
        if (generation >= generations_ || bud.diameter_mm < thinnest_mm || tubes_.size() > 150) return;
        const double length = std::min(75.0, bud.diameter_mm * random_.uniform(16.0, 44.0));
        Line3 line = walk(mother, bud, length);
        if (line.size() < 5) return;
        const int index = add("", std::move(line), bud.parent, bud.diameter_mm, generation);
        tubes_.back().name = "branch" + std::to_string(index);
        bud_twigs(index, length);
    }

    void bud_twigs(int index, double length) {
        SpatialTube& tube = tubes_[static_cast<std::size_t>(index)];
        std::vector<double> at, ratios;
        for (double arc = random_.uniform(3.0, 12.0); arc < length - 3.0; arc += random_.uniform(4.0, 10.0)) {
            at.push_back(arc);
            ratios.push_back(random_.uniform(0.3, 0.85));
        }
        const std::vector<double> sides = divide(tube, arcs_of(tube.centerline_mm), at, ratios);
        double side = random_.uniform() < 0.5 ? -1.0 : 1.0;
        for (std::size_t i = 0; i < at.size(); ++i, side = -side)
            buds_.push_back({index, at[i], sides[i], side});
    }

    /// From the mother's middle to one side, then ever more along its course and towards the apex.
    Line3 walk(const SpatialTube& mother, const Bud& bud, double length) {
        const std::vector<double> arcs = arcs_of(mother.centerline_mm);
        Point3 place = point_at(arcs, mother.centerline_mm, bud.arc_mm);
        const Point3 behind = point_at(arcs, mother.centerline_mm, bud.arc_mm - 2.0);
        const Point3 ahead = point_at(arcs, mother.centerline_mm, bud.arc_mm + 2.0);
        if (ahead == behind) return {};
        Point3 heading =
            turned(unit(ahead - behind), heart_.normal(place), bud.side * random_.uniform(28.0, 80.0));
        double lift = heart_.lift(place), bend = 0.0;
        const double dive =
            random_.uniform() < 0.15 ? random_.uniform(0.002, 0.006) : 0.0;  // into the septum
        const double pull = random_.uniform(0.0, 0.02);
        Line3 line{place};
        for (double done = 0.0; done < length; done += step_mm) {
            bend = 0.9 * bend + random_.uniform(-1.0, 1.0) * (1.0 + 1.2 * tortuosity_);
            const Point3 normal = heart_.normal(place);
            heading = turned(heading + pull * heart_.axis, normal, bend);
            heading = unit(heading - dot(heading, normal) * normal);
            lift = std::clamp(lift + (dive > 0.0 ? -dive : 0.03 * (1.0 - lift)), 0.55, 1.2);
            place = heart_.lifted(place + step_mm * heading, lift);
            line.push_back(place);
        }
        return line;
    }

    const HeartSurface& heart_;
    Random random_;
    int generations_;
    double tortuosity_, size_;
    double fork_mm_ = 0.0, circumflex_mm_ = 0.0;
    std::vector<SpatialTube> tubes_;
    std::vector<Bud> buds_;
};

}  // namespace

HeartSurface::HeartSurface(std::uint64_t seed) {
    Random random(seed, 0x6865617274);
    axis = unit({random.uniform(0.45, 0.8), random.uniform(0.25, 0.65), random.uniform(0.45, 0.8)});
    const Point3 front{-0.35 + random.uniform(-0.15, 0.15), -0.45 + random.uniform(-0.15, 0.15), 0.8};
    anterior = unit(front - dot(front, axis) * axis);
    lateral = cross(axis, anterior);
    length_mm = random.uniform(44.0, 60.0);
    radius_mm = random.uniform(0.74, 0.92) * length_mm;
}

Point3 HeartSurface::at(double down_deg, double around_deg, double lift) const {
    const double across = radius_mm * degrees_sin(down_deg);
    const Point3 square = degrees_cos(around_deg) * anterior + degrees_sin(around_deg) * lateral;
    return centre + lift * ((-length_mm * degrees_cos(down_deg)) * axis + across * square);
}

double HeartSurface::lift(Point3 p) const {
    const Point3 from = p - centre;
    const double along = dot(from, axis), across = size(from - along * axis);
    return std::sqrt(along * along / (length_mm * length_mm) + across * across / (radius_mm * radius_mm));
}

Point3 HeartSurface::lifted(Point3 p, double to) const { return centre + (to / lift(p)) * (p - centre); }

Point3 HeartSurface::normal(Point3 p) const {
    const Point3 from = p - centre;
    const double along = dot(from, axis);
    return unit((1.0 / (radius_mm * radius_mm)) * (from - along * axis) +
                (along / (length_mm * length_mm)) * axis);
}

Point3 HeartSurface::aortic_root() const { return at(36.0, -15.0, 0.86); }

std::vector<SpatialTube> coronary_tree_on(const HeartSurface& heart, std::uint64_t seed,
                                          CoronaryArtery artery, int generations) {
    Tree tree(heart, seed, generations);
    return artery == CoronaryArtery::left ? tree.left() : tree.right();
}

std::vector<SpatialTube> coronary_tree(std::uint64_t seed, CoronaryArtery artery, int generations) {
    require(generations >= 1 && generations <= 4, "generations", generations, "1 to 4");
    return coronary_tree_on(HeartSurface(seed), seed, artery, generations);
}

}  // namespace stenometry::phantom
