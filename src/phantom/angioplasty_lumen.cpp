#include "phantom/angioplasty_lumen.h"

#include <algorithm>
#include <cmath>

#include "phantom/lumen.h"

namespace stenometry::phantom {
namespace {

/// 0 to 1 without corners.
double smooth(double t) {
    const double u = std::clamp(t, 0.0, 1.0);
    return u * u * (3.0 - 2.0 * u);
}

/// How far beyond the stent's ends, >= 0.
double outside_mm(const Treatment& treatment, double arc) {
    return std::max({0.0, treatment.from_mm - arc, arc - treatment.to_mm});
}

/// 1 in the middle of the lesion, 0 at its borders.
double in_lesion(const Treatment& treatment, double arc) {
    const Lesion whole{
        .at_mm = treatment.lesion.at_mm, .length_mm = treatment.lesion.length_mm, .percent_diameter = 50.0};
    return 2.0 * (1.0 - lesion_ratio(whole, arc));
}

/// How thick new tissue is, 1 in its middle: long growths are thickest there, too.
double thickness(const Growth& growth, double arc) {
    const double in = std::min(arc - growth.from_mm, growth.to_mm - arc);
    if (in <= 0.0) return 0.0;
    const double half = 0.5 * (growth.to_mm - growth.from_mm);
    return smooth(in / growth.shoulder_mm) * (0.85 + 0.15 * smooth(in / half));
}

/// Diameter within the stent when the balloon has left: half a cylinder, half as tapered as the artery.
double stented_mm(const Course& course, const Treatment& treatment, double arc) {
    const double middle = course.healthy_at(0.5 * (treatment.from_mm + treatment.to_mm));
    const double taper = 0.5 * (1.0 + course.healthy_at(arc) / middle);
    return taper * treatment.nominal_mm * (1.0 - treatment.recoil) *
           (1.0 - treatment.residual * in_lesion(treatment, arc));
}

/// Beyond its ends the stent stretches the artery over the same length as a balloon's cone.
double after_mm(const Course& course, const Treatment& treatment, double arc) {
    const double healthy = course.healthy_at(arc), outside = outside_mm(treatment, arc);
    if (outside == 0.0) return stented_mm(course, treatment, arc);
    const double end = arc < treatment.from_mm ? treatment.from_mm : treatment.to_mm;
    const double stretch = stented_mm(course, treatment, end) / course.healthy_at(end) - 1.0;
    return healthy * (1.0 + stretch * smooth(1.0 - outside / cone_mm));
}

double layered_mm(const Course& course, const Treatment& treatment, double arc) {
    const double inside = std::min(arc - treatment.from_mm, treatment.to_mm - arc);
    return after_mm(course, treatment, arc) - treatment.layer_mm * smooth(inside);
}

double follow_up_mm(const Course& course, const Treatment& treatment, double arc) {
    double diameter = layered_mm(course, treatment, arc);
    for (const Growth& growth : treatment.growths) diameter *= 1.0 - growth.part * thickness(growth, arc);
    const Growth& gone = treatment.occlusion;
    const double left = 1.0 - smooth((arc - gone.from_mm) / gone.shoulder_mm) *
                                  smooth((gone.to_mm - arc) / gone.shoulder_mm + 1.0);
    return left * diameter;
}

double before_mm(const Course& course, const Treatment& treatment, double arc) {
    return course.healthy_at(arc) * lesion_ratio(treatment.lesion, arc);
}

/// The balloon holds the artery as wide as itself.
double inflated_mm(const Course& course, const Treatment& treatment, double arc) {
    const double before = before_mm(course, treatment, arc);
    return outside_mm(treatment, arc) < cone_mm ? std::max(before, balloon_mm(treatment, arc)) : before;
}

bool chance(Random& random, double probability) { return random.uniform() < probability; }

/// Where trials find restenosis, 42 % are focal, 21 % diffuse, 30 % proliferative and 7 % occluded (Mehran et
/// al. 1999); here every second stent is narrowed.
Neointima draw_neointima(Random& random) {
    if (chance(random, 0.5)) return Neointima::none;
    const double drawn = random.uniform();
    if (drawn < 0.42)
        return static_cast<Neointima>(static_cast<int>(Neointima::gap) + static_cast<int>(drawn / 0.105));
    if (drawn < 0.63) return Neointima::diffuse;
    return drawn < 0.93 ? Neointima::proliferative : Neointima::occluded;
}

Growth focal(Random& random, double at_mm, double shortest_mm, double longest_mm) {
    const double half = 0.5 * random.uniform(shortest_mm, longest_mm);
    return {at_mm - half, at_mm + half, half};
}

std::vector<Growth> draw_growths(Random& random, const Treatment& treatment) {
    const double from = treatment.from_mm, to = treatment.to_mm, length = to - from;
    constexpr double shoulder = 2.5;
    const double first = random.uniform(), second = random.uniform();
    switch (treatment.neointima) {
        case Neointima::none:
            return {focal(random, treatment.lesion.at_mm, 6.0, 9.0)};
        case Neointima::gap:
            return {focal(random, 0.5 * (from + to), 6.0, 9.0)};
        case Neointima::margin:
            return {focal(random, first < 0.5 ? from : to, 6.0, 8.0)};
        case Neointima::body:
            return {focal(random, from + 4.0 + first * (length - 8.0), 5.5, 7.5)};
        case Neointima::multifocal:
            return {focal(random, from + 0.25 * length, 5.5, 7.0),
                    focal(random, to - 0.25 * length, 5.5, 7.0)};
        case Neointima::diffuse:
            return {{from + 0.5 + 1.5 * first, to - 0.5 - 1.5 * second, shoulder}};
        case Neointima::proliferative:
            return {{first < 0.7 ? from - 3.0 - 2.0 * first : from + 1.0,
                     first > 0.3 ? to + 3.0 + 2.0 * second : to - 1.0, shoulder}};
        case Neointima::occluded:
            break;
    }
    return {};
}

double stent_needed_mm(Neointima neointima) {
    const bool is_long = neointima == Neointima::multifocal || neointima == Neointima::diffuse ||
                         neointima == Neointima::proliferative;
    return is_long ? 20.0 : 12.0;
}

/// Where the lesion and the stent lie.
void place(Random& random, const Course& course, Treatment& treatment) {
    const double length = course.arc_mm.back();
    treatment.lesion.at_mm = length * random.uniform(0.2, 0.5);
    const double middle = treatment.lesion.at_mm + random.uniform(-1.0, 1.0);
    const double stent = std::max(treatment.lesion.length_mm + random.uniform(4.0, 9.0),
                                  stent_needed_mm(treatment.neointima) + random.uniform(0.0, 4.0));
    treatment.from_mm = middle - 0.5 * stent;
    treatment.to_mm = middle + 0.5 * stent;
    treatment.growths = draw_growths(random, treatment);
    if (treatment.neointima != Neointima::occluded) return;
    treatment.occlusion.from_mm = treatment.from_mm + random.uniform(1.0, 4.0);
    treatment.occlusion.to_mm = treatment.occlusion.from_mm + random.uniform(8.0, 14.0);
    treatment.occlusion.shoulder_mm = 1.5;
}

bool is_clear(const Course& course, const Treatment& treatment) {
    constexpr double room_mm = 3.0;
    const auto clear_of = [&](double arc) {
        return std::all_of(course.origins_mm.begin(), course.origins_mm.end(),
                           [&](double origin) { return std::abs(origin - arc) > room_mm; });
    };
    return clear_of(treatment.lesion.at_mm) &&
           std::all_of(treatment.growths.begin(), treatment.growths.end(),
                       [&](const Growth& growth) { return clear_of(growth.middle_mm()); });
}

/// Growths as thick as the narrowing that the class is known by asks for.
void thicken(Random& random, const Course& course, Treatment& treatment) {
    for (Growth& growth : treatment.growths) {
        const double narrowing =
            treatment.neointima == Neointima::none ? random.uniform(0.1, 0.35) : random.uniform(0.53, 0.8);
        const double arc = growth.middle_mm();
        const double left = (1.0 - narrowing) * course.healthy_at(arc);
        growth.part = std::max(0.0, 1.0 - left / layered_mm(course, treatment, arc));
    }
}

}  // namespace

Treatment draw_treatment(Random& random, const Course& course, const AngioplastyOptions& options) {
    constexpr int most_tries = 300;
    Treatment treatment;
    treatment.neointima = options.neointima ? *options.neointima : draw_neointima(random);
    treatment.lesion.length_mm = random.uniform(6.0, 14.0);
    treatment.lesion.percent_diameter =
        random.uniform(options.min_percent_diameter, options.max_percent_diameter);
    int tries = 0;
    do place(random, course, treatment);
    while (!is_clear(course, treatment) && ++tries < most_tries);

    const double mean = 0.5 * (course.healthy_at(treatment.from_mm) + course.healthy_at(treatment.to_mm));
    treatment.nominal_mm = mean * random.uniform(1.0, 1.12);
    treatment.waist = random.uniform(0.02, 0.12);
    treatment.recoil = random.uniform(0.03, 0.08);
    treatment.residual = treatment.waist + random.uniform(0.0, 0.08);
    treatment.layer_mm = random.uniform(0.03, 0.08);
    treatment.distal_medium = chance(random, 0.5) ? random.uniform(0.3, 0.7) : 0.0;
    thicken(random, course, treatment);
    return treatment;
}

double balloon_mm(const Treatment& treatment, double arc_mm) {
    const double full = treatment.nominal_mm * (1.0 - treatment.waist * in_lesion(treatment, arc_mm));
    const double in_cone = smooth(1.0 - outside_mm(treatment, arc_mm) / cone_mm);
    return balloon_shaft_mm + in_cone * (full - balloon_shaft_mm);
}

std::vector<double> diameters(const Course& course, const Treatment& treatment, Visit visit) {
    const auto at = visit == Visit::before    ? before_mm
                    : visit == Visit::balloon ? inflated_mm
                    : visit == Visit::after   ? after_mm
                                              : follow_up_mm;
    std::vector<double> result;
    for (const double arc : course.arc_mm) result.push_back(at(course, treatment, arc));
    return result;
}

}  // namespace stenometry::phantom
