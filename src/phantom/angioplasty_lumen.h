#pragma once

#include "phantom/random.h"
#include "phantom/space.h"
#include "stenometry/angioplasty_phantom.h"

/// Diameters of one artery from before its angioplasty to the follow-up.
namespace stenometry::phantom {

/// The artery at rest: one value per point, places by arc length in space from the ostium.
struct Course {
    Line3 line_mm;
    std::vector<double> arc_mm;
    std::vector<double> healthy_mm;  ///< diameter
    std::vector<double> origins_mm;  ///< where branches leave, in no order

    double healthy_at(double arc) const { return value_at(arc_mm, healthy_mm, arc); }
};

/// A stretch of new tissue.
struct Growth {
    double from_mm, to_mm;
    double shoulder_mm;  ///< way on which it rises, at most half its length
    double part = 0.0;   ///< of the diameter that it takes in its middle

    double middle_mm() const { return 0.5 * (from_mm + to_mm); }
};

/// What is done to the artery, and what becomes of it.
struct Treatment {
    Lesion lesion;  ///< by arc length in space
    double from_mm = 0.0, to_mm = 0.0;
    double nominal_mm = 3.0;
    double waist = 0.0;     ///< part of its diameter that the inflated balloon lacks in the lesion
    double recoil = 0.0;    ///< part of its diameter that the lumen loses everywhere when the balloon leaves
    double residual = 0.0;  ///< and another in the lesion, at least `waist`
    Neointima neointima = Neointima::none;
    double layer_mm = 0.0;  ///< what the thin layer everywhere takes of the diameter
    std::vector<Growth> growths;
    Growth occlusion{1e9, 1e9, 1.0};
    double distal_medium = 0.0;  ///< concentration behind an occlusion, by collaterals

    bool is_stented(double arc) const { return arc >= from_mm && arc <= to_mm; }
};

/// Length of a balloon's cones, beyond its markers.
inline constexpr double cone_mm = 2.5;
inline constexpr double balloon_shaft_mm = 0.9;

/// One treatment by chance. Its narrowest places are clear of the origins of branches, where a lumen has no
/// diameter of its own.
Treatment draw_treatment(Random& random, const Course& course, const AngioplastyOptions& options);

/// Diameter of the inflated balloon between the ends of its cones.
double balloon_mm(const Treatment& treatment, double arc_mm);

/// Diameter of the artery at each of its points; what is occluded has 0.
std::vector<double> diameters(const Course& course, const Treatment& treatment, Visit visit);

}  // namespace stenometry::phantom
