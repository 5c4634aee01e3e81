#pragma once

#include <cmath>
#include <numbers>

namespace stenometry {

/// A thin sheet of a cylinder, along the beam: X-rays that fall on its width all have its chord to go
/// through.
struct CylinderSheet {
    double at;          ///< distance from the axis, across the beam
    double half_chord;  ///< of the sheet through the cylinder
    double width;
};

/// Cuts a cylinder into `count` sheets, which crowd where the chord is steep, and calls `visit(i, sheet)`.
template <class Visit>
void for_each_sheet(double radius, int count, Visit visit) {
    const double step = std::numbers::pi / count;
    for (int i = 0; i < count; ++i) {
        const double angle = (i + 0.5) * step - 0.5 * std::numbers::pi, half_chord = radius * std::cos(angle);
        visit(i, CylinderSheet{radius * std::sin(angle), half_chord, half_chord * step});
    }
}

}  // namespace stenometry
