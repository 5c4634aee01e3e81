#pragma once

#include <span>

#include "phantom/lumen.h"
#include "phantom/space.h"

/// Tubes in space as the detector sees them, and what each ray meets.
namespace stenometry::phantom {

/// A tube's projection; arrays have one value per point of the tube. Lengths are in the plane of the
/// isocentre.
struct SeenTube {
    const SpatialTube* tube = nullptr;
    Polyline line_mm;
    std::vector<double> depth_mm;      ///< along the beam, towards the detector
    std::vector<double> reference_mm;  ///< outer diameter without lesions
    std::vector<double> diameter_mm;   ///< outer diameter
    /// Path through the tube over its diameter: 1 / cos of its inclination, at most 3, as no vessel runs
    /// straight along the beam for longer.
    std::vector<double> stretch;
    std::vector<double> arc_mm;  ///< in space
};

SeenTube seen(const SpatialTube& tube, const View& view);

/// One passage of a ray through a tube.
struct Passage {
    int tube = 0;
    float radius_mm = 0.0F, off_axis_mm = 0.0F, depth_mm = 0.0F, stretch = 1.0F, medium = 0.0F, arc_mm = 0.0F;
    int next = -1;  ///< of the same ray

    /// Path through a circle of the `part`th of the radius, averaged over `cell_mm` across the wall.
    double path_mm(double part, double cell_mm) const;
};

/// What the rays of a grid meet.
class Rays {
  public:
    /// \param cell_mm passages count up to half a cell beyond the wall; 0 for the wall itself.
    Rays(const std::vector<SeenTube>& tubes, const Grid& grid, double cell_mm);

    /// The first passage of a ray and those after it, in no order.
    template <class Use>
    void for_each(int x, int y, const Use& use) const {
        for (int i = first_[at(x, y)]; i >= 0; i = passages_[static_cast<std::size_t>(i)].next)
            use(passages_[static_cast<std::size_t>(i)]);
    }

  private:
    std::size_t at(int x, int y) const {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(grid_.width) +
               static_cast<std::size_t>(x);
    }
    /// Columns and rows x0 <= x <= x1, y0 <= y <= y1.
    struct Window {
        int x0, x1, y0, y1;
    };
    /// What lies within `reach` of the box around a and b.
    Window window_of(Point a, Point b, double reach) const;
    void trace(const SeenTube& tube, int index);
    void trace_piece(const SeenTube& tube, int index, std::size_t from, std::size_t to);
    void meet(std::size_t ray, const Passage& passage);

    Grid grid_;
    double cell_mm_;
    std::vector<int> first_;
    std::vector<Passage> passages_;
};

/// Where a ray is in contrast: from..to along the beam.
struct Stretch {
    double from_mm, to_mm, medium;
    int tube;
};

/// Path through contrast, weighted by its concentration. What several tubes have in common counts once.
/// \param stretches are put in order of their beginning.
double medium_path_mm(std::span<Stretch> stretches);

}  // namespace stenometry::phantom
