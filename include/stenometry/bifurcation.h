#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "stenometry/calibration.h"
#include "stenometry/export.h"
#include "stenometry/geometry.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// How the healthy diameter of a mother vessel D_m depends on those of its daughters D_l and D_s.
enum class BranchingLaw {
    murray,      ///< D_m^3 = D_l^3 + D_s^3; Murray, PNAS 12 (1926) 207
    huo_kassab,  ///< D_m^(7/3) = D_l^(7/3) + D_s^(7/3); Huo and Kassab, J. R. Soc. Interface 9 (2012) 190
    finet,       ///< D_m = 0.678 (D_l + D_s); Finet et al., EuroIntervention 3 (2007) 490
};

/// The law by its name above, for example `huo_kassab`.
std::string_view to_string(BranchingLaw law);

/// Diameter of the vessel that divides into two of the given diameters, in their unit. Empty where the law
/// makes it narrower than one of them: Finet's was found on daughters of like size and holds for no twig.
/// \throws InvalidInput if a diameter is not positive and finite.
std::optional<double> mother_diameter(double daughter, double other_daughter,
                                      BranchingLaw law = BranchingLaw::huo_kassab);

/// Diameter of one daughter from those of the mother and of the other daughter, in their unit. Empty where
/// the law has none: the other daughter is as wide as the mother, or Finet's law makes this one wider than
/// it.
/// \throws InvalidInput if a diameter is not positive and finite.
std::optional<double> daughter_diameter(double mother, double other_daughter,
                                        BranchingLaw law = BranchingLaw::huo_kassab);

/// Where a side branch leaves a vessel.
struct SideBranch {
    PhysicalLength at;        ///< arc length from the first point of the vessel, >= 0
    PhysicalLength diameter;  ///< of the side branch where it is healthy, > 0
};

struct BifurcationOptions {
    /// Whether the references of `analyze` step down at the bifurcations of the tree.
    bool step_down = false;
    /// Stenoses so near to where the side branch leaves belong to the bifurcation, > 0: as far as the edges
    /// of a stent are looked at.
    PhysicalLength medina_reach{.mm = 5.0, .uncalibrated_px = 20.0};
    double medina_percent = 50.0;  ///< a part of a bifurcation is diseased from this %DS, 0..100
    /// A bifurcation that strays farther from the branching law is warned of: percent of the mother's
    /// diameter, > 0.
    double max_deviation_percent = 20.0;

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// Which parts of a bifurcation are diseased: narrowed by `BifurcationOptions::medina_percent` or more of
/// their reference within `medina_reach`. Source: Medina, Suarez de Lezo and Pan, Rev. Esp. Cardiol. 59
/// (2006) 183.
struct MedinaClass {
    bool main_proximal = false;
    bool main_distal = false;
    bool side = false;
    bool operator==(const MedinaClass&) const = default;
};

/// The class as it is written, for example `1,0,1`: main vessel proximal, distal, side branch.
std::string to_string(const MedinaClass& medina);

/// A bifurcation as it was measured: medians of the lumen away from where the vessels run into one another,
/// from one to four diameters before and behind. A diameter is empty where nothing was measured.
struct Bifurcation {
    std::size_t index = 0;  ///< where the side branch leaves, as an index into the profile of the vessel
    Point at_px;            ///< on the centerline
    int side_vessel = -1;   ///< id of the side branch
    std::optional<double> proximal_diameter_px;  ///< of the mother vessel
    std::optional<double> distal_diameter_px;    ///< of the vessel behind the bifurcation
    std::optional<double> side_diameter_px;      ///< of the side branch
    std::optional<double> law_diameter_px;       ///< that the branching law gives the mother vessel
    std::optional<double> deviation_percent;     ///< 100 (proximal / law - 1)
    /// Empty unless lumen and reference of all three parts are known up to the bifurcation.
    std::optional<MedinaClass> medina;
};

}  // namespace stenometry

STENOMETRY_EXPORT_END
