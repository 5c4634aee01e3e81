#include "stenometry/bifurcation.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/require.h"
#include "stenometry/error.h"

namespace stenometry {
namespace {

/// Of the laws that are sums of powers.
double exponent(BranchingLaw law) { return law == BranchingLaw::murray ? 3.0 : 7.0 / 3.0; }

constexpr double finet_ratio = 0.678;

std::optional<double> if_it_holds(bool holds, double diameter) {
    return holds ? std::optional(diameter) : std::nullopt;
}

}  // namespace

std::string_view to_string(BranchingLaw law) {
    switch (law) {
        case BranchingLaw::murray:
            return "murray";
        case BranchingLaw::huo_kassab:
            return "huo_kassab";
        case BranchingLaw::finet:
            return "finet";
    }
    return "huo_kassab";
}

std::optional<double> mother_diameter(double daughter, double other_daughter, BranchingLaw law) {
    require_positive("daughter", daughter);
    require_positive("other_daughter", other_daughter);
    const double k = exponent(law);
    const double mother = law == BranchingLaw::finet
                              ? finet_ratio * (daughter + other_daughter)
                              : std::pow(std::pow(daughter, k) + std::pow(other_daughter, k), 1.0 / k);
    return if_it_holds(mother >= std::max(daughter, other_daughter), mother);
}

std::optional<double> daughter_diameter(double mother, double other_daughter, BranchingLaw law) {
    require_positive("mother", mother);
    require_positive("other_daughter", other_daughter);
    const double k = exponent(law);
    const double daughter = law == BranchingLaw::finet
                                ? mother / finet_ratio - other_daughter
                                : std::pow(std::pow(mother, k) - std::pow(other_daughter, k), 1.0 / k);
    return if_it_holds(other_daughter < mother && daughter <= mother, daughter);
}

std::string to_string(const MedinaClass& medina) {
    const auto digit = [](bool diseased) { return diseased ? '1' : '0'; };
    return {digit(medina.main_proximal), ',', digit(medina.main_distal), ',', digit(medina.side)};
}

void BifurcationOptions::validate() const {
    require_positive("bifurcation.medina_reach", medina_reach);
    require_between("bifurcation.medina_percent", medina_percent, 0.0, 100.0);
    require_positive("bifurcation.max_deviation_percent", max_deviation_percent);
}

}  // namespace stenometry
