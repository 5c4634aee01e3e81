#include "sketch_tree.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace stenometry::training {
namespace {

constexpr std::size_t most_branches = 45;
constexpr double two_pi = 2.0 * std::numbers::pi;

/// Where a vessel begins: a point of the unit sphere and a direction along it.
struct Start {
    Place at, towards;
    double diameter_mm = 3.0, length_mm = 60.0;
    std::size_t generation = 0;
    std::optional<std::size_t> parent = {};
    std::size_t leaves_at = 0;
};

Start turned(Start start, double angle) {
    const Place aside = cross(start.at, start.towards);
    start.towards = unit(std::cos(angle) * start.towards + std::sin(angle) * aside);
    return start;
}

/// How one vessel bends: slowly as the heart does, and in waves where it is tortuous.
struct Bends {
    explicit Bends(Random& random, bool branch)
        : bias(0.014 * random.normal()),
          waves(random.chance(0.45) ? random.uniform(0.02, 0.16)
                                    : random.uniform(0.2, 0.75) * (branch ? 1.0 : 0.6)),
          wave_mm(random.uniform(6.0, 16.0)),
          phase(random.uniform(0.0, two_pi)),
          lift_mm(random.uniform(0.0, 2.5)),
          lift_length_mm(random.uniform(8.0, 30.0)),
          lift_phase(random.uniform(0.0, two_pi)) {}

    double curvature(double arc_mm, Random& random) {
        slow += -slow * tree_step_mm / 25.0 + 0.016 * std::sqrt(tree_step_mm) * random.normal();
        return slow + bias +
               waves * std::cos(two_pi * arc_mm / wave_mm + phase) * std::min(1.0, arc_mm / 10.0);
    }
    double lift(double arc_mm) const {
        return lift_mm * std::sin(two_pi * arc_mm / lift_length_mm + lift_phase);
    }

    double bias, waves, wave_mm, phase, lift_mm, lift_length_mm, lift_phase, slow = 0.0;
};

class Heart {
  public:
    explicit Heart(Random& random)
        : random_(random),
          axes_mm_{random.uniform(38, 50), random.uniform(38, 50), random.uniform(45, 62)},
          mean_mm_((axes_mm_.x + axes_mm_.y + axes_mm_.z) / 3.0) {}

    /// Grows the vessel and all of its branches; returns the unit sphere's point and direction at its end.
    Start grow(Start start);
    const std::vector<Branch>& branches() const { return branches_; }

  private:
    Place on_surface(Place p, double lift_mm) const {
        return {p.x * (axes_mm_.x + lift_mm), p.y * (axes_mm_.y + lift_mm), p.z * (axes_mm_.z + lift_mm)};
    }
    void step(Start& head, double curvature) const;
    Start daughter(const Start& head, std::size_t parent, std::size_t at);

