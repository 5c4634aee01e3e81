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

/// As `value_at`, with no slope at the places themselves.
double smooth_value_at(const std::vector<double>& places, const std::vector<double>& values, double at) {
    const auto after = std::upper_bound(places.begin() + 1, places.end() - 1, at) - places.begin();
    const auto i = static_cast<std::size_t>(after);
    const double t = std::clamp((at - places[i - 1]) / (places[i] - places[i - 1]), 0.0, 1.0);
    return values[i - 1] + t * t * (3.0 - 2.0 * t) * (values[i] - values[i - 1]);
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
        {{40, 0}, {47, 14}, {55, 22}, {65, 10}, {84, -2}, {104, 1}, {124, -1}, {146, 2}, {166, 0}, {178, 0}},
        4.5,
        {0.105, 0.22, 0.30, 0.40, 0.48, 0.58, 0.70, 0.82},
        {0.72, 0.56, 0.36, 0.55, 0.34, 0.50, 0.42, 0.45},
        1.0};
}

/// It leaves the anterior descending artery, which has been the left main stem until there.
Course circumflex() {
    return {"LCx",
            {{55, 22}, {61, 36}, {67, 54}, {72, 78}, {75, 104}, {76, 128}, {80, 150}, {92, 164}},
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
        const double drawn = random_.uniform();
        tortuosity_ = 0.4 + 2.2 * drawn * random_.uniform();
        size_ = random_.uniform(0.85, 1.25);
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
            knots.push_back(heart_.at(down, around));
        }
        if (parent >= 0) join(knots, parent);
        Line3 line = curve_through(knots, step_mm);
        line.resize(std::max<std::size_t>(
            8, static_cast<std::size_t>(double(line.size()) * random_.uniform(0.8, 1.0))));
        return add(course.name, std::move(line), parent, diameter_mm, generation);
    }

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

    /// Bends square to the vessel in the heart's surface, of no two alike, larger away from its origin.
    void wind(Line3& line, int generation) {
        const double height = tortuosity_ * random_.uniform(0.3, 1.0) * (generation == 0 ? 1.1 : 0.85);
        const double pitch = random_.uniform(4.0, 10.0);
        const std::vector<double> arcs = arcs_of(line);
        std::vector<double> places, offsets;
        for (double arc = 0.0; arc < arcs.back() + 3.0 * pitch; arc += pitch * random_.uniform(0.6, 1.6)) {
            places.push_back(arc);
            offsets.push_back(height * std::min(1.0, arc / 18.0) * random_.uniform(-1.6, 1.6));
        }
        const Line3 straight = line;
        for (std::size_t i = 1; i + 1 < line.size(); ++i) {
            const Point3 along = unit(straight[i + 1] - straight[i - 1]);
            const Point3 aside = cross(along, heart_.normal(straight[i]));
            line[i] = line[i] + smooth_value_at(places, offsets, arcs[i]) * aside;
        }
    }

    /// Where branches leave, and their diameters over their mother's.
    struct Forks {
        std::vector<double> at_mm, ratios;
    };

    /// Those of a course in this patient; beyond the first `sure`, some are missing.
    Forks forks_of(const Course& course, double length_mm, int sure) {
        Forks forks;
        for (std::size_t i = 0; i < course.branches.size(); ++i) {
            const double where = course.branches[i] + random_.uniform(-0.025, 0.025);
            const double ratio = std::min(0.85, course.ratios[i] * random_.uniform(0.85, 1.3));
            if (static_cast<int>(i) >= sure && random_.uniform() < 0.12) continue;
            forks.at_mm.push_back(where * length_mm);
            forks.ratios.push_back(ratio);
        }
        return forks;
    }

    /// Diameters of a course from fork to fork, and buds where they are.
    /// \param courses how many of its branches are courses of their own.
    void branch_off(const Course& course, int index, int courses) {
        SpatialTube& tube = tubes_[static_cast<std::size_t>(index)];
        const std::vector<double> arcs = arcs_of(tube.centerline_mm);
        const Forks forks = forks_of(course, arcs.back(), courses);
        const std::vector<double> sides = divide(tube, arcs, forks.at_mm, forks.ratios);
        if (courses > 0) {
            fork_mm_ = forks.at_mm.front();
            circumflex_mm_ = sides.front();
        }
        double side = course.turn;
        for (auto i = static_cast<std::size_t>(courses); i < sides.size(); ++i) {
            buds_.push_back({index, forks.at_mm[i], sides[i], side});
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

    /// Direction in which a branch leaves its mother; zero where she is too short to tell.
    Point3 first_heading(const SpatialTube& mother, const std::vector<double>& arcs, const Bud& bud,
                         Point3 place) {
        const Point3 behind = point_at(arcs, mother.centerline_mm, bud.arc_mm - 2.0);
        const Point3 ahead = point_at(arcs, mother.centerline_mm, bud.arc_mm + 2.0);
        if (ahead == behind) return {};
        return turned(unit(ahead - behind), heart_.normal(place), bud.side * random_.uniform(28.0, 80.0));
    }

    /// From the mother's middle to one side, then ever more towards the apex.
    Line3 walk(const SpatialTube& mother, const Bud& bud, double length) {
        const std::vector<double> arcs = arcs_of(mother.centerline_mm);
        Point3 place = point_at(arcs, mother.centerline_mm, bud.arc_mm);
        Point3 heading = first_heading(mother, arcs, bud, place);
        if (heading == Point3{}) return {};
        double lift = heart_.lift(place), bend = 0.0;
        const double dive =
            random_.uniform() < 0.15 ? random_.uniform(0.002, 0.006) : 0.0;  // into the septum
        const double pull = random_.uniform(0.0, 0.02);
        Line3 line{place};
        for (double done = 0.0; done < length; done += step_mm) {
            bend = 0.9 * bend + random_.uniform(-1.0, 1.0) * (1.0 + 1.2 * tortuosity_);
            lift = std::clamp(lift + (dive > 0.0 ? -dive : 0.03 * (1.0 - lift)), 0.55, 1.2);
            heading = steered(heading + pull * heart_.axis, heart_.normal(place), bend);
            place = heart_.lifted(place + step_mm * heading, lift);
            line.push_back(place);
        }
        return line;
    }

    /// Turned about the normal of the heart's surface, and along that surface.
    static Point3 steered(Point3 heading, Point3 normal, double bend_deg) {
        const Point3 bent = turned(heading, normal, bend_deg);
        return unit(bent - dot(bent, normal) * normal);
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

Point3 HeartSurface::aortic_root() const { return at(33.0, -32.0, 0.85); }

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