    Random& random_;
    Place axes_mm_;
    double mean_mm_;
    std::vector<Branch> branches_;
};

void Heart::step(Start& head, double curvature) const {
    const Place aside = cross(head.at, head.towards);
    head.towards = unit(head.towards + curvature * tree_step_mm * aside);
    head.at = unit(head.at + tree_step_mm / mean_mm_ * head.towards);
    head.towards = unit(head.towards + -dot(head.towards, head.at) * head.at);
}

Start Heart::daughter(const Start& head, std::size_t parent, std::size_t at) {
    const bool main = head.generation == 0;
    const double part = main ? random_.uniform(0.38, 0.85) : random_.uniform(0.45, 0.9);
    Start start = turned(head, random_.uniform(0.45, 1.35) * random_.sign());
    start.diameter_mm = part * head.diameter_mm;
    start.length_mm =
        random_.log_uniform(12, 38) * std::sqrt(std::max(start.diameter_mm, 0.4)) * (main ? 1.6 : 1.0);
    start.generation = head.generation + 1;
    start.parent = parent;
    start.leaves_at = at;
    return start;
}

/// Huo and Kassab, Biophys. J. 2009: D^(7/3) of the parent is the sum of the daughters'.
double rest_of(double parent, double daughter) {
    constexpr double power = 7.0 / 3.0;
    const double rest =
        std::pow(std::max(0.05, std::pow(parent, power) - std::pow(daughter, power)), 1.0 / power);
    return std::max(rest, 0.62 * parent);
}

Start Heart::grow(Start start) {
    if (branches_.size() > most_branches) return start;
    const std::size_t own = branches_.size();
    Branch branch;
    branch.parent = start.parent;
    branch.leaves_at = start.leaves_at;
    branch.generation = start.generation;
    branches_.push_back(branch);
    Bends bends(random_, start.generation > 0);
    const double taper = random_.uniform(0.1, 0.45) * start.diameter_mm / start.length_mm;
    double next = random_.uniform(4, 16);
    std::vector<Start> daughters;
    Start head = start;
    for (double arc = 0.0; arc < start.length_mm && head.diameter_mm >= 0.35; arc += tree_step_mm) {
        branch.places_mm.push_back(on_surface(head.at, bends.lift(arc)));
        branch.diameter_mm.push_back(head.diameter_mm);
        step(head, bends.curvature(arc, random_));
        head.diameter_mm = std::max(0.25, head.diameter_mm - taper * tree_step_mm);
        if (arc <= next || head.diameter_mm <= 0.55 || start.generation > 3) continue;
        daughters.push_back(daughter(head, own, branch.places_mm.size() - 1));
        head.diameter_mm = rest_of(head.diameter_mm, daughters.back().diameter_mm);
        next = arc + random_.log_uniform(7, 34) * (start.generation == 0 ? 1.0 : 0.8);
    }
    branches_[own] = std::move(branch);
    for (const Start& one : daughters) grow(one);
    head.parent = own;
    head.leaves_at = branches_[own].places_mm.size() - 1;
    return head;
}

Start main_vessel(Start start, double angle, double part, double length_mm) {
    start = turned(start, angle);
    start.diameter_mm *= part;
    start.length_mm = length_mm;
    return start;
}

void grow_left(Heart& heart, Start start, Random& random) {
    const double diameter_mm = start.diameter_mm;
    start.length_mm = random.uniform(3, 14);
    start.generation = 9;  // the left main stem has no branches of its own
    Start fork = heart.grow(start);
    fork.diameter_mm = diameter_mm;
    fork.generation = 0;
    const double to_lad = random.uniform(0.3, 1.25), to_lcx = random.uniform(0.3, 1.25);
    heart.grow(main_vessel(fork, to_lad, random.uniform(0.72, 0.95), random.uniform(60, 140)));
    heart.grow(main_vessel(fork, -to_lcx, random.uniform(0.6, 0.92), random.uniform(35, 130)));
    if (!random.chance(0.25)) return;
    fork.generation = 1;
    heart.grow(main_vessel(fork, 0.0, random.uniform(0.4, 0.7), random.uniform(30, 70)));
}

}  // namespace

Place operator+(Place a, Place b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
Place operator*(double s, Place p) { return {s * p.x, s * p.y, s * p.z}; }
double dot(Place a, Place b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
Place cross(Place a, Place b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
Place unit(Place p) { return 1.0 / std::sqrt(dot(p, p)) * p; }

Place random_direction(Random& random) {
    const double x = random.normal(), y = random.normal();
    return unit({x, y, random.normal()});
}

std::vector<Branch> sketch_tree(Random& random) {
    Heart heart(random);
    Start start;
    start.at = random_direction(random);
    start.towards = unit(cross(start.at, random_direction(random)));
    start.diameter_mm = random.uniform(2.6, 4.6) * random.uniform(0.8, 1.1);
    start.length_mm = random.uniform(70, 170);
    if (random.chance(0.6))
        grow_left(heart, start, random);
    else
        heart.grow(start);
    return heart.branches();
}

}  // namespace stenometry::training
